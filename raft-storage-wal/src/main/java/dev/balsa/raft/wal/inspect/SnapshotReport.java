// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.inspect;

import java.nio.file.Path;

/**
 * A snapshot file.
 *
 * @param file where
 * @param bytes its length
 * @param finished whether it is whole: one that is being received or taken is not yet
 * @param problem what is wrong with it, empty if it is intact or unfinished
 */
public record SnapshotReport(Path file, long bytes, boolean finished, String problem) {}
