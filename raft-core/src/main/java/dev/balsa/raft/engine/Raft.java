// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.membership.MembershipStack;
import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.quorum.Quorum;
import java.util.List;

/**
 * The state that all roles share, and the transitions between them (paper, figures 2 and 4).
 *
 * <p>Inputs come from {@link dev.balsa.raft.RawNode}; outputs gather in the {@link Outbox} and in
 * what is yet to be written. Nothing here is sent or stored by itself.
 *
 * <p>Invariants: the term never falls; {@code votedFor}, once set, does not change within a term;
 * {@code leader} is nobody but the one from whom a leader's message of this term came.
 */
public final class Raft {
  private final RaftConfig config;
  private final MemberId self;
  private final RaftLog log;
  private final MembershipStack memberships;
  private final Outbox out = new Outbox();
  private final PersistQueue writes;
  private final Requests requests = new Requests(this);
  private final VoteRules votes = new VoteRules(this);
  private final Admission admission = new Admission(this, votes);
  private final LogReceiver receiver = new LogReceiver(this);
  private final SplitMix64 random;

  private long term;
  private long votedFor;
  private long leader;
  private Role role = new Follower(this);
  private Quorum quorum;

  /** Ticks since the node was made. */
  private long now;

  /** Ticks since the leader was heard, a vote was given, or a campaign begun. */
  private int electionElapsed;

  private int electionTimeout;

  /** An installed snapshot whose record is yet to be written, null if none. */
  private SnapshotMetadata unwrittenReset;

  /** A member with this log. See {@link dev.balsa.raft.RawNode}. */
  public Raft(RaftConfig config, RecoveredLog recovered, long applied) {
    this.config = config;
    this.self = config.self();
    this.log = new RaftLog(recovered, applied, config.entryCacheBytes());
    this.memberships = new MembershipStack(recovered.snapshot().membership());
    for (Entry entry : recovered.configurations()) {
      if (entry.index() > recovered.snapshot().index()) {
        memberships.onAppended(MembershipCodec.decode(entry.id(), entry.data()));
      }
    }
    this.quorum = Quorum.of(membership());
    this.random = new SplitMix64(config.seed(), config.group(), self.id(), config.bootEpoch());
    HardState found = recovered.hardState();
    this.term = found.term();
    this.votedFor = found.votedFor();
    if (log.lastId().term() > term) {
      // The entries of a batch outlived a crash and the hard state behind them did not. No vote of
      // that term can have been promised, for it would be durable.
      this.term = log.lastId().term();
      this.votedFor = 0;
    }
    this.writes = new PersistQueue(found);
    drawElectionTimeout();
  }

  // ---------------------------------------------------------------- what the roles see

  public RaftConfig config() {
    return config;
  }

  public MemberId self() {
    return self;
  }

  public RaftLog log() {
    return log;
  }

  public Membership membership() {
    return memberships.current();
  }

  /** The configuration in force at {@code index}, which is at least the snapshot's. */
  public Membership membershipAt(long index) {
    return memberships.at(index);
  }

  /** Whether the configuration in force is not committed yet. */
  boolean isMembershipPending() {
    return memberships.isPending(log.commitIndex());
  }

  public long term() {
    return term;
  }

  public long votedFor() {
    return votedFor;
  }

  public long leader() {
    return leader;
  }

  Outbox out() {
    return out;
  }

  PersistQueue writes() {
    return writes;
  }

  /** What this member and its peers ask of the leader. */
  public Requests requests() {
    return requests;
  }

  Quorum quorum() {
    return quorum;
  }

  Role role() {
    return role;
  }

  /** This member's role. */
  public RoleType roleType() {
    return role.type();
  }

  /** Whom leadership is being handed to, 0 for nobody. */
  public long transferee() {
    return role instanceof Leader leading ? leading.transferee() : 0;
  }

  /** A leader's view of its peers. */
  public List<Status.PeerProgress> progress() {
    return role instanceof Leader leading ? leading.progress() : List.of();
  }

  long now() {
    return now;
  }

  HardState durableState() {
    return writes.durableState();
  }

  /** Term, vote and commit as they are now. */
  public HardState hardState() {
    return new HardState(term, votedFor, log.commitIndex());
  }

