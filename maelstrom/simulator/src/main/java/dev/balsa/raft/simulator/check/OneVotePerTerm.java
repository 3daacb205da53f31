// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Persist;
import java.util.TreeMap;

/**
 * A member votes for one candidate in a term, whatever crashes lie between (paper, section 5.2).
 */
public final class OneVotePerTerm implements Checker {
  private final Verdict verdict;

  /** By (term, member). Only votes that left the member: another may be forgotten by a crash. */
  private final TreeMap<EntryId, Long> votes = new TreeMap<>();

  public OneVotePerTerm(Verdict verdict) {
    this.verdict = verdict;
  }

  @Override
  public void onSend(Observed member, Message message) {
    if (message instanceof RequestVote request && !request.preVote()) {
      cast(member, request.term(), member.id());
    } else if (message instanceof RequestVoteResponse response
        && response.granted()
        && !response.preVote()) {
      cast(member, response.term(), response.to());
    }
  }

  @Override
  public void onWrite(Observed member, Persist persist) {
    HardState state = persist.hardState();
    Long cast = state == null ? null : votes.get(new EntryId(state.term(), member.id()));
    if (cast != null && cast != state.votedFor()) {
      verdict.violated(
          Property.ONE_VOTE_PER_TERM,
          member + " voted for " + cast + " in term " + state.term() + " and writes " + state);
    }
  }

  private void cast(Observed member, long term, long candidate) {
    Long before = votes.putIfAbsent(new EntryId(term, member.id()), candidate);
    if (before != null && before != candidate) {
      verdict.violated(
          Property.ONE_VOTE_PER_TERM,
          member + " voted for " + before + " and for " + candidate + " in term " + term);
    }
  }
}
