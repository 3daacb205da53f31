// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.StateMachine;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One group's state machine and everybody who waits for it.
 *
 * <p><b>Threads.</b> The apply worker's alone, but for the constructor and {@link #restoreFrom},
 * which come before it starts, and {@link #hasParkedReads}.
 *
 * <p>Invariant: {@code applied} never falls.
 *
 * @param <R> what applying a command results in
 */
final class GroupApplier<R> {
  private static final String STOPPED = "the node stopped before the command was applied here";

  private final HostParts parts;
  private final ApplyWorker worker;
  private final GroupHealth health;
  private final StateMachine<R> machine;
  private final TreeMap<Long, List<ReadBatch>> parked = new TreeMap<>();
  private volatile boolean hasParked;
  private GroupLoop<R> group;
  private long applied;
  private boolean isReportDue;

  GroupApplier(HostParts parts, ApplyWorker worker, GroupHealth health, StateMachine<R> machine) {
    this.parts = parts;
    this.worker = worker;
    this.health = health;
    this.machine = machine;
  }

  /** The group's half on the loop; to be set once, before anything is applied. */
  void reportTo(GroupLoop<R> loop) {
    this.group = loop;
  }

  long applied() {
    return applied;
  }

  /**
   * Loads a durable snapshot into the machine. There is none at index 0, where every machine is
   * empty.
   *
   * @throws IOException if it is gone, or not intact
   */
  void restoreFrom(EntryId snapshot) throws IOException {
    if (snapshot.index() > 0) {
      try (SnapshotStore.Source source = parts.storage.snapshots().open(health.id(), snapshot)) {
        if (source == null) {
          throw new IOException(
              "the snapshot "
                  + snapshot
                  + " that the log of group "
                  + health.id()
                  + " begins with is missing; restore the data directory, or remove this member"
                  + " from the cluster and add it anew with an empty one");
        }
        try (InputStream in = new BufferedInputStream(new SourceStream(source))) {
          machine.restore(in);
        }
      }
    }
    applied = snapshot.index();
  }

  // ---------------------------------------------------------------- tasks

  /** Applies these entries; {@code awaited} says who waits for which, null if nobody. */
  void apply(List<Entry> entries, Proposal<R>[] awaited) {
    CommandBatch<R> batch = new CommandBatch<>(entries, awaited);
    if (health.hasFailed()) {
      batch.endUnknown(STOPPED);
      return;
    }
    try {
      requireIntact(entries);
      if (batch.size() > 0) {
        long before = parts.clock.nanoTime();
        machine.apply(batch);
        parts.metrics.applyNanos.record(parts.clock.nanoTime() - before);
      }
    } catch (Throwable e) {
      health.fail("the state machine could not apply", e);
      batch.endUnknown(STOPPED);
      return;
    }
    parts.metrics.entriesApplied.add(entries.size());
    onAppliedTo(entries.get(entries.size() - 1).index());
    batch.succeed();
    servePark();
  }

  /** Damage in memory or on the way here must not become state that all later reads believe. */
  private static void requireIntact(List<Entry> entries) {
    for (int i = 0; i < entries.size(); i++) {
      if (!entries.get(i).intact()) {
        throw new IllegalStateException("entry " + entries.get(i) + " is damaged");
      }
    }
  }

  /** Replaces the machine's state by an installed snapshot. */
  void restore(SnapshotMetadata snapshot) {
    if (health.hasFailed()) {
      return;
    }
    try {
      restoreFrom(snapshot.id());
    } catch (Throwable e) {
      health.fail("the state machine could not restore", e);
      return;
    }
    parts.metrics.snapshotsInstalled.add(1);
    onAppliedTo(snapshot.index());
    servePark();
  }

  /** Takes a view of the state, and hands it to the loop with the index it stands for. */
  void takeSnapshot() {
    if (health.hasFailed()) {
      return;
    }
    try {
      StateMachine.Snapshot snapshot = machine.snapshot();
      long index = applied;
      group.post(() -> group.snapshots().onTaken(index, snapshot));
    } catch (Throwable e) {
      health.fail("the state machine could not be viewed", e);
    }
  }

  /** Serves these reads once {@code index} is applied. */
  void read(long index, ReadBatch batch) {
    if (index <= applied && !health.hasFailed()) {
      serve(batch);
      return;
    }
    parked.computeIfAbsent(index, at -> new ArrayList<>()).add(batch);
    hasParked = true;
  }

  /** Refuses the waiting reads whose time is over by tick {@code now}. */
  void expireReads(long now, Refusal refusal) {
    parked
        .values()
        .removeIf(
            batches -> {
              batches.removeIf(batch -> !batch.expire(now, refusal));
              return batches.isEmpty();
            });
    hasParked = !parked.isEmpty();
  }

  /** Nothing will be applied any more. */
  void stop(Refusal refusal) {
    expireReads(Long.MAX_VALUE, refusal);
  }

  // ---------------------------------------------------------------- what follows

  /** Whether reads wait for an index. For any thread. */
  boolean hasParkedReads() {
    return hasParked;
  }

  private void onAppliedTo(long index) {
    applied = index;
    if (!isReportDue) {
      isReportDue = true;
      worker.reportLater(this);
    }
  }

  /** Tells the loop how far this is; once for all that was done in a turn. */
  void report() {
    isReportDue = false;
    long index = applied;
    group.post(() -> group.onApplied(index));
  }

  private void servePark() {
    if (!hasParked) {
      return;
    }
    Iterator<Map.Entry<Long, List<ReadBatch>>> all = parked.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Long, List<ReadBatch>> due = all.next();
      if (due.getKey() > applied) {
        break;
      }
      all.remove();
      due.getValue().forEach(this::serve);
    }
    hasParked = !parked.isEmpty();
  }

  private void serve(ReadBatch batch) {
    parts.metrics.readsServed.add(batch.reads().size());
    batch.serve(applied);
  }

  /** A snapshot's bytes as a stream. */
  private static final class SourceStream extends InputStream {
    private final SnapshotStore.Source source;
    private long position;

    SourceStream(SnapshotStore.Source source) {
      this.source = source;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = source.read(position, buffer, offset, length);
      position += Math.max(0, count);
      return count;
    }
  }
}