  Refusal refusal(Refusal.Reason reason) {
    return new Refusal(reason, leader);
  }

  /** The route to a member, by the incarnation that the configuration names. */
  Route routeTo(long id) {
    Member member = membership().member(id);
    return new Route(self, member == null ? new MemberId(id, 0) : member.memberId());
  }

  // ---------------------------------------------------------------- time

  /** One tick. */
  public void tick() {
    now++;
    electionElapsed++;
    role.onTick();
    requests.onTick();
  }

  /** Whether it is time to campaign: drawn at random, so that members rarely collide. */
  boolean electionDue() {
    return electionElapsed >= electionTimeout;
  }

  /** Whether a leader of this term was heard within the shortest election timeout. */
  boolean hearsFromLeader() {
    return leader != 0 && (leader == self.id() || electionElapsed < config.electionTicks());
  }

  private void drawElectionTimeout() {
    electionElapsed = 0;
    electionTimeout = config.electionTicks() + random.below(config.electionTicks());
  }

  // ---------------------------------------------------------------- messages

  /** A peer's message. Never throws for what it says. */
  public void step(Message message) {
    if (!admission.admits(message)) {
      return;
    }
    switch (message.type()) {
      case REQUEST_VOTE -> votes.onRequestVote((RequestVote) message);
      case REQUEST_VOTE_RESPONSE -> onVoteResponse((RequestVoteResponse) message);
      case APPEND_ENTRIES -> receiver.onAppendEntries((AppendEntries) message);
      case APPEND_ENTRIES_RESPONSE -> role.onAppendResponse((AppendEntriesResponse) message);
      case HEARTBEAT -> receiver.onHeartbeat((Heartbeat) message);
      case HEARTBEAT_RESPONSE -> role.onHeartbeatResponse((HeartbeatResponse) message);
      case INSTALL_SNAPSHOT -> receiver.onInstallSnapshot((InstallSnapshot) message);
      case INSTALL_SNAPSHOT_RESPONSE -> role.onSnapshotResponse((InstallSnapshotResponse) message);
      case TIMEOUT_NOW -> onTimeoutNow((TimeoutNow) message);
      case READ_INDEX -> requests.onReadIndex((ReadIndex) message);
      case READ_INDEX_RESPONSE -> requests.onReadIndexResponse((ReadIndexResponse) message);
      case PROPOSE -> requests.onPropose((Propose) message);
      case PROPOSE_RESPONSE -> requests.onProposeResponse((ProposeResponse) message);
    }
  }

  private void onVoteResponse(RequestVoteResponse message) {
    maybeCommitKnown(message.commit());
    role.onVoteResponse(message);
  }

  private void onTimeoutNow(TimeoutNow message) {
    // Only the leader that this member follows may ask for it: a forged or delayed one would
    // depose a healthy leader.
    if (message.from() == leader && role instanceof Follower && mayCampaign()) {
      becomeCandidate(true);
    }
  }

  // ---------------------------------------------------------------- elections

