// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.file.Path;

/**
 * The smallest piece of what was asked for and is not durable: a power cut leaves or takes it.
 *
 * @param number counts the pieces that are unsynced now from 0, in the order of their making
 * @param kind what it changes
 * @param path the file when it was written, or the directory in which a name changes
 * @param operation the number of the I/O that made it: pieces of one write share it
 * @param position where in the file, in bytes; the new length if that is what changes; else 0
 * @param bytes how many bytes, all within one sector; 1 unless it is a {@link Kind#SECTOR}, for
 *     then it stays as a whole or not at all
 */
public record UnsyncedChange(
    int number, Kind kind, Path path, long operation, long position, int bytes) {
  /** What a piece changes. */
  public enum Kind {
    /** A name appears, disappears or changes. */
    NAME,
    /** A file is cut. */
    LENGTH,
    /** The part of a write that lies within one sector. */
    SECTOR
  }
}
