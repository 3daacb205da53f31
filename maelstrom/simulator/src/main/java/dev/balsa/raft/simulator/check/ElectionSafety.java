// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import java.util.TreeMap;

/** Election Safety: at most one leader in a term (paper, figure 3 and section 5.2). */
public final class ElectionSafety implements Checker {
  private final Verdict verdict;
  private final TreeMap<Long, Long> leaderOf = new TreeMap<>();

  public ElectionSafety(Verdict verdict) {
    this.verdict = verdict;
  }

  @Override
  public void onStatus(Observed member, Status status) {
    if (status.role() != RoleType.LEADER) {
      return;
    }
    long term = status.hardState().term();
    Long other = leaderOf.putIfAbsent(term, member.id());
    if (other != null && other != member.id()) {
      verdict.violated(
          Property.ELECTION_SAFETY,
          member + " leads term " + term + ", as member " + other + " did");
    }
  }

  /** In how many terms somebody led. */
  public int leaders() {
    return leaderOf.size();
  }
}
