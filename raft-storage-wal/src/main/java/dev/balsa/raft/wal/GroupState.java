// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.SnapshotMetadata;

/**
 * All that a segment's head repeats of a group.
 *
 * @param hardState term, vote, commit
 * @param snapshot the snapshot below the log
 * @param firstIndex the first index held
 * @param last the last entry held, or the snapshot's
 */
record GroupState(HardState hardState, SnapshotMetadata snapshot, long firstIndex, EntryId last) {}