  /**
   * Whether this member may stand: a voter of the configuration in force, or of the committed one
   * as long as the newer is not. Without the latter, removing one of two members could leave nobody
   * able to finish it (dissertation, section 4.2.2).
   */
  public boolean mayCampaign() {
    Membership committed = memberships.committed(log.commitIndex());
    Member me = membership().member(self.id());
    boolean isWitness = me != null && me.witness();
    return !isWitness && (membership().isVoter(self.id()) || committed.isVoter(self.id()));
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

  private void becomePreCandidate() {
    changeLeader(0);
    drawElectionTimeout();
    Candidate candidate = new Candidate(this, true);
    role = candidate;
    candidate.start(false);
  }

  /** Begins a new term and asks for votes in it. */
  void becomeCandidate(boolean leadershipTransfer) {
    changeLeader(0);
    term++;
    votedFor = self.id();
    drawElectionTimeout();
    Candidate candidate = new Candidate(this, false);
    role = candidate;
    candidate.start(leadershipTransfer);
  }

  /** Follows {@code newLeader}, 0 if not known, in {@code newTerm}. */
  void becomeFollower(long newTerm, long newLeader) {
    if (newTerm > term) {
      term = newTerm;
      // A vote belongs to its term.
      votedFor = 0;
    }
    Role former = role;
    role = new Follower(this);
    changeLeader(newLeader);
    if (former instanceof Leader leading) {
      leading.onDeposed();
    }
    drawElectionTimeout();
  }

  /** Leads the current term. */
  void becomeLeader() {
    if (durableState().term() != term) {
      throw new IllegalStateException("leads term " + term + " before it is durable");
    }
    changeLeader(self.id());
    drawElectionTimeout();
    Leader leading = new Leader(this);
    role = leading;
    leading.start();
  }

  /** Whether {@code id} leads this term, as far as known; follows it if nobody was known to. */
  boolean maybeFollow(long id) {
    if (role instanceof Leader || (leader != 0 && leader != id)) {
      return false;
    }
    if (!(role instanceof Follower)) {
      becomeFollower(term, id);
    }
    changeLeader(id);
    electionElapsed = 0;
    return true;
  }

  /** Nobody has been heard for an election timeout. */
  void forgetLeader() {
    changeLeader(0);
    drawElectionTimeout();
  }

  /** Gives the vote of this term. Heard a candidate that may win: lets it try. */
  void voteFor(long candidate) {
    votedFor = candidate;
    electionElapsed = 0;
  }

  private void changeLeader(long id) {
    if (leader == id) {
      return;
    }
    leader = id;
    requests.onLeaderChanged();
  }

  // ---------------------------------------------------------------- the log

  /** Adds an entry; a configuration is in force from here on (paper, section 6). */
  void append(Entry entry) {
    log.append(entry);
    if (entry.type() == EntryType.CONFIGURATION) {
      memberships.onAppended(MembershipCodec.decode(entry.id(), entry.data()));
      onMembershipChanged();
    }
  }

  /** Drops uncommitted entries from {@code index} on, and the configurations among them. */
  void truncateFrom(long index) {
    log.truncateFrom(index);
    writes.onTruncatedTo(index - 1);
    if (memberships.onTruncated(index)) {
      onMembershipChanged();
    }
  }

  /**
   * Replaces the log by an installed snapshot, and all that was known of configurations with it.
   */
  void reset(SnapshotMetadata snapshot) {
    long committed = log.commitIndex();
    log.reset(snapshot);
    writes.onTruncatedTo(committed);
    memberships.onReset(snapshot.membership());
    unwrittenReset = snapshot;
    onMembershipChanged();
  }

  private void onMembershipChanged() {
    quorum = Quorum.of(membership());
    role.onMembership();
  }

  /** Commits up to {@code index}, if that is news. */
  void maybeCommit(long index) {
    log.maybeCommit(index);
  }

  /** Commits up to an entry that a peer knows committed, if this log holds that very entry. */
  void maybeCommitKnown(EntryId committed) {
    if (!(role instanceof Leader) && log.holds(committed)) {
      log.maybeCommit(committed.index());
    }
  }

  /** A snapshot taken here is durable. */
  boolean compact(SnapshotMetadata snapshot, long firstIndex) {
    if (!log.maybeCompact(snapshot, firstIndex)) {
      return false;
    }
    memberships.onSnapshot(snapshot.id());
    return true;
  }

  /** The fetched snapshot is durable as a file. */
  public void onSnapshotReceived(SnapshotMetadata snapshot) {
    receiver.onSnapshotReceived(snapshot);
  }

  /** The snapshot could not be fetched. */
  public void onSnapshotFailed(EntryId snapshot) {
    receiver.onSnapshotFailed(snapshot);
  }

  /** The installed snapshot to be recorded next, if any; recorded from now on. */
  SnapshotMetadata takeReset() {
    SnapshotMetadata taken = unwrittenReset;
    unwrittenReset = null;
    return taken;
  }

  boolean hasReset() {
    return unwrittenReset != null;
  }

  /** Messages to this peer are being dropped. */
  public void onUnreachable(long peer) {
    if (role instanceof Leader leading) {
      leading.onUnreachable(peer);
    }
  }

  /** More is durable. */
  void onPersisted(long number) {
    writes.onPersisted(number);
    log.onDurable(writes.durableIndex());
    role.onDurable();
  }
}
