// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageType;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.SoftState;
import dev.balsa.raft.model.Status;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group on its loop: feeds its core and carries out its Readys, one for each turn.
 *
 * <p>In a turn it takes what waits for it, up to a bound, so that a busy group does not hold up the
 * others; what is left makes it take part in the next turn. A group to which nothing happens takes
 * part in none.
 *
 * <p><b>Threads.</b> Its loop's alone, but for {@link #status}, {@link #post} and what is final.
 *
 * @param <R> what applying a command results in
 */
final class GroupLoop<R> extends TickWheel.Timer {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  /** How much of each kind a group takes in one turn. */
  private static final int MAX_PER_TURN = 1_024;

  private final HostParts parts;
  private final HostLoop host;
  private final GroupHealth health;
  private final RawNode raw;
  private final GroupApplier<R> applier;
  private final GroupClock clock;
  private final Endings<R> endings;
  private final Proposer<R> proposer;
  private final PendingReads reads;
  private final GroupSnapshots snapshots;
  private final ColdReads coldReads;
  private final Transfers transfers;
  private final RequestGate requestGate;
  private final RequestGate messageGate;
  private final TaskQueue messages = new TaskQueue();
  private final TaskQueue requests = new TaskQueue();

  private SoftState soft = new SoftState(RoleType.FOLLOWER, 0);

  /** The latest Ready that went to the log worker, and the latest that is durable. */
  private long handedOver;

  private long persisted;

  /** What this turn has brought, null if nothing. */
  private Ready ready;

  private boolean isActive;
  private boolean isStopped;

  /** Whether the status that people see is behind in more than what heartbeats bring. */
  private boolean isStatusOld;

  private volatile boolean isStatusAsked;
  private volatile Status status;

  GroupLoop(
      HostParts parts,
      HostLoop host,
      GroupHealth health,
      PeerGate peers,
      RawNode raw,
      GroupApplier<R> applier) {
    this.parts = parts;
    this.host = host;
    this.health = health;
    this.raw = raw;
    this.applier = applier;
    this.status = raw.status();
    this.clock = new GroupClock(parts, host, raw);
    this.endings = new Endings<>(parts);
    this.proposer = new Proposer<>(parts, raw, endings, status.appliedIndex());
    this.reads = new PendingReads(parts, raw, endings);
    this.snapshots = new GroupSnapshots(parts, this, raw, status.snapshotIndex());
    this.coldReads = new ColdReads(parts, this, raw);
    this.transfers = new Transfers(raw, endings);
    this.requestGate =
        new RequestGate(parts.gate, parts.options.inboxCapacity(), parts.options.inboxBytes());
    this.messageGate = peers.share();
    health.onFailure(() -> host.post(Task.of(this::onFailed)));
  }

  long id() {
    return health.id();
  }

  HostLoop host() {
    return host;
  }

  GroupHealth health() {
    return health;
  }

  /** What its clients have asked for and not been answered yet. */
  RequestGate requestGate() {
    return requestGate;
  }

  /** What its peers have sent and it has not taken yet. */
  RequestGate messageGate() {
    return messageGate;
  }

  GroupSnapshots snapshots() {
    return snapshots;
  }

  /**
   * How the group stood at the end of its last turn; a leader's view of its peers may be that of
   * the turn before the last question. For any thread.
   */
  Status status() {
    if (!isStatusAsked) {
      isStatusAsked = true;
    }
    return status;
  }

  /** Hands over what a worker has done. For any thread. */
  void post(Runnable action) {
    host.post(GroupTask.of(this, action));
  }

  boolean isStopped() {
    return isStopped;
  }

  /** Whether its core is not to be asked any more: it has stopped, or may be what broke. */
  boolean isOut() {
    return isStopped || health.hasFailed();
  }

  boolean isLeader() {
    return soft.role() == RoleType.LEADER;
  }

  /** Whether no client of this member waits for the group's loop. */
  boolean isIdle() {
    return isOut()
        || requests.isEmpty() && proposer.isIdle() && reads.isIdle() && transfers.isIdle();
  }

  /** Whether this member leads and has somebody to hand over to. */
  boolean isHandingOver() {
    return !isOut() && isLeader() && raw.status().transferee() != 0;
  }

  /** The loop has it now: its first turn names the peers. */
  void begun() {
    touch();
  }

  /** Something comes in: the group takes part in this turn. To be called before the core hears. */
  void touch() {
    if (!isActive) {
      isActive = true;
      host.activate(this);
    }
    if (!isOut()) {
      clock.catchUp();
    }
  }

