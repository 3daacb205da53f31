// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import java.util.TreeSet;

/**
 * Leader Completeness: what was committed in a term is in the log of the leader of each later term
 * (paper, figure 3 and section 5.4).
 */
public final class LeaderCompleteness implements Checker {
  private final Verdict verdict;
  private final CommittedLog committed;
  private final TreeSet<Long> checkedTerms = new TreeSet<>();

  public LeaderCompleteness(Verdict verdict, CommittedLog committed) {
    this.verdict = verdict;
    this.committed = committed;
  }

  @Override
  public void onStatus(Observed member, Status status) {
    long term = status.hardState().term();
    if (status.role() != RoleType.LEADER || !checkedTerms.add(term)) {
      return;
    }
    // Not all that is known committed: a winner whose last vote was long on its way may lead an old
    // term when a later one has committed more already.
    EntryId last = committed.lastCommittedBefore(term);
    MemberLog log = member.acknowledged();
    if (last.index() <= log.snapshot().index()) {
      return;
    }
    // By Log Matching the last one vouches for all before it.
    if (!last.equals(log.idAt(last.index()))) {
      verdict.violated(
          Property.LEADER_COMPLETENESS,
          member
              + " leads term "
              + term
              + " without the committed entry "
              + last
              + "; its log has "
              + log.idAt(last.index())
              + " there");
    }
  }
}
