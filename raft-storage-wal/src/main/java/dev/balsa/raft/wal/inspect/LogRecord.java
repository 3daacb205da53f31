// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.inspect;

import java.nio.file.Path;

/**
 * A record of the log.
 *
 * @param file its segment
 * @param offset where it begins in the file, in bytes
 * @param position its log position
 * @param type its type, by the name in {@code docs/wal-format.md}
 * @param kind of an entry: its type; else empty
 * @param group whose; 0 of a record that concerns the whole log
 * @param index as the type has it
 * @param term as the type has it
 * @param payload its data
 */
public record LogRecord(
    Path file,
    long offset,
    long position,
    String type,
    String kind,
    long group,
    long index,
    long term,
    byte[] payload) {}
