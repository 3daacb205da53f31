// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.List;

/**
 * What one {@link Ready} asks the log engine to write, in this order: reset to an installed
 * snapshot, entries, hard state, compaction.
 *
 * @param reset an installed snapshot, already durable as a file: the log drops everything and
 *     restarts after it, by one record. Null if none
 * @param entries entries to append. The first one's index may lie at or below the log's last: then
 *     the suffix from there on is replaced
 * @param hardState the new hard state, null if unchanged
 * @param compaction what may go at the log's head, null if nothing
 * @param mustSync whether anything here is a promise to the cluster. False for a mere change of the
 *     commit index, which may ride with the next write
 */
public record Persist(
    SnapshotMetadata reset,
    List<Entry> entries,
    HardState hardState,
    Compaction compaction,
    boolean mustSync) {
  /** Nothing to write. */
  public static final Persist NOTHING = new Persist(null, List.of(), null, null, false);

  public boolean isEmpty() {
    return reset == null && entries.isEmpty() && hardState == null && compaction == null;
  }

  /**
   * A new snapshot below the log, and how much of the log to keep.
   *
   * @param snapshot the snapshot, already durable as a file
   * @param firstIndex the first index to keep; at most the snapshot's index plus one
   */
  public record Compaction(SnapshotMetadata snapshot, long firstIndex) {}
}
