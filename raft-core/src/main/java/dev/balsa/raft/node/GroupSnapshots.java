// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.StateMachine;
import dev.balsa.raft.spi.Transport;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group's snapshots: taken every so many entries, fetched when the leader offers one, and
 * removed when none can need them.
 *
 * <p>Viewed by the apply worker, written by the snapshot worker, fetched by the transport, and
 * decided here. The store takes one at a time, so a fetch waits for one being written and the other
 * way round.
 *
 * <p><b>Threads.</b> The loop's alone, but for {@link #write}.
 */
final class GroupSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  /** How many times what is usually kept of the log may be kept for a running transfer. */
  private static final int MAX_RETENTION = 4;

  private final HostParts parts;
  private final GroupLoop<?> group;
  private final RawNode raw;

  /** One is being taken here, fetched from a leader, or neither. */
  private boolean isTaking;

  private boolean isFetching;

  /** The applied index at which the next one is due. */
  private long dueAt;

  /** Who was fetching a snapshot when the log was last compacted, and which at the latest. */
  private TreeMap<Long, Long> transfers = new TreeMap<>();

  /** To be fetched next, null if none. */
  private SnapshotFetch wanted;

  /** Could not be fetched; the core is told when the pause is over, and a leader offers anew. */
  private SnapshotFetch failed;

  private final FetchPause pause;

  /** Why the last fetch failed; told once, not with each attempt. */
  private String lastFailure;

  /** The latest snapshot that the log names, if older ones are still there. */
  private EntryId recorded;

  /** The Ready whose sync makes that record durable; 0 if there is none yet. */
  private long recordedBy;

  GroupSnapshots(HostParts parts, GroupLoop<?> group, RawNode raw, long snapshotIndex) {
    this.parts = parts;
    this.group = group;
    this.raw = raw;
    this.pause = new FetchPause(parts.options.electionTicks());
    dueAfter(snapshotIndex);
  }

  private void dueAfter(long index) {
    long every = parts.options.snapshotEvery();
    dueAt = every == 0 ? Long.MAX_VALUE : index + every - stagger(index, every / 4);
  }

  /**
   * Members apply the same entries at nearly the same time. Were they all to take their snapshots
   * at the same index, all disks would be busy at once and every commit would wait for them.
   */
  private long stagger(long index, long most) {
    MemberId self = raw.status().self();
    // Weyl's constant: neighbouring numbers fall far from each other.
    long mixed = (self.id() + self.incarnation() + group.id() + index) * 0x9e3779b97f4a7c15L;
    return Math.floorMod(mixed ^ (mixed >>> 32), most + 1);
  }

  // ---------------------------------------------------------------- taken here

  void onApplied(long applied) {
    if (applied >= dueAt) {
      maybeTake();
    }
  }

  private void maybeTake() {
    if (!isTaking && !isFetching) {
      isTaking = true;
      group.viewState();
    }
  }

  /** The state after {@code index} has been viewed. */
  void onTaken(long index, StateMachine.Snapshot view) {
    if (group.isStopped()) {
      return;
    }
    if (index <= raw.status().snapshotIndex()) {
      onTakingEnded(raw.status().snapshotIndex());
      return;
    }
    SnapshotMetadata snapshot = raw.snapshotMetadata(index);
    parts.snapshots.add(Task.of(() -> write(snapshot, view)));
  }

  /** Called by the snapshot worker. */
  private void write(SnapshotMetadata snapshot, StateMachine.Snapshot view) {
    try (SnapshotStore.Sink sink = parts.storage.snapshots().create(group.id(), snapshot)) {
      OutputStream out = new BufferedOutputStream(new GuardedStream(sink), 1 << 16);
      view.writeTo(out);
      out.flush();
      sink.commit();
      group.post(() -> onWritten(snapshot));
    } catch (IOException e) {
      // The log still has everything; it only grows on. Tried again after as many entries.
      group.post(() -> onWriteFailed(snapshot, e));
    }
  }

  private void onWritten(SnapshotMetadata snapshot) {
    if (group.isStopped()) {
      return;
    }
    long first = firstIndexToKeep(snapshot.index());
    group.touch();
    if (raw.compact(snapshot, first)) {
      parts.metrics.snapshotsTaken.add(1);
      parts.listener.onSnapshotTaken(group.id(), snapshot);
    }
    onTakingEnded(snapshot.index());
  }

  private void onWriteFailed(SnapshotMetadata snapshot, IOException cause) {
    if (!parts.closing) {
      LOG.warn("group {}: snapshot {} could not be written", group.id(), snapshot.id(), cause);
    }
    onTakingEnded(snapshot.index());
  }

  private void onTakingEnded(long index) {
    isTaking = false;
    dueAfter(index);
    maybeFetch();
  }

  /**
   * A trailing part stays for members that lag a little, and, within bounds, what those need that
   * lag more but are alive, or are fetching a snapshot now: without it, each of these would need
   * the next snapshot as soon as it has this one.
   */
  private long firstIndexToKeep(long snapshotIndex) {
    long trailing = parts.options.trailingEntries();
    long first = snapshotIndex + 1 - trailing;
    long lowest = first - MAX_RETENTION * (parts.options.snapshotEvery() + trailing);
    Status status = raw.status();
    TreeMap<Long, Long> running = new TreeMap<>();
    for (Status.PeerProgress peer : status.progress()) {
      long needed = peer.match() + 1;
      if (peer.state().equals("snapshot")) {
        needed = transfers.getOrDefault(peer.id(), status.snapshotIndex());
        running.put(peer.id(), needed);
      }
      if (peer.active()) {
        first = Math.min(first, Math.max(lowest, needed));
      }
    }
    transfers = running;
    return Math.max(1, first);
  }

  // ---------------------------------------------------------------- fetched

  /** The core needs the leader's snapshot. */
  void fetch(SnapshotFetch fetch) {
    wanted = fetch;
    maybeEndPause();
    maybeFetch();
  }

  /** What one leader could not give, the next one may have. */
  private void maybeEndPause() {
    if (failed != null && wanted != null && !wanted.from().equals(failed.from())) {
      failed = null;
      pause.end();
    }
  }

  private void maybeFetch() {
    if (wanted == null || isTaking || isFetching || failed != null) {
      return;
    }
    SnapshotFetch fetch = wanted;
    wanted = null;
    isFetching = true;
    parts.metrics.snapshotFetches.add(1);
    parts.transport.fetchSnapshot(
        new Transport.SnapshotRequest(group.id(), fetch.from(), fetch.snapshot().id()),
        new Transport.SnapshotReceiver() {
          @Override
          public SnapshotStore.Sink begin(long size, long digest) throws IOException {
            return parts.storage.snapshots().receive(group.id(), fetch.snapshot(), size, digest);
          }

          @Override
          public void onComplete() {
            group.post(() -> onFetched(fetch));
          }

          @Override
          public void onFailure(Throwable cause) {
            group.post(() -> onFetchFailed(fetch, cause));
          }
        });
  }

  private void onFetched(SnapshotFetch fetch) {
    isFetching = false;
    lastFailure = null;
    pause.end();
    if (!group.isStopped()) {
      group.touch();
      raw.onSnapshotReceived(fetch.snapshot());
      maybeFetch();
    }
  }

  private void onFetchFailed(SnapshotFetch fetch, Throwable cause) {
    isFetching = false;
    if (!group.isStopped()) {
      String why = "from member " + fetch.from() + ": " + cause;
      if (!why.equals(lastFailure)) {
        LOG.warn("group {}: snapshot {}: fetch {}", group.id(), fetch.snapshot().id(), why);
      }
      lastFailure = why;
      group.touch();
      failed = fetch;
      pause.begin(group.host().ticks());
      maybeEndPause();
      maybeFetch();
    }
  }

  /** The tick at which a fetch that failed is to be gone on from. */
  long dueTick() {
    return failed == null ? Long.MAX_VALUE : pause.until();
  }

  void onTick(long now) {
    if (now >= dueTick()) {
      SnapshotFetch fetch = failed;
      failed = null;
      if (wanted == null) {
        raw.onSnapshotFailed(fetch.snapshot().id());
      }
      // Else the core has been offered another one meanwhile, and waits for that.
      maybeFetch();
    }
    if (raw.snapshotWantedAt() > 0) {
      maybeTake();
    }
  }

  // ---------------------------------------------------------------- removed

  /** This Ready is on its way to the log. */
  void onReady(Ready ready) {
    if (ready.persist().reset() != null) {
      recorded = ready.persist().reset().id();
      recordedBy = 0;
      dueAfter(recorded.index());
    } else if (ready.persist().compaction() != null) {
      recorded = ready.persist().compaction().snapshot().id();
      recordedBy = 0;
    }
    if (recorded != null && recordedBy == 0 && ready.persist().mustSync()) {
      recordedBy = ready.number();
    }
  }

  /**
   * This Ready is durable. Older snapshots may go only when the record of a newer one is: after a
   * crash the log would otherwise begin with a snapshot that is gone. That record alone is not
   * synced; a later write's sync covers it.
   */
  void onPersisted(long number) {
    if (recorded != null && recordedBy != 0 && number >= recordedBy) {
      EntryId oldest = recorded;
      recorded = null;
      parts.snapshots.add(Task.of(() -> retainFrom(oldest)));
    }
  }

  /** Called by the snapshot worker. */
  private void retainFrom(EntryId oldest) {
    try {
      parts.storage.snapshots().retainFrom(group.id(), oldest);
    } catch (IOException e) {
      LOG.warn("group {}: snapshots before {} could not be removed", group.id(), oldest, e);
    }
  }

  /** Gives up when the node stops: a large snapshot must not hold it up. */
  private final class GuardedStream extends FilterOutputStream {
    GuardedStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (parts.stopping) {
        throw new InterruptedIOException("the node stops");
      }
      out.write(bytes, offset, length);
    }
  }
}
