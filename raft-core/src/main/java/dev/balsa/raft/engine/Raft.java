// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
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
  private static final long UNKNOWN = 0;

  private final RaftConfig config;
  private final MemberId self;
  private final LogChanges changes;
  private final TraceSink trace;
  private final Outbox out;
  private final Requests requests;
  private final VoteRules votes = new VoteRules(this);
  private final Admission admission = new Admission(this, votes);
  private final LogReceiver receiver;
  private final Settings settings;
  private final Elections elections;

  /** Ticks since the node was made. */
  private long now;

  /** The tick at which something is due if nothing comes in before, or {@link #UNKNOWN}. */
  private long dueAt;

  /** Nothing has come in, and nothing was due, since the last look found nothing to do. */
  private boolean settled;

  /** A member with this log. See {@link dev.balsa.raft.RawNode}; {@code trace} may be null. */
  public Raft(RaftConfig config, RecoveredLog recovered, long applied, TraceSink trace) {
    this.trace = trace;
    this.config = config;
    this.self = config.self();
    this.out = new Outbox(trace);
    this.requests = new Requests(this);
    this.receiver = new LogReceiver(this);
    this.settings = new Settings(this);
    this.changes = new LogChanges(this, recovered, applied);
    this.elections = new Elections(this, recovered.hardState());
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
    this.changes = other.changes.copy(this);
    this.out = other.out.copy();
    this.requests = other.requests.copy(this);
    this.receiver = other.receiver.copy(this);
    this.settings = other.settings.copy(this);
    this.now = other.now;
    this.elections = other.elections.copy(this);
  }

  /** A twin that shares nothing with this one that changes. */
  public Raft copy() {
    return new Raft(this);
  }

  /** Tells the whole state. See {@link dev.balsa.raft.RawNode#encodeState}. */
  void encodeState(StateSink sink, long lastNumber) {
    changes.encodeState(sink, lastNumber);
    out.encodeState(sink);
    requests.encodeState(sink);
    receiver.encodeState(sink);
    elections.encodeState(sink);
    settings.encodeState(sink);
  }

  // ---------------------------------------------------------------- what the roles see

  public RaftConfig config() {
    return config;
  }

  public MemberId self() {
    return self;
  }

  public RaftLog log() {
    return changes.log();
  }

  public Membership membership() {
    return changes.membership();
  }

  /** The configuration in force at {@code index}, which is at least the snapshot's. */
  public Membership membershipAt(long index) {
    return changes.membershipAt(index);
  }

  /** The latest configuration that is known committed. */
  Membership committedMembership() {
    return changes.committedMembership();
  }

  /** Who hears everything, null for nobody. */
  TraceSink trace() {
    return trace;
  }

  /** Whether the configuration in force is not committed yet. */
  boolean isMembershipPending() {
    return changes.isMembershipPending();
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

  /** Changes the log, and all that follows from it. */
  LogChanges changes() {
    return changes;
  }

  VoteRules votes() {
    return votes;
  }

  LogReceiver receiver() {
    return receiver;
  }

  /** Terms, votes, and who leads. */
  public Elections elections() {
    return elections;
  }

  Outbox out() {
    return out;
  }

  PersistQueue writes() {
    return changes.writes();
  }

  /** What this member and its peers ask of the leader. */
  public Requests requests() {
    return requests;
  }

  Quorum quorum() {
    return changes.quorum();
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
    return writes().durableState();
  }

  /** Term, vote and commit as they are now. */
  public HardState hardState() {
    return new HardState(term(), votedFor(), log().commitIndex());
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

  // ---------------------------------------------------------------- rest

  /**
   * Something comes in, is due, or goes out: whatever was found out about this member's rest holds
   * no more. To be called before anything else changes; all that changes anything is behind it.
   */
  public void wake() {
    settled = false;
    dueAt = UNKNOWN;
  }

  /** A look at everything found nothing to do; there is nothing until the next {@link #wake}. */
  void settle() {
    settled = true;
  }

  /** Whether there is known to be nothing to do, at one glance. */
  public boolean isSettled() {
    return settled;
  }

  // ---------------------------------------------------------------- time

  /** This many ticks, one after another; what is due at none of them does not see them pass. */
  public void tick(int ticks) {
    for (int left = ticks; left > 0; ) {
      int step = left == 1 ? 1 : Math.min(left, ticksUntilDue());
      now += step;
      left -= step;
      // At rest it pays to know when that ends; else a tick looks for itself whether it is due.
      if (!settled || now >= dueAt()) {
        wake();
        role().onTick();
        requests.onTick();
      }
    }
  }

  /** After how many ticks, at least 1, there may be something to do without any other input. */
  public int ticksUntilDue() {
    return (int) Math.max(1, Math.min(dueAt() - now, Integer.MAX_VALUE));
  }

  private long dueAt() {
    if (dueAt == UNKNOWN) {
      dueAt = Math.min(role().dueAt(), requests.dueAt());
    }
    return dueAt;
  }

  /**
   * When the disk counts as stalled if it does not move, {@link Long#MAX_VALUE} if it owes nothing.
   */
  long diskStallsAt() {
    long since = writes().waitingSince();
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
    Dispatch.of(message.type()).dispatch(this, message);
  }

  // ---------------------------------------------------------------- what the host reports

  /** The fetched snapshot is durable as a file. */
  public void onSnapshotReceived(SnapshotMetadata snapshot) {
    receiver.onSnapshotReceived(snapshot);
  }

  /** The snapshot could not be fetched. */
  public void onSnapshotFailed(EntryId snapshot) {
    receiver.onSnapshotFailed(snapshot);
  }

  /** Messages to this peer are being dropped. */
  public void onUnreachable(long peer) {
    if (role() instanceof Leader leading) {
      leading.onUnreachable(peer);
    }
  }
}
