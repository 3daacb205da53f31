// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.SoftState;
import dev.balsa.raft.model.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group on the loop: feeds its core and carries out its Readys, one for each turn.
 *
 * <p><b>Threads.</b> The loop's alone, but for {@link #status}.
 *
 * @param <R> what applying a command results in
 */
final class GroupLoop<R> {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  private final HostParts parts;
  private final HostLoop host;
  private final long id;
  private final RawNode raw;
  private final GroupApplier<R> applier;
  private final Endings<R> endings;
  private final Proposer<R> proposer;
  private final PendingReads reads;
  private final GroupSnapshots snapshots;
  private final List<Transfer> transfers = new ArrayList<>();

  private SoftState soft = new SoftState(RoleType.FOLLOWER, 0);

  /** The latest Ready that went to the log worker, and the latest that is durable. */
  private long handedOver;

  private long persisted;

  /** What this turn has brought, null if nothing. */
  private Ready ready;

  private boolean isActive;
  private boolean isStopped;
  private volatile Status status;

  GroupLoop(HostParts parts, HostLoop host, long id, RawNode raw, GroupApplier<R> applier) {
    this.parts = parts;
    this.host = host;
    this.id = id;
    this.raw = raw;
    this.applier = applier;
    this.status = raw.status();
    this.endings = new Endings<>(parts);
    this.proposer = new Proposer<>(parts, raw, endings, status.appliedIndex());
    this.reads = new PendingReads(parts, raw, endings);
    this.snapshots = new GroupSnapshots(parts, this, raw, status.snapshotIndex());
  }

  long id() {
    return id;
  }

  /** How the group stood at the end of its last turn. For any thread. */
  Status status() {
    return status;
  }

  GroupSnapshots snapshots() {
    return snapshots;
  }

  boolean isStopped() {
    return isStopped;
  }

  boolean isLeader() {
    return soft.role() == RoleType.LEADER;
  }

  /** Whether no client of this member waits for the group's loop. */
  boolean isIdle() {
    return proposer.isIdle() && reads.isIdle() && transfers.isEmpty();
  }

  /** Whether this member leads and has somebody to hand over to. */
  boolean isHandingOver() {
    return isLeader() && status.transferee() != 0;
  }

  /** The loop has it now: its first turn names the peers. */
  void begun() {
    touch();
  }

  /** Something came in: the group takes part in this turn. */
  void touch() {
    if (!isActive) {
      isActive = true;
      host.activate(this);
    }
  }

  // ---------------------------------------------------------------- inputs

  void onMessage(Message message) {
    if (!isStopped) {
      raw.step(message);
      if (message.from() == soft.leader()) {
        proposer.onLeaderHeard();
      }
      touch();
    }
  }

  void onProposal(Proposal<R> proposal) {
    proposal.deadline = host.requestDeadline();
    if (isStopped) {
      endings.refuse(proposal, stopped());
    } else {
      proposer.add(proposal);
    }
    touch();
  }

  void onRead(Read<?> read) {
    read.deadline = host.requestDeadline();
    if (isStopped) {
      endings.end(() -> read.refuse(stopped()));
    } else {
      reads.add(read);
    }
    touch();
  }

  void onTransfer(Transfer transfer) {
    Refusal refusal = isStopped ? stopped() : handOver(transfer.target);
    if (refusal != null) {
      endings.end(() -> transfer.refuse(refusal));
    } else {
      transfers.add(transfer);
    }
    touch();
  }

  void onUnreachable(long peer) {
    if (!isStopped) {
      raw.unreachable(peer);
      if (peer == soft.leader()) {
        proposer.onLeaderLost();
      }
      touch();
    }
  }

  void onTick(long now) {
    raw.tick(parts.clock.nanoTime());
    snapshots.onTick();
    proposer.onTick(now);
    reads.onTick(now);
    if (applier.hasParkedReads()) {
      Refusal refusal = new Refusal(Refusal.Reason.TIMED_OUT, soft.leader());
      parts.applies.add(Task.of(() -> applier.expireReads(now, refusal)));
    }
    endTransfers();
    touch();
  }

  /** Hands leadership to whoever is furthest, if this member leads and there is such a one. */
  boolean maybeHandOver() {
    touch();
    return isLeader() && handOver(0) == null;
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
    persisted = Math.max(persisted, number);
    if (!isStopped) {
      raw.onPersisted(number);
      snapshots.onPersisted(number);
      touch();
    }
  }

