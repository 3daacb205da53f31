// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Persist;

/**
 * What leaves a member as a promise is durable there before, and what is durable is found again
 * after a crash.
 *
 * <p>A promise is compared with what the log engine has vouched for; what the log engine has
 * vouched for is compared with the disk itself, at each restart and now and then in between.
 */
public final class Durability implements Checker {
  private final Verdict verdict;

  public Durability(Verdict verdict) {
    this.verdict = verdict;
  }

  @Override
  public void onSend(Observed member, Message message) {
    HardState durable = member.acknowledged().hardState();
    if (message instanceof RequestVote request && !request.preVote()) {
      requireVote(member, durable, request.term(), member.id());
    } else if (message instanceof RequestVoteResponse response
        && response.granted()
        && !response.preVote()) {
      requireVote(member, durable, response.term(), response.to());
    } else if (message instanceof AppendEntriesResponse response && !response.rejected()) {
      // A later leader may have cut the log since; its term is then durable as well.
      boolean isDurable =
          durable.term() > response.term()
              || (durable.term() == response.term()
                  && response.index() <= member.acknowledged().lastIndex());
      if (!isDurable) {
        verdict.violated(
            Property.DURABILITY,
            member
                + " acknowledges "
                + response.index()
                + " in term "
                + response.term()
                + "; durable are "
                + durable
                + " and the log to "
                + member.acknowledged().lastIndex());
      }
    }
  }

  private void requireVote(Observed member, HardState durable, long term, long candidate) {
    boolean isDurable =
        durable.term() > term || (durable.term() == term && durable.votedFor() == candidate);
    if (!isDurable) {
      verdict.violated(
          Property.DURABILITY,
          member + " votes for " + candidate + " in term " + term + "; durable is " + durable);
    }
  }

  /**
   * Compares what is on the disk with what was vouched for. Also for a picture of the disk taken
   * while the member runs.
   */
  @Override
  public void onRecovered(Observed member, MemberLog found) {
    MemberLog promised = member.acknowledged();
    if (promised == null) {
      return;
    }
    requireHardState(member, promised.hardState(), found.hardState());
    // A write that was under way may have replaced the end of the log, or part of it.
    long last = promised.lastIndex();
    long first = Math.max(promised.firstIndex(), found.firstIndex());
    for (Persist write : member.inFlight()) {
      if (write.reset() != null && found.snapshot().index() >= write.reset().index()) {
        return;
      }
      if (!write.entries().isEmpty()) {
        last = Math.min(last, write.entries().get(0).index() - 1);
      }
    }
    if (found.snapshot().index() < promised.snapshot().index()) {
      lost(member, "the snapshot " + promised.snapshot().id() + " for " + found.snapshot().id());
    }
    if (found.firstIndex() > Math.max(promised.firstIndex(), found.snapshot().index() + 1)) {
      lost(member, "the log between " + promised.firstIndex() + " and " + found.firstIndex());
    }
    for (long index = first; index <= last; index++) {
      EntryId expected = promised.idAt(index);
      if (!expected.equals(found.idAt(index))) {
        lost(member, "the entry " + expected + "; the disk has " + found.idAt(index));
        return;
      }
    }
  }

  /**
   * A client was told that its command is committed.
   *
   * @param disks on how many disks it would be found if everybody crashed now
   */
  public void onAcknowledged(EntryId entry, int disks, int members) {
    if (disks <= members / 2) {
      verdict.violated(
          Property.DURABILITY,
          "the command at " + entry + " was acknowledged and is on " + disks + " disks only");
    }
  }

  private void requireHardState(Observed member, HardState promised, HardState found) {
    boolean kept = found.promisesSameAs(promised);
    for (Persist write : member.inFlight()) {
      kept |= write.hardState() != null && found.promisesSameAs(write.hardState());
    }
    if (!kept) {
      lost(member, promised + "; the disk has " + found);
    }
  }

  private void lost(Observed member, String what) {
    verdict.violated(Property.DURABILITY, member + " lost " + what);
  }
}