  // ---------------------------------------------------------------- inputs

  void enqueue(PeerMessage message) {
    messages.add(message);
    touch();
  }

  void enqueue(Request request) {
    requests.add(request);
    touch();
  }

  void onMessage(PeerMessage taken) {
    messageGate.leave(taken.bytes);
    if (isOut()) {
      return;
    }
    Message message = taken.message;
    raw.step(message);
    if (message.from() == soft.leader()) {
      proposer.onLeaderHeard();
    }
    isStatusOld |=
        message.type() != MessageType.HEARTBEAT && message.type() != MessageType.HEARTBEAT_RESPONSE;
  }

  void onProposal(Proposal<R> proposal) {
    proposal.deadline = host.requestDeadline();
    if (isOut()) {
      endings.refuse(proposal, stopped());
    } else {
      proposer.add(proposal);
    }
  }

  void onRead(Read<?> read) {
    read.deadline = host.requestDeadline();
    if (isOut()) {
      endings.end(() -> read.refuse(stopped()));
    } else {
      reads.add(read);
    }
  }

  void onTransfer(Transfer transfer) {
    transfers.onAnswer(transfer, isOut() ? stopped() : handOver(transfer.target));
    isStatusOld = true;
  }

  void onUnreachable(long peer) {
    if (!isOut() && (isLeader() || peer == soft.leader())) {
      touch();
      raw.unreachable(peer);
      if (peer == soft.leader()) {
        proposer.onLeaderLost();
      }
    }
  }

  /** It may be due: takes part in this turn if it is, else waits on. */
  void onTimer() {
    if (dueTick() <= host.ticks()) {
      touch();
    } else if (!isOut()) {
      host.wakeAt(this, dueTick());
    }
  }

  private long dueTick() {
    boolean waits = !isIdle() || applier.hasParkedReads() || snapshots.isRetryDue();
    return waits ? host.ticksBefore() + 1 : clock.dueTick();
  }

  private void onTick(long now) {
    snapshots.onTick();
    proposer.onTick(now);
    reads.onTick(now);
    if (applier.hasParkedReads()) {
      Refusal refusal = new Refusal(Refusal.Reason.TIMED_OUT, soft.leader());
      parts.applies.add(Task.of(() -> applier.expireReads(now, refusal)));
    }
    transfers.settle(soft.role(), soft.leader());
  }

  /** Hands leadership to whoever is furthest, if this member leads and there is such a one. */
  void maybeHandOver() {
    touch();
    requests.run(Integer.MAX_VALUE);
    if (!isOut() && isLeader()) {
      handOver(0);
    }
  }

  /** What came before goes before: during a transfer nothing is appended. */
  private Refusal handOver(long target) {
    proposer.flush();
    return raw.transferLeadership(target);
  }

  private Refusal stopped() {
    return new Refusal(Refusal.Reason.STOPPED, 0);
  }

  // ---------------------------------------------------------------- completions

  void onPersisted(long number) {
    touch();
    persisted = Math.max(persisted, number);
    raw.onPersisted(number);
    snapshots.onPersisted(number);
    isStatusOld = true;
  }

  void onApplied(long index) {
    touch();
    raw.onApplied(index);
    snapshots.onApplied(index);
    isStatusOld = true;
  }

  /** Called by the snapshots' room: the group's state is to be viewed. */
  void viewState() {
    parts.applies.add(Task.of(applier::takeSnapshot));
  }

  // ---------------------------------------------------------------- the turn

  /**
   * Feeds the core what has gathered, and sends at once what may leave at once.
   *
   * @return how many messages were handed to the transport
   */
  int begin() {
    isActive = false;
    messages.run(MAX_PER_TURN);
    requests.run(MAX_PER_TURN);
    if (!messages.isEmpty() || !requests.isEmpty()) {
      touch();
    }
    if (isOut()) {
      return 0;
    }
    passTime();
    proposer.flush();
    reads.flush();
    if (!raw.hasReady()) {
      return 0;
    }
    ready = raw.ready();
    if (ready.membership() != null) {
      parts.peers.onMembership(id(), ready.membership());
    }
    int sent = send(ready.messages());
    boolean promisesNothing = ready.persist().isEmpty() && handedOver == persisted;
    return promisesNothing ? sent + send(ready.messagesAfterPersist()) : sent;
  }

