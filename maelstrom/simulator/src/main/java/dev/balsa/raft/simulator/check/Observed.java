// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.Persist;
import java.util.ArrayList;
import java.util.List;

/**
 * A member as the checkers see it: what it has handed to its log engine, and what the log engine
 * has vouched for. Outlives the member's crashes.
 */
public final class Observed {
  private final long id;
  private final List<Persist> inFlight = new ArrayList<>();
  private MemberLog submitted;
  private MemberLog acknowledged;
  private int boot;

  public Observed(long id) {
    this.id = id;
  }

  public long id() {
    return id;
  }

  /** How often the member has been started. */
  public int boot() {
    return boot;
  }

  /** Everything handed to the log engine, in order. Null before the first start. */
  public MemberLog submitted() {
    return submitted;
  }

  /**
   * Everything of which the log engine has said that it is durable. Null before the first start.
   */
  public MemberLog acknowledged() {
    return acknowledged;
  }

  /** Writes that have begun and not ended: a crash may keep all, some or nothing of them. */
  public List<Persist> inFlight() {
    return inFlight;
  }

  /** A write begins. */
  public void onWriting(Persist persist) {
    inFlight.add(persist);
    submitted.write(persist);
  }

  /** All writes that had begun have ended. */
  public void onWritten() {
    inFlight.forEach(acknowledged::write);
    inFlight.clear();
  }

  /** The member runs again, from this. */
  public void onStarted(MemberLog found) {
    boot++;
    inFlight.clear();
    acknowledged = found;
    submitted = found.copy();
  }

  @Override
  public String toString() {
    return "member " + id;
  }
}
