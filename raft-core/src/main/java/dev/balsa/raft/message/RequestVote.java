// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.EntryId;

/**
 * A candidate asks for a vote (paper, section 5.2), or a pre-candidate asks whether it would get
 * one (dissertation, section 9.6).
 *
 * @param route sender and receiver
 * @param term the term to lead in; for a pre-vote, one above the current term
 * @param preVote whether this only asks
 * @param lastLog the end of the candidate's log
 * @param commit the last entry that the candidate knows committed
 * @param leadershipTransfer whether the leader itself asked for this election, so that stickiness
 *     does not apply
 */
public record RequestVote(
    Route route,
    long term,
    boolean preVote,
    EntryId lastLog,
    EntryId commit,
    boolean leadershipTransfer)
    implements Message {
  @Override
  public MessageType type() {
    return MessageType.REQUEST_VOTE;
  }
}
