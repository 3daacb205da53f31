// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.trace.TraceEvent;
import dev.balsa.raft.trace.TraceSink;

/**
 * Terms, votes, who leads, and the transitions between roles (paper, section 5.2, figures 2 and 4).
 *
 * <p>Invariants: the term never falls; {@code votedFor}, once set, does not change within a term;
 * {@code leader} is nobody but the one from whom a leader's message of this term came.
 */
public final class Elections {
  private final Raft raft;
  private final RaftConfig config;
  private final long self;
  private final SplitMix64 random;

  private long term;
  private long votedFor;
  private long leader;
  private Role role;

  /** The tick at which the leader was heard, a vote was given, or a campaign begun. */
  private long quietSince;

  private int electionTimeout;

  /** A follower that resumes with this hard state; {@code raft} has its log and configuration. */
  Elections(Raft raft, HardState found) {
    this.raft = raft;
    this.config = raft.config();
    this.self = raft.self().id();
    this.random = new SplitMix64(config.seed(), config.group(), self, config.bootEpoch());
    this.term = found.term();
    this.votedFor = found.votedFor();
    EntryId last = raft.log().lastId();
    if (last.term() > term) {
      // The entries of a batch outlived a crash and the hard state behind them did not. No vote of
      // that term can have been promised, for it would be durable.
      this.term = last.term();
      this.votedFor = 0;
    }
    this.role = new Follower(raft);
    drawElectionTimeout();
  }

  private Elections(Raft raft, Elections other) {
    this.raft = raft;
    this.config = other.config;
    this.self = other.self;
    this.random = other.random.copy();
    this.term = other.term;
    this.votedFor = other.votedFor;
    this.leader = other.leader;
    this.role = other.role.copy(raft);
    this.quietSince = other.quietSince;
    this.electionTimeout = other.electionTimeout;
  }

  /** The same for the twin {@code raft}, whose other parts are there already. */
  Elections copy(Raft raft) {
    return new Elections(raft, this);
  }

  void encodeState(StateSink sink) {
    random.encodeState(sink);
    sink.put(term);
    sink.put(votedFor);
    sink.put(leader);
    sink.put(role.type());
    role.encodeState(sink);
    if (sink.isTimed()) {
      sink.putAge(raft.now(), quietSince, 2L * config.electionTicks());
      sink.put(electionTimeout);
    }
  }

  long term() {
    return term;
  }

  long votedFor() {
    return votedFor;
  }

  long leader() {
    return leader;
  }

  Role role() {
    return role;
  }

  // ---------------------------------------------------------------- time

  /** When it is time to campaign: drawn at random, so that members rarely collide. */
  long electionDueAt() {
    return quietSince + electionTimeout;
  }

  boolean isElectionDue() {
    return raft.now() >= electionDueAt();
  }

  /** Whether a leader of this term was heard within the shortest election timeout. */
  boolean hearsFromLeader() {
    return leader != 0 && (leader == self || raft.now() - quietSince < config.electionTicks());
  }

  private void drawElectionTimeout() {
    quietSince = raft.now();
    electionTimeout = config.electionTicks() + random.below(config.electionTicks());
  }

  // ---------------------------------------------------------------- campaigns

  /**
   * Whether this member may stand: a voter of the configuration in force, or of the committed one
   * as long as the newer is not. Without the latter, removing one of two members could leave nobody
   * able to finish it (dissertation, section 4.2.2).
   *
   * <p>And one whose disk takes writes: the vote for itself would not become durable, so it could
   * not win, and would only stay in the way of those that can.
   */
  boolean mayCampaign() {
    Membership inForce = raft.membership();
    Member me = inForce.member(self);
    boolean isWitness = me != null && me.witness();
    boolean isVoter = inForce.isVoter(self) || raft.committedMembership().isVoter(self);
    return isVoter && !isWitness && !raft.isDiskStalled();
  }

  /** Starts an election, with the pre-vote before it if that is on. */
  public void campaign() {
    if (role instanceof Leader || !mayCampaign()) {
      return;
    }
    if (config.preVote()) {
      becomePreCandidate();
    } else {
      becomeCandidate(false);
    }
  }

  /** The leader hands over: no pre-vote, for the leader is known to be alive and willing. */
  void onTimeoutNow(TimeoutNow message) {
    // Only the leader that this member follows may ask for it: a forged or delayed one would
    // depose a healthy leader. Nobody but a follower has a leader other than itself.
    if (message.from() == leader && mayCampaign()) {
      becomeCandidate(true);
    }
  }

  private void becomePreCandidate() {
    changeLeader(0);
    drawElectionTimeout();
    Candidate candidate = new Candidate(raft, true);
    role = candidate;
    traceChange();
    candidate.start(false);
  }

  /** Begins a new term and asks for votes in it. */
  void becomeCandidate(boolean leadershipTransfer) {
    changeLeader(0);
    term++;
    votedFor = self;
    drawElectionTimeout();
    Candidate candidate = new Candidate(raft, false);
    role = candidate;
    traceChange();
    candidate.start(leadershipTransfer);
  }

  /** Gives the vote of this term. Heard a candidate that may win: lets it try. */
  void voteFor(long candidate) {
    votedFor = candidate;
    quietSince = raft.now();
    traceChange();
  }

  // ---------------------------------------------------------------- who leads

  /** Leads the current term. */
  void becomeLeader() {
    if (raft.durableState().term() != term) {
      throw new IllegalStateException("leads term " + term + " before it is durable");
    }
    changeLeader(self);
    drawElectionTimeout();
    Leader leading = new Leader(raft);
    role = leading;
    traceChange();
    leading.start();
  }

  /** Follows {@code newLeader}, 0 if not known, in {@code newTerm}. */
  void becomeFollower(long newTerm, long newLeader) {
    if (newTerm > term) {
      term = newTerm;
      // A vote belongs to its term.
      votedFor = 0;
    }
    Role former = role;
    role = new Follower(raft);
    changeLeader(newLeader);
    traceChange();
    if (former instanceof Leader leading) {
      leading.onDeposed();
    }
    drawElectionTimeout();
  }

  /** Whether {@code id} leads this term, as far as known; follows it if nobody was known to. */
  boolean maybeFollow(long id) {
    if (role instanceof Leader || (leader != 0 && leader != id)) {
      return false;
    }
    if (!(role instanceof Follower)) {
      becomeFollower(term, id);
    }
    boolean isNews = leader != id;
    changeLeader(id);
    quietSince = raft.now();
    if (isNews) {
      traceChange();
    }
    return true;
  }

  /** Nobody has been heard for an election timeout. */
  void forgetLeader() {
    changeLeader(0);
    traceChange();
    drawElectionTimeout();
  }

  private void traceChange() {
    TraceSink trace = raft.trace();
    if (trace != null) {
      trace.on(new TraceEvent.RoleChanged(term, votedFor, role.type(), leader));
    }
  }

  private void changeLeader(long id) {
    if (leader == id) {
      return;
    }
    leader = id;
    raft.requests().onLeaderChanged();
  }
}
