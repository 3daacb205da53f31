// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import java.util.TreeMap;

/**
 * Leader Append-Only: a leader never overwrites or deletes an entry of its log; it only appends
 * (paper, figure 3 and section 5.3). Seen in its memory, and in what it has written.
 */
public final class LeaderAppendOnly implements Checker {
  private record Reign(int boot, long term, long lastIndex) {}

  private final Verdict verdict;

  /** By member: the latest term in which it led, and the end of its log when last seen leading. */
  private final TreeMap<Long, Reign> reigns = new TreeMap<>();

  public LeaderAppendOnly(Verdict verdict) {
    this.verdict = verdict;
  }

  @Override
  public void onStatus(Observed member, Status status) {
    if (status.role() != RoleType.LEADER) {
      return;
    }
    Reign now = new Reign(member.boot(), status.hardState().term(), status.last().index());
    Reign before = reigns.put(member.id(), now);
    boolean sameReign = before != null && before.boot == now.boot && before.term == now.term;
    if (sameReign && now.lastIndex < before.lastIndex) {
      verdict.violated(
          Property.LEADER_APPEND_ONLY,
          member
              + " cut its log from "
              + before.lastIndex
              + " to "
              + now.lastIndex
              + " while it led term "
              + now.term);
    }
  }

  @Override
  public void onWrite(Observed member, Persist persist) {
    Reign reign = reigns.get(member.id());
    if (reign == null || reign.boot != member.boot()) {
      return;
    }
    MemberLog log = member.submitted();
    long term = persist.hardState() == null ? log.hardState().term() : persist.hardState().term();
    boolean cuts =
        persist.reset() != null
            || (!persist.entries().isEmpty()
                && persist.entries().get(0).index() <= log.lastIndex());
    if (term == reign.term && cuts) {
      verdict.violated(
          Property.LEADER_APPEND_ONLY, member + " overwrote its log while it led term " + term);
    }
  }
}
