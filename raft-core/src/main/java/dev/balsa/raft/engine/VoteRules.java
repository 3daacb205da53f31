// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;

/**
 * Whether to give a vote: by term, by vote, and by log, whatever the configuration says of the
 * candidate or of this member (paper, sections 5.2 and 5.4.1). A member's own configuration may be
 * older than the candidate's; to judge by it could leave the cluster without a leader for good.
 */
final class VoteRules {
  private final Raft raft;

  VoteRules(Raft raft) {
    this.raft = raft;
  }

  /** Whether this request is ignored because a leader is alive (dissertation, section 4.2.3). */
  boolean isSticky(RequestVote request) {
    return raft.config().checkQuorum()
        && !request.leadershipTransfer()
        && raft.elections().hearsFromLeader()
        // The leader that we hear from asks for votes itself: so it does not lead any more.
        && request.from() != raft.leader();
  }

  /** Answers a request of the current term or, for a pre-vote, of any later one. */
  void onRequestVote(RequestVote request) {
    if (!request.preVote()) {
      raft.changes().maybeCommitKnown(request.commit());
    }
    boolean upToDate = request.lastLog().isAtLeast(raft.log().lastId());
    boolean granted = upToDate && mayVoteFor(request);
    if (request.preVote()) {
      // A pre-vote changes nothing here: neither the vote nor the timer, which would let a member
      // that cannot win keep others from trying.
      answer(request, granted, granted ? request.term() : raft.term());
      return;
    }
    if (granted) {
      raft.elections().voteFor(request.from());
    }
    answer(request, granted, raft.term());
  }

  /** Whoever answers, refusing or not, tells what it knows committed. */
  void onResponse(RequestVoteResponse response) {
    raft.changes().maybeCommitKnown(response.commit());
    raft.role().onVoteResponse(response);
  }

  private boolean mayVoteFor(RequestVote request) {
    if (request.preVote() && request.term() > raft.term()) {
      return true;
    }
    // One vote a term: a second one could elect a second leader. The vote for oneself counts as
    // spent even after one has stopped being a candidate.
    return raft.votedFor() == request.from() || (raft.votedFor() == 0 && raft.leader() == 0);
  }

  /** Refuses a request of an older term; the answer carries the newer one. */
  void refuseOld(RequestVote request) {
    answer(request, false, raft.term());
  }

  private void answer(RequestVote request, boolean granted, long term) {
    RequestVoteResponse response =
        new RequestVoteResponse(
            new Route(raft.self(), request.route().from()),
            term,
            request.preVote(),
            granted,
            raft.log().commitId());
    if (request.preVote()) {
      raft.out().send(response);
    } else {
      raft.out().sendAfterPersist(response);
    }
  }
}