  private void passTime() {
    boolean isDropped = !messages.isEmpty() && clock.maybeDropTick();
    if (!isDropped && dueTick() <= host.ticks()) {
      clock.tellAll();
      onTick(host.ticks());
    }
  }

  private int send(List<Message> messages) {
    for (int i = 0; i < messages.size(); i++) {
      parts.transport.send(id(), messages.get(i));
    }
    return messages.size();
  }

  /** Carries out the rest: to the log, to the state machine, to whoever waits. */
  void finish() {
    Ready now = ready;
    ready = null;
    if (isOut()) {
      endings.flush();
      return;
    }
    if (now != null) {
      persist(now);
      tell(now);
      settle(now);
      apply(now);
      coldReads.fetch(now.fetches());
      if (now.snapshotFetch() != null) {
        snapshots.fetch(now.snapshotFetch());
      }
    }
    endings.flush();
    if (now != null || isStatusOld || isStatusAsked) {
      isStatusOld = false;
      isStatusAsked = false;
      status = raw.status();
      parts.peers.onCommitted(id(), status.hardState().commit());
    }
    host.wakeAt(this, dueTick());
  }

  private void persist(Ready now) {
    if (now.persist().isEmpty()
        && (handedOver == persisted || now.messagesAfterPersist().isEmpty())) {
      return;
    }
    // Even with nothing to write it waits its turn: its messages may promise what an earlier Ready
    // is still writing.
    handedOver = now.number();
    parts.writes.add(new LogWrite(this, now.number(), now.persist(), now.messagesAfterPersist()));
    snapshots.onReady(now);
  }

  private void tell(Ready now) {
    if (now.softState() != null) {
      onSoftState(now.softState());
    }
    if (now.membership() != null) {
      parts.listener.onMembership(id(), now.membership());
    }
    for (PeerViolation violation : now.violations()) {
      parts.metrics.violations.add(1);
      parts.listener.onViolation(id(), violation);
      LOG.debug("group {}: dropped a message: {}", id(), violation);
    }
  }

  private void onSoftState(SoftState state) {
    boolean ledBefore = isLeader();
    boolean changed = state.leader() != soft.leader() || ledBefore;
    soft = state;
    if (changed) {
      proposer.onLeaderChanged(host.settleDeadline());
      reads.onLeaderChanged();
      transfers.settle(soft.role(), soft.leader());
    }
    parts.listener.onSoftState(id(), raw.status().hardState().term(), state);
  }

  /** Answers come before the entries that they name, so that these find who waits for them. */
  private void settle(Ready now) {
    for (ForwardState forward : now.forwards()) {
      proposer.onForwardState(forward);
    }
    for (ReadState read : now.reads()) {
      ReadBatch batch = reads.onReadState(read);
      if (batch != null) {
        parts.applies.add(Task.of(() -> applier.read(read.index(), batch)));
      }
    }
    if (proposer.canFlush() || reads.canFlush()) {
      // Refused, or free to try again: in the next turn.
      touch();
    }
  }

  private void apply(Ready now) {
    SnapshotMetadata restore = now.restore();
    if (restore != null) {
      proposer.onRestored(restore.index());
      parts.applies.add(Task.of(() -> applier.restore(restore)));
      parts.listener.onSnapshotInstalled(id(), restore);
    }
    List<Entry> committed = now.committed();
    if (!committed.isEmpty()) {
      parts.metrics.entriesCommitted.add(committed.size());
      Proposal<R>[] awaited = proposer.onCommitted(committed);
      parts.applies.add(Task.of(() -> applier.apply(committed, awaited)));
    }
  }

  // ---------------------------------------------------------------- the end

  /** The group's own code has thrown. */
  void broke(RuntimeException cause) {
    health.fail("its core or its host broke", cause);
  }

  private void onFailed() {
    parts.listener.onGroupFailed(id(), health.failure());
    stop();
    parts.applies.add(Task.of(() -> health.end(null)));
  }

  /** Ends everything that waits. The core is not asked any more: it may be what broke. */
  void stop() {
    if (isStopped) {
      return;
    }
    isStopped = true;
    host.wakeNever(this);
    messages.run(Integer.MAX_VALUE);
    requests.run(Integer.MAX_VALUE);
    Refusal refusal = stopped();
    proposer.stop(refusal);
    reads.stop(refusal);
    transfers.stop(refusal);
    endings.flush();
    parts.applies.add(Task.of(() -> applier.stop(refusal)));
  }
}
