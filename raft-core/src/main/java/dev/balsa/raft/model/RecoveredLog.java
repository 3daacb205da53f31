// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.List;
import java.util.Objects;

/**
 * What a log engine found on opening a group: everything the core must know without reading entries
 * again. With the runs of terms at hand, the term of any index costs no IO.
 *
 * @param hardState the latest durable term, vote and commit
 * @param snapshot the snapshot below the log; null for a group that was never bootstrapped
 * @param firstIndex the first index that the log still holds; {@code lastIndex + 1} if it is empty.
 *     May lie at or below the snapshot's index, where a trailing part was kept
 * @param lastIndex the last index held; the snapshot's index if the log is empty
 * @param termRuns runs of equal terms from {@code firstIndex} on, ascending: the first entry of
 *     each
 * @param configurations every {@link EntryType#CONFIGURATION} entry still held, ascending
 */
public record RecoveredLog(
    HardState hardState,
    SnapshotMetadata snapshot,
    long firstIndex,
    long lastIndex,
    List<EntryId> termRuns,
    List<Entry> configurations) {
  public RecoveredLog {
    Objects.requireNonNull(hardState, "hardState");
    termRuns = List.copyOf(termRuns);
    configurations = List.copyOf(configurations);
  }

  /** A group that was just bootstrapped with {@code snapshot} and has no entry. */
  public static RecoveredLog fresh(SnapshotMetadata snapshot) {
    return new RecoveredLog(
        HardState.EMPTY, snapshot, snapshot.index() + 1, snapshot.index(), List.of(), List.of());
  }

  /**
   * The same; a group that was never bootstrapped starts at index 0 from a snapshot of nothing,
   * with {@linkplain Membership#NONE no members}.
   */
  public RecoveredLog orOutsider() {
    return snapshot != null
        ? this
        : new RecoveredLog(
            hardState,
            SnapshotMetadata.bootstrap(Membership.NONE),
            firstIndex,
            lastIndex,
            termRuns,
            configurations);
  }
}
