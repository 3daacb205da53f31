// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.Status;
import java.util.TreeMap;

/**
 * Terms never fall, on disk not even over a restart; commit and applied index never fall while the
 * member runs; and applied never exceeds commit.
 */
public final class Monotonicity implements Checker {
  private record Seen(int boot, long term, long commit, long applied) {}

  private final Verdict verdict;
  private final TreeMap<Long, Seen> seen = new TreeMap<>();

  public Monotonicity(Verdict verdict) {
    this.verdict = verdict;
  }

  @Override
  public void onStatus(Observed member, Status status) {
    HardState state = status.hardState();
    Seen now = new Seen(member.boot(), state.term(), state.commit(), status.appliedIndex());
    Seen before = seen.put(member.id(), now);
    boolean falls =
        before != null
            && before.boot == now.boot
            && (now.term < before.term
                || now.commit < before.commit
                || now.applied < before.applied);
    if (falls || now.applied > now.commit) {
      verdict.violated(Property.MONOTONICITY, member + " went from " + before + " to " + now);
    }
  }

  @Override
  public void onWrite(Observed member, Persist persist) {
    HardState before = member.submitted().hardState();
    if (persist.hardState() != null && persist.hardState().term() < before.term()) {
      verdict.violated(
          Property.MONOTONICITY, member + " writes " + persist.hardState() + " after " + before);
    }
  }
}
