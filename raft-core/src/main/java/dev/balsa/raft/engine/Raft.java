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
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.trace.TraceEvent;
import dev.balsa.raft.trace.TraceSink;
import java.util.List;

/**
 * One member's parts, and what reaches across them: messages to their rooms, log and configuration
 * kept in step.
 *
 * <p>Inputs come from {@link dev.balsa.raft.RawNode}; outputs gather in the {@link Outbox} and in
 * what is yet to be written. Nothing here is sent or stored by itself.
 */
public final class Raft {
  private final RaftConfig config;
  private final MemberId self;
  private final RaftLog log;
  private final MembershipStack memberships;
  private final TraceSink trace;
  private final Outbox out;
  private final PersistQueue writes;
  private final Requests requests;
  private final VoteRules votes = new VoteRules(this);
  private final Admission admission = new Admission(this, votes);
  private final LogReceiver receiver;
  private final Settings settings;
  private final Elections elections;
  private Quorum quorum;

  /** Ticks since the node was made. */
  private long now;

  /** An installed snapshot whose record is yet to be written, null if none. */
  private SnapshotMetadata unwrittenReset;

  /** A member with this log. See {@link dev.balsa.raft.RawNode}; {@code trace} may be null. */
  public Raft(RaftConfig config, RecoveredLog recovered, long applied, TraceSink trace) {
    this.trace = trace;
    this.config = config;
    this.self = config.self();
    this.out = new Outbox(trace);
    this.requests = new Requests(this);
    this.receiver = new LogReceiver(this);
    this.settings = new Settings(this);
    this.log = new RaftLog(recovered, applied, config.entryCacheBytes());
    this.memberships = new MembershipStack(recovered.snapshot().membership());
    for (Entry entry : recovered.configurations()) {
      if (entry.index() > recovered.snapshot().index()) {
        memberships.onAppended(MembershipCodec.decode(entry.id(), entry.data()));
      }
    }
    this.quorum = Quorum.of(membership());
    HardState found = recovered.hardState();
    this.writes = new PersistQueue(found);
    this.elections = new Elections(this, found);
    if (trace != null) {
      trace.on(
          new TraceEvent.Started(
              self,
              hardState(),
              applied,
              recovered.snapshot(),
              recovered.firstIndex(),
              recovered.lastIndex(),
              recovered.termRuns(),
              membership()));
    }
  }

  private Raft(Raft other) {
    this.trace = null;
    this.config = other.config;
    this.self = other.self;
    this.log = other.log.copy();
    this.memberships = other.memberships.copy();
    this.out = other.out.copy();
    this.writes = other.writes.copy();
    this.requests = other.requests.copy(this);
    this.receiver = other.receiver.copy(this);
    this.settings = other.settings.copy(this);
    this.quorum = other.quorum;
    this.now = other.now;
    this.unwrittenReset = other.unwrittenReset;
    this.elections = other.elections.copy(this);
  }

  /** A twin that shares nothing with this one that changes. */
  public Raft copy() {
    return new Raft(this);
  }

