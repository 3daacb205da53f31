// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.EntryId;

/**
 * The answer to {@link RequestVote}.
 *
 * @param route sender and receiver
 * @param term the voter's term; for a granted pre-vote, the term that was asked for
 * @param preVote whether a pre-vote is answered
 * @param granted the vote
 * @param commit the last entry that the voter knows committed
 */
public record RequestVoteResponse(
    Route route, long term, boolean preVote, boolean granted, EntryId commit) implements Message {
  @Override
  public MessageType type() {
    return MessageType.REQUEST_VOTE_RESPONSE;
  }
}
