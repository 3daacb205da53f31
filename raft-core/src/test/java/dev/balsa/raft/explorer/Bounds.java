// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.model.MembershipChange;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How large the world is. Within it everything happens in every order: messages overtake each other
 * and get lost (a message that is never delivered), writes complete late, members crash at any time
 * and keep any prefix of the writes under way.
 */
final class Bounds {
  /** The most that can be counted of anything. */
  static final int MOST = 7;

  /** What happens so many times and no more. */
  enum Event {
    /** A command is proposed, to whoever leads. */
    PROPOSAL,
    /** A member crashes and starts again from its disk. */
    CRASH,
    /** A message is delivered and stays under way all the same. */
    DUPLICATION,
    /** A leader's tick passes; in a timed world, anybody's. */
    HEARTBEAT,
    /** A read is asked of a leader. */
    READ,
    /** A change of membership is proposed. */
    CHANGE,
    /** A member takes a snapshot and compacts its log. */
    COMPACTION,
    /** A leader is told to hand over. */
    TRANSFER,
    /** A follower asks for a snapshot that its log does not need. */
    REPAIR,
    /** The windows of a leader's peers become narrow, or wide again. */
    LIMIT
  }

  private final int members;
  private final int terms;
  private final Map<Event, Integer> events;
  private int bytesPerAppend = 1 << 20;
  private int voters;
  private List<MembershipChange> changes = List.of();
  private boolean lateApplies;
  private boolean forwards;
  private boolean timed;
  private boolean promises = true;

  private Bounds(int members, int terms, Map<Event, Integer> events) {
    this.members = members;
    this.voters = members;
    this.terms = terms;
    this.events = events;
  }

  /** So many members, numbered from 1, that campaign up to this term; and nothing else happens. */
  static Bounds of(int members, int terms) {
    if (members < 1 || members > 4 || terms < 1 || terms > MOST) {
      throw new IllegalArgumentException("1 to 4 members and 1 to 7 terms");
    }
    return new Bounds(members, terms, new EnumMap<>(Event.class));
  }

  private Bounds copy() {
    Bounds copy = new Bounds(members, terms, new EnumMap<>(Event.class));
    copy.events.putAll(events);
    copy.bytesPerAppend = bytesPerAppend;
    copy.voters = voters;
    copy.changes = changes;
    copy.lateApplies = lateApplies;
    copy.forwards = forwards;
    copy.timed = timed;
    copy.promises = promises;
    return copy;
  }

  /** The same, but this happens at most so often. */
  Bounds with(Event event, int times) {
    if (times < 0 || times > MOST) {
      throw new IllegalArgumentException("0 to 7 times");
    }
    Bounds copy = copy();
    copy.events.put(event, times);
    return copy;
  }

  /** The same, but only the first so many members vote at the beginning. */
  Bounds withVoters(int voters) {
    Bounds copy = copy();
    copy.voters = voters;
    return copy;
  }

  /** The same, but these changes of membership are proposed, in this order, to whoever leads. */
  Bounds withChanges(MembershipChange... changes) {
    Bounds copy = with(Event.CHANGE, changes.length);
    copy.changes = List.of(changes);
    return copy;
  }

  /** The same, but every entry is sent by itself. */
  Bounds withOneEntryPerAppend() {
    Bounds copy = copy();
    copy.bytesPerAppend = 1;
    return copy;
  }

  /** The same, but the state machine takes its time; else it applies at once. */
  Bounds withLateApplies() {
    Bounds copy = copy();
    copy.lateApplies = true;
    return copy;
  }

  /** The same, but proposals and reads are asked of followers too, who ask the leader. */
  Bounds withForwarding() {
    Bounds copy = copy();
    copy.forwards = true;
    return copy;
  }

  /**
   * The same, but time counts: an election timeout is two to three ticks, a tick may pass for any
   * member, and pre-vote and check-quorum are on.
   */
  Bounds withTime() {
    Bounds copy = copy();
    copy.timed = true;
    return copy;
  }

  /**
   * The same, but neither promises nor commits are compared with the disks: what comes of a broken
   * one is waited for.
   */
  Bounds withoutPromises() {
    Bounds copy = copy();
    copy.promises = false;
    return copy;
  }

  int members() {
    return members;
  }

  int terms() {
    return terms;
  }

  int most(Event event) {
    return events.getOrDefault(event, 0);
  }

  int voters() {
    return voters;
  }

  MembershipChange change(int position) {
    return changes.get(position);
  }

  int bytesPerAppend() {
    return bytesPerAppend;
  }

  boolean lateApplies() {
    return lateApplies;
  }

  boolean forwards() {
    return forwards;
  }

  boolean isTimed() {
    return timed;
  }

  boolean checksPromises() {
    return promises;
  }

  @Override
  public String toString() {
    return members
        + " members, "
        + terms
        + " terms, "
        + events
        + (bytesPerAppend == 1 ? ", one entry per append" : "")
        + (lateApplies ? ", late applies" : "")
        + (forwards ? ", forwarding" : "")
        + (timed ? ", timed" : "");
  }
}
