// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageType;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
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
  private final GroupClients<R> clients;
  private final GroupSnapshots snapshots;
  private final ReadyWork<R> work;
  private final SelfWatch self;
  private final RequestGate requestGate;
  private final RequestGate messageGate;
  private final TaskQueue messages = new TaskQueue();
  private final TaskQueue requests = new TaskQueue();

  private SoftState soft = new SoftState(RoleType.FOLLOWER, 0);

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
    this.clients = new GroupClients<>(parts, this, raw, status.appliedIndex());
    this.snapshots = new GroupSnapshots(parts, this, raw, status.snapshotIndex());
    this.work = new ReadyWork<>(parts, this, raw, applier);
    this.self = new SelfWatch(parts.identity.member().id(), status.membership());
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

  GroupClients<R> clients() {
    return clients;
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

  /** How this member stands in the group. For any thread. */
  NodeState state() {
    NodeState state = health.state();
    return state == NodeState.RUNNING && self.isRemoved() ? NodeState.REMOVED : state;
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
    return isOut() || requests.isEmpty() && clients.isIdle();
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

  void enqueue(Request<?, ?> request) {
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
      clients.onLeaderHeard();
    }
    isStatusOld |=
        message.type() != MessageType.HEARTBEAT && message.type() != MessageType.HEARTBEAT_RESPONSE;
  }

  void onUnreachable(long peer) {
    if (!isOut() && (isLeader() || peer == soft.leader())) {
      touch();
      raw.unreachable(peer);
      if (peer == soft.leader()) {
        clients.onLeaderLost();
      }
    }
  }

  void onStorageFull(boolean full) {
    if (!isOut()) {
      touch();
      raw.storageFull(full);
      isStatusOld = true;
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
    boolean waits = !isIdle() || applier.hasParkedReads();
    return waits ? host.ticksBefore() + 1 : Math.min(clock.dueTick(), snapshots.dueTick());
  }

  private void onTick(long now) {
    snapshots.onTick(now);
    clients.onTick(now, soft);
    if (applier.hasParkedReads()) {
      Refusal refusal = new Refusal(Refusal.Reason.TIMED_OUT, soft.leader());
      parts.applies.add(Task.of(() -> applier.expireReads(now, refusal)));
    }
  }

  /** Hands leadership to whoever is furthest, if this member leads and there is such a one. */
  void maybeHandOver() {
    touch();
    requests.run(Integer.MAX_VALUE);
    if (!isOut() && isLeader()) {
      clients.handOver(0);
    }
  }

  // ---------------------------------------------------------------- completions

  void onPersisted(long number) {
    touch();
    work.onPersisted(number);
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
    isStatusOld |= requests.run(MAX_PER_TURN) > 0;
    if (!messages.isEmpty() || !requests.isEmpty()) {
      touch();
    }
    if (isOut()) {
      return 0;
    }
    passTime();
    clients.flush();
    if (!raw.hasReady()) {
      return 0;
    }
    ready = raw.ready();
    if (ready.membership() != null) {
      parts.peers.onMembership(id(), ready.membership());
    }
    int sent = send(ready.messages());
    return work.promisesNothing(ready) ? sent + send(ready.messagesAfterPersist()) : sent;
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
      clients.tellEndings();
      return;
    }
    if (now != null) {
      work.carryOut(now);
    }
    clients.tellEndings();
    if (now != null || isStatusOld || isStatusAsked) {
      isStatusOld = false;
      isStatusAsked = false;
      status = raw.status();
      onStatus();
    }
    host.wakeAt(this, dueTick());
  }

  private void onStatus() {
    Membership membership = status.membership();
    if (self.maybeRemove(membership, status.hardState().commit())) {
      LOG.info(
          "member {} was removed from group {} by {}",
          parts.identity.member(),
          id(),
          membership.id());
      parts.listener.onRemoved(id(), membership);
    }
    parts.peers.onStatus(status);
  }

  void onSoftState(SoftState state) {
    SoftState before = soft;
    soft = state;
    clients.onSoftState(before, state);
    parts.listener.onSoftState(id(), raw.status().hardState().term(), state);
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
    Refusal refusal = clients.stop();
    parts.applies.add(Task.of(() -> applier.stop(refusal)));
  }
}
