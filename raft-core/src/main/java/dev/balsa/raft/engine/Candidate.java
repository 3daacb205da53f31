// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.quorum.Ballot;
import dev.balsa.raft.state.StateSink;
import java.util.TreeMap;

/**
 * Asks for votes: first, as a pre-candidate, whether it would get them (dissertation, section 9.6),
 * then, in a new term, for good (paper, section 5.2).
 */
final class Candidate implements Role {
  private final Raft raft;
  private final boolean preVote;
  private final TreeMap<Long, Ballot> ballots = new TreeMap<>();

  Candidate(Raft raft, boolean preVote) {
    this.raft = raft;
    this.preVote = preVote;
  }

  @Override
  public RoleType type() {
    return preVote ? RoleType.PRE_CANDIDATE : RoleType.CANDIDATE;
  }

  /** Sends the requests. */
  void start(boolean leadershipTransfer) {
    long term = preVote ? raft.term() + 1 : raft.term();
    EntryId last = raft.log().lastId();
    EntryId commit = raft.log().commitId();
    Membership membership = raft.membership();
    IdSet voters = membership.voters().plus(membership.outgoingVoters());
    for (int i = 0; i < voters.size(); i++) {
      long voter = voters.at(i);
      if (voter == raft.self().id()) {
        continue;
      }
      RequestVote request =
          new RequestVote(
              raft.routeTo(voter),
              term,
              preVote,
              last,
              commit,
              preVote ? false : leadershipTransfer);
      if (preVote) {
        raft.out().send(request);
      } else {
        raft.out().sendAfterPersist(request);
      }
    }
    if (preVote) {
      // It would vote for itself; nothing is promised yet, so nothing needs to be durable.
      record(raft.self().id(), Ballot.GRANTED);
    } else {
      onDurable();
    }
  }

  @Override
  public void onTick() {
    if (!raft.elections().isElectionDue()) {
      return;
    }
    if (raft.elections().mayCampaign()) {
      raft.elections().campaign();
    } else {
      raft.elections().becomeFollower(raft.term(), 0);
    }
  }

  @Override
  public long dueAt() {
    return raft.elections().electionDueAt();
  }

  @Override
  public void onVoteResponse(RequestVoteResponse message) {
    if (message.preVote() == preVote) {
      record(message.from(), message.granted() ? Ballot.GRANTED : Ballot.REFUSED);
    }
  }

  /**
   * Its own vote counts when, and only if, the vote for itself in this very term is durable: a vote
   * that is stored late, after the term has moved on, says nothing here. A candidate's term began
   * with that vote, so the one is not durable without the other.
   */
  @Override
  public void onDurable() {
    if (!preVote && raft.durableState().term() == raft.term()) {
      record(raft.self().id(), Ballot.GRANTED);
    }
  }

  private void record(long voter, Ballot ballot) {
    // The first answer counts: a voter that changes its mind within a term is broken.
    if (ballots.putIfAbsent(voter, ballot) != null) {
      return;
    }
    switch (raft.quorum().result(id -> ballots.getOrDefault(id, Ballot.MISSING))) {
      case WON -> onWon();
      case LOST -> raft.elections().becomeFollower(raft.term(), 0);
      case PENDING -> {}
    }
  }

  private void onWon() {
    if (preVote) {
      raft.elections().becomeCandidate(false);
    } else if (raft.durableState().term() == raft.term()) {
      // Nobody leads in a term that is not durable here: after a crash it could win that term
      // again and write other entries under the ids that it had sent.
      raft.elections().becomeLeader();
    }
  }

  @Override
  public Role copy(Raft raft) {
    Candidate copy = new Candidate(raft, preVote);
    copy.ballots.putAll(ballots);
    return copy;
  }

  @Override
  public void encodeState(StateSink sink) {
    sink.put(ballots.size());
    ballots.forEach(
        (voter, ballot) -> {
          sink.put(voter);
          sink.put(ballot);
        });
  }
}
