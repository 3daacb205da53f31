// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static dev.balsa.raft.testkit.SafetyViolation.require;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * A member's log and hard state after some writes, in the plainest way: what is on a disk, or what
 * will be once the writes under way are done. Refuses writes that no log engine could follow.
 */
public final class LogImage {
  private HardState hardState;
  private SnapshotMetadata snapshot;
  private long first;
  private final ArrayList<Entry> entries = new ArrayList<>();

  /** The lowest index written since it was last asked for. */
  private long writtenFrom = 1;

  /** An image that starts at this snapshot. */
  public LogImage(HardState hardState, SnapshotMetadata snapshot) {
    this.hardState = hardState;
    this.snapshot = snapshot;
    this.first = snapshot.index() + 1;
  }

  /** An image of its own with the same content. */
  public LogImage copy() {
    LogImage copy = new LogImage(hardState, snapshot);
    copy.first = first;
    copy.entries.addAll(entries);
    return copy;
  }

  public HardState hardState() {
    return hardState;
  }

  public SnapshotMetadata snapshot() {
    return snapshot;
  }

  public long firstIndex() {
    return first;
  }

  public long lastIndex() {
    return first + entries.size() - 1;
  }

  /** Every entry that the log still has. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The entry at {@code index}, or null if there is none. */
  public Entry entry(long index) {
    return index < first || index > lastIndex() ? null : entries.get((int) (index - first));
  }

  /** The entries from the lowest one on that was written since this was last asked. */
  List<Entry> takeWritten() {
    long from = Math.max(writtenFrom, first);
    writtenFrom = Long.MAX_VALUE;
    return from > lastIndex()
        ? List.of()
        : List.copyOf(entries.subList((int) (from - first), entries.size()));
  }

  /** The term at {@code index}; -1 if it is not known. */
  public long termOf(long index) {
    if (index == snapshot.index()) {
      return snapshot.id().term();
    }
    Entry entry = entry(index);
    return entry == null ? -1 : entry.term();
  }

  /** Whether the entry with this id is here, if only within the snapshot. */
  public boolean covers(EntryId id) {
    return id.index() <= snapshot.index() || termOf(id.index()) == id.term();
  }

  /** Follows one write, in the order that {@link Persist} states. */
  public void write(Persist persist) {
    if (persist.reset() != null) {
      snapshot = persist.reset();
      first = snapshot.index() + 1;
      entries.clear();
    }
    for (int i = 0; i < persist.entries().size(); i++) {
      Entry entry = persist.entries().get(i);
      if (i == 0) {
        truncateFrom(entry.index());
        writtenFrom = Math.min(writtenFrom, entry.index());
      }
      require(
          entry.index() == lastIndex() + 1,
          () -> "a write that no log can follow: entry " + entry + " after " + lastIndex());
      require(entry.intact(), () -> "a write that no log can follow: damaged entry " + entry);
      entries.add(entry);
    }
    if (persist.hardState() != null) {
      hardState = persist.hardState();
    }
    if (persist.compaction() != null) {
      compact(persist.compaction());
    }
  }

  private void truncateFrom(long index) {
    require(
        index > snapshot.index(),
        () -> "a write that no log can follow: truncation at " + index + " below " + snapshot.id());
    while (!entries.isEmpty() && lastIndex() >= index) {
      entries.remove(entries.size() - 1);
    }
  }

  private void compact(Persist.Compaction compaction) {
    SnapshotMetadata newer = compaction.snapshot();
    require(
        newer.index() > snapshot.index(),
        () -> "a write that no log can follow: snapshot goes back to " + newer.id());
    require(
        newer.index() <= lastIndex(),
        () -> "a write that no log can follow: snapshot " + newer.id() + " beyond " + lastIndex());
    require(
        termOf(newer.index()) == newer.id().term(),
        () -> "a write that no log can follow: not our snapshot: " + newer.id());
    require(
        compaction.firstIndex() <= newer.index() + 1,
        () -> "a write that no log can follow: a gap after " + newer.id());
    snapshot = newer;
    while (first < compaction.firstIndex()) {
      entries.remove(0);
      first++;
    }
  }

  /** Entries as a log engine reads them: at least one, as many as {@code maxBytes} allow. */
  public List<Entry> read(IndexRange range, int maxBytes) {
    List<Entry> read = new ArrayList<>();
    long bytes = 0;
    for (long i = range.first(); i <= range.last() && entry(i) != null; i++) {
      bytes += entry(i).bytes();
      if (bytes > maxBytes && !read.isEmpty()) {
        break;
      }
      read.add(entry(i));
    }
    return read;
  }

  /** What a log engine says of this image when it is opened. */
  public RecoveredLog recovered() {
    List<EntryId> runs = new ArrayList<>();
    List<Entry> configurations = new ArrayList<>();
    for (Entry entry : entries) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).term() != entry.term()) {
        runs.add(entry.id());
      }
      if (entry.type() == EntryType.CONFIGURATION) {
        configurations.add(entry);
      }
    }
    return new RecoveredLog(hardState, snapshot, first, lastIndex(), runs, configurations);
  }
}