  /** Tells the whole state. See {@link dev.balsa.raft.RawNode#encodeState}. */
  void encodeState(StateSink sink, long lastNumber) {
    log.encodeState(sink);
    memberships.encodeState(sink);
    out.encodeState(sink);
    writes.encodeState(sink, lastNumber, now);
    requests.encodeState(sink);
    receiver.encodeState(sink);
    elections.encodeState(sink);
    settings.encodeState(sink);
    if (sink.putPresence(unwrittenReset)) {
      sink.put(unwrittenReset);
    }
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

  /** The latest configuration that is known committed. */
  Membership committedMembership() {
    return memberships.committed(log.commitIndex());
  }

  /** Who hears everything, null for nobody. */
  TraceSink trace() {
    return trace;
  }

  /** Whether the configuration in force is not committed yet. */
  boolean isMembershipPending() {
    return memberships.isPending(log.commitIndex());
  }

  public long term() {
    return elections.term();
  }

  public long votedFor() {
    return elections.votedFor();
  }

  public long leader() {
    return elections.leader();
  }

  /** Terms, votes, and who leads. */
  public Elections elections() {
    return elections;
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
    return elections.role();
  }

  /** This member's role. */
  public RoleType roleType() {
    return role().type();
  }

  /** Whom leadership is being handed to, 0 for nobody. */
  public long transferee() {
    return role() instanceof Leader leading ? leading.transferee() : 0;
  }

  /** A leader's view of its peers. */
  public List<Status.PeerProgress> progress() {
    return role() instanceof Leader leading ? leading.progress() : List.of();
  }

  long now() {
    return now;
  }

  HardState durableState() {
    return writes.durableState();
  }

  /** Term, vote and commit as they are now. */
  public HardState hardState() {
    return new HardState(term(), votedFor(), log.commitIndex());
  }

  /** Whether the disk has no room for commands. What keeps the cluster alive is still written. */
  public boolean isStorageFull() {
    return settings.isStorageFull();
  }

  /** What the host may change while the node runs. */
  public Settings settings() {
    return settings;
  }

  Refusal refusal(Refusal.Reason reason) {
    return new Refusal(reason, leader());
  }

  Refusal refusal(Refusal.Reason reason, String detail) {
    return new Refusal(reason, elections.leader(), detail);
  }

  /** The route to a member, by the incarnation that the configuration names. */
  Route routeTo(long id) {
    Member member = membership().member(id);
    return new Route(self, member == null ? new MemberId(id, 0) : member.memberId());
  }

  // ---------------------------------------------------------------- time

  /** This many ticks, one after another. */
  public void tick(int ticks) {
    for (int left = ticks; left > 0; ) {
      // What is due at no tick between does not see them pass.
      int step = left == 1 ? 1 : Math.min(left, ticksUntilDue());
      now += step;
      left -= step;
      role().onTick();
      requests.onTick();
    }
  }

  /** After how many ticks, at least 1, there may be something to do without any other input. */
  public int ticksUntilDue() {
    long due = Math.min(role().dueAt(), requests.dueAt()) - now;
    return (int) Math.max(1, Math.min(due, Integer.MAX_VALUE));
  }

  /**
   * When the disk counts as stalled if it does not move, {@link Long#MAX_VALUE} if it owes nothing.
   */
  long diskStallsAt() {
    long since = writes.waitingSince();
    boolean counts = since != Long.MAX_VALUE && config.diskStallTicks() > 0;
    return counts ? since + config.diskStallTicks() : Long.MAX_VALUE;
  }

  /** Whether the disk has owed a completion for longer than {@link RaftConfig#diskStallTicks}. */
  public boolean isDiskStalled() {
    return now >= diskStallsAt();
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
      case APPEND_ENTRIES_RESPONSE -> role().onAppendResponse((AppendEntriesResponse) message);
      case HEARTBEAT -> receiver.onHeartbeat((Heartbeat) message);
      case HEARTBEAT_RESPONSE -> role().onHeartbeatResponse((HeartbeatResponse) message);
      case INSTALL_SNAPSHOT -> receiver.onInstallSnapshot((InstallSnapshot) message);
      case INSTALL_SNAPSHOT_RESPONSE ->
          role().onSnapshotResponse((InstallSnapshotResponse) message);
      case TIMEOUT_NOW -> elections.onTimeoutNow((TimeoutNow) message);
      case READ_INDEX -> requests.onReadIndex((ReadIndex) message);
      case READ_INDEX_RESPONSE -> requests.onReadIndexResponse((ReadIndexResponse) message);
      case PROPOSE -> requests.onPropose((Propose) message);
      default -> requests.onProposeResponse((ProposeResponse) message);
    }
  }

  private void onVoteResponse(RequestVoteResponse message) {
    maybeCommitKnown(message.commit());
    role().onVoteResponse(message);
  }

  // ---------------------------------------------------------------- the log

  /** Adds an entry; a configuration is in force from here on (paper, section 6). */
  void append(Entry entry) {
    log.append(entry);
    if (trace != null) {
      trace.on(new TraceEvent.Appended(entry));
    }
    if (entry.type() == EntryType.CONFIGURATION) {
      memberships.onAppended(MembershipCodec.decode(entry.id(), entry.data()));
      onMembershipChanged();
    }
  }

  /** Drops uncommitted entries from {@code index} on, and the configurations among them. */
  void truncateFrom(long index) {
    log.truncateFrom(index);
    writes.onTruncatedTo(index - 1);
    if (trace != null) {
      trace.on(new TraceEvent.Truncated(index));
    }
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
    if (trace != null) {
      trace.on(new TraceEvent.Reset(snapshot));
    }
    onMembershipChanged();
  }

  private void onMembershipChanged() {
    quorum = Quorum.of(membership());
    if (trace != null) {
      trace.on(new TraceEvent.Configured(membership()));
    }
    role().onMembership();
  }

  /** Commits up to {@code index}, if that is news. */
  void maybeCommit(long index) {
    if (log.maybeCommit(index) && trace != null) {
      trace.on(new TraceEvent.Committed(index));
    }
  }

  /** Commits up to an entry that a peer knows committed, if this log holds that very entry. */
  void maybeCommitKnown(EntryId committed) {
    if (!(role() instanceof Leader) && log.holds(committed)) {
      maybeCommit(committed.index());
    }
  }

  /** A snapshot taken here is durable. */
  boolean compact(SnapshotMetadata snapshot, long firstIndex) {
    if (!log.maybeCompact(snapshot, firstIndex)) {
      return false;
    }
    memberships.onSnapshot(snapshot.id());
    if (trace != null) {
      trace.on(new TraceEvent.Compacted(snapshot, log.firstIndex()));
    }
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
    if (role() instanceof Leader leading) {
      leading.onUnreachable(peer);
    }
  }

  /** More is durable. */
  void onPersisted(long number) {
    writes.onPersisted(number, now);
    log.onDurable(writes.durableIndex());
    if (trace != null) {
      trace.on(new TraceEvent.Persisted(number, log.durableIndex(), durableState()));
    }
    role().onDurable();
  }
}
