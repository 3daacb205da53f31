// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one group's Readys, but for what is sent at once: to the log, to the state machine,
 * to whoever waits.
 *
 * <p><b>Threads.</b> The loop's alone.
 *
 * @param <R> what applying a command results in
 */
final class ReadyWork<R> {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  private final HostParts parts;
  private final GroupLoop<R> group;
  private final GroupClients<R> clients;
  private final GroupSnapshots snapshots;
  private final GroupApplier<R> applier;
  private final ColdReads coldReads;

  /** The latest Ready that went to the log worker, and the latest that is durable. */
  private long handedOver;

  private long persisted;

  ReadyWork(HostParts parts, GroupLoop<R> group, RawNode raw, GroupApplier<R> applier) {
    this.parts = parts;
    this.group = group;
    this.clients = group.clients();
    this.snapshots = group.snapshots();
    this.applier = applier;
    this.coldReads = new ColdReads(parts, group, raw);
  }

  /** Whether all its messages may leave at once: nothing that they promise is yet to be written. */
  boolean promisesNothing(Ready ready) {
    return ready.persist().isEmpty() && handedOver == persisted;
  }

  void onPersisted(long number) {
    persisted = Math.max(persisted, number);
  }

  void carryOut(Ready now) {
    persist(now);
    tell(now);
    settle(now);
    apply(now);
    coldReads.fetch(now.fetches());
    if (now.snapshotFetch() != null) {
      snapshots.fetch(now.snapshotFetch());
    }
  }

  private void persist(Ready now) {
    if (now.persist().isEmpty()
        && (handedOver == persisted || now.messagesAfterPersist().isEmpty())) {
      return;
    }
    // Even with nothing to write it waits its turn: its messages may promise what an earlier Ready
    // is still writing.
    handedOver = now.number();
    parts.writes.add(new LogWrite(group, now.number(), now.persist(), now.messagesAfterPersist()));
    snapshots.onReady(now);
  }

  private void tell(Ready now) {
    if (now.softState() != null) {
      group.onSoftState(now.softState());
    }
    if (now.membership() != null) {
      parts.listener.onMembership(group.id(), now.membership());
    }
    for (PeerViolation violation : now.violations()) {
      parts.metrics.violations.add(1);
      parts.listener.onViolation(group.id(), violation);
      LOG.debug("group {}: dropped a message: {}", group.id(), violation);
    }
  }

  /** Answers come before the entries that they name, so that these find who waits for them. */
  private void settle(Ready now) {
    for (ForwardState forward : now.forwards()) {
      clients.onForwardState(forward);
    }
    for (ReadState read : now.reads()) {
      ReadBatch batch = clients.onReadState(read);
      if (batch != null) {
        parts.applies.add(Task.of(() -> applier.read(read.index(), batch)));
      }
    }
    if (clients.canFlush()) {
      // Refused, or free to try again: in the next turn.
      group.touch();
    }
  }

  private void apply(Ready now) {
    SnapshotMetadata restore = now.restore();
    if (restore != null) {
      clients.onRestored(restore.index());
      parts.applies.add(Task.of(() -> applier.restore(restore)));
      parts.listener.onSnapshotInstalled(group.id(), restore);
    }
    List<Entry> committed = now.committed();
    if (!committed.isEmpty()) {
      parts.metrics.entriesCommitted.add(committed.size());
      Proposal<R>[] awaited = clients.onCommitted(committed);
      parts.applies.add(Task.of(() -> applier.apply(committed, awaited)));
    }
  }
}
