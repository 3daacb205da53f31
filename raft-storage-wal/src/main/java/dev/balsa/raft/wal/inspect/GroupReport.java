// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.inspect;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;

/**
 * What the log says of a group; if it is damaged, up to the first damage.
 *
 * @param group the group's id
 * @param hardState term, vote and commit index
 * @param snapshot the last entry that the newest snapshot includes
 * @param firstIndex the first entry kept
 * @param last the last entry
 */
public record GroupReport(
    long group, HardState hardState, EntryId snapshot, long firstIndex, EntryId last) {}
