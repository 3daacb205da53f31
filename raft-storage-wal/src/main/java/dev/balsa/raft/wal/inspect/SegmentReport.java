// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.inspect;

import java.nio.file.Path;

/**
 * A segment file.
 *
 * @param file where
 * @param number counts the segments from 1
 * @param epoch how often the file has been used
 * @param firstPosition the log position of its first byte
 * @param bytes its length
 * @param usedBytes how many of them are written
 * @param batches how many intact batches are in it, its head not counted
 * @param records how many records these hold
 * @param sealed whether it ends with a footer, as all but the last do
 */
public record SegmentReport(
    Path file,
    long number,
    int epoch,
    long firstPosition,
    long bytes,
    long usedBytes,
    long batches,
    long records,
    boolean sealed) {}