  void onApplied(long index) {
    if (!isStopped) {
      raw.onApplied(index);
      snapshots.onApplied(index);
      touch();
    }
  }

  private void onFetched(FetchRequest request, List<Entry> entries) {
    if (!isStopped) {
      raw.onFetched(request, entries);
      touch();
    }
  }

  private void onFetchFailed(FetchRequest request, IOException cause) {
    if (isStopped) {
      return;
    }
    Status now = raw.status();
    boolean isStillThere =
        now.firstIndex() <= request.range().first() && now.last().index() >= request.range().last();
    if (isStillThere) {
      parts.fail("group " + id + ": entries " + request.range() + " could not be read", cause);
    } else {
      // Compacted or replaced while the read was under way.
      onFetched(request, List.of());
    }
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
    if (isStopped) {
      endings.flush();
      return 0;
    }
    proposer.flush();
    reads.flush();
    if (!raw.hasReady()) {
      return 0;
    }
    ready = raw.ready();
    if (ready.membership() != null) {
      host.peers().onMembership(id, ready.membership());
    }
    int sent = send(ready.messages());
    boolean promisesNothing = ready.persist().isEmpty() && handedOver == persisted;
    return promisesNothing ? sent + send(ready.messagesAfterPersist()) : sent;
  }

  private int send(List<Message> messages) {
    for (int i = 0; i < messages.size(); i++) {
      parts.transport.send(id, messages.get(i));
    }
    return messages.size();
  }

  /** Carries out the rest: to the log, to the state machine, to whoever waits. */
  void finish() {
    Ready now = ready;
    ready = null;
    if (now != null) {
      persist(now);
      tell(now);
      settle(now);
      apply(now);
      fetch(now);
    }
    endings.flush();
    status = raw.status();
    host.peers().onCommitted(id, status.hardState().commit());
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
      parts.listener.onMembership(id, now.membership());
    }
    for (PeerViolation violation : now.violations()) {
      parts.metrics.violations.add(1);
      parts.listener.onViolation(id, violation);
      LOG.debug("group {}: dropped a message: {}", id, violation);
    }
  }

  private void onSoftState(SoftState state) {
    boolean ledBefore = isLeader();
    boolean changed = state.leader() != soft.leader() || ledBefore;
    soft = state;
    if (changed) {
      proposer.onLeaderChanged(host.settleDeadline());
      reads.onLeaderChanged();
      endTransfers();
    }
    parts.listener.onSoftState(id, raw.status().hardState().term(), state);
  }

  private void endTransfers() {
    if (transfers.isEmpty()) {
      return;
    }
    boolean goesOn = isLeader() && raw.status().transferee() != 0;
    if (goesOn) {
      return;
    }
    boolean succeeded = !isLeader();
    Refusal refusal = new Refusal(Refusal.Reason.TIMED_OUT, soft.leader());
    for (Transfer transfer : transfers) {
      endings.end(succeeded ? transfer::succeed : () -> transfer.refuse(refusal));
    }
    transfers.clear();
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
      parts.listener.onSnapshotInstalled(id, restore);
    }
    List<Entry> committed = now.committed();
    if (!committed.isEmpty()) {
      parts.metrics.entriesCommitted.add(committed.size());
      Proposal<R>[] awaited = proposer.onCommitted(committed);
      parts.applies.add(Task.of(() -> applier.apply(committed, awaited)));
    }
  }

  private void fetch(Ready now) {
    for (FetchRequest request : now.fetches()) {
      parts.fetches.add(Task.of(() -> read(request)));
    }
    if (now.snapshotFetch() != null) {
      snapshots.fetch(now.snapshotFetch());
    }
  }

  /** Called by the fetch worker. */
  private void read(FetchRequest request) {
    try {
      List<Entry> entries = parts.storage.read(id, request.range(), request.maxBytes());
      parts.completions.add(Task.of(() -> onFetched(request, entries)));
    } catch (IOException e) {
      parts.completions.add(Task.of(() -> onFetchFailed(request, e)));
    }
  }

  // ---------------------------------------------------------------- the end

  /** Ends everything that waits. The core is not asked any more: it may be what broke. */
  void stop() {
    isStopped = true;
    Refusal refusal = stopped();
    proposer.stop(refusal);
    reads.stop(refusal);
    for (Transfer transfer : transfers) {
      endings.end(() -> transfer.refuse(refusal));
    }
    transfers.clear();
    endings.flush();
    parts.applies.add(Task.of(() -> applier.stop(refusal)));
  }
}
