// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.fs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything that the log asks of a file system. There is no other way from the log to a file, so
 * that a simulated twin can stand in for the real one and lose what was not synced.
 *
 * <p>What is promised: bytes are durable after {@link StorageFile#force}; names (created, renamed,
 * deleted) are durable after {@link #syncDirectory} on their directory. Nothing else is, in any
 * order.
 *
 * <p>Implementations may be used by several threads.
 */
public interface FileSystem {
  /**
   * The operating system's files.
   *
   * @throws UnsupportedOperationException on Windows, where a directory cannot be synced
   */
  static FileSystem real() {
    return RealFileSystem.instance();
  }

  /** Whether there is a file or directory of this name. */
  boolean exists(Path path) throws IOException;

  /**
   * Creates a directory and its missing parents, each durable in its parent; readable and writable
   * by their owner only. If it exists, merely its name is made durable.
   */
  void createDirectories(Path directory) throws IOException;

  /** The names in a directory, ascending; empty if there is none. */
  List<String> list(Path directory) throws IOException;

  /** Makes created, renamed and deleted names in this directory durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Creates a new file, for its owner only, and opens it for reading and writing. */
  StorageFile create(Path file) throws IOException;

  /** Opens an existing file for reading and writing. */
  StorageFile open(Path file) throws IOException;

  /** Opens an existing file for reading. */
  StorageFile openForReading(Path file) throws IOException;

  /** Gives a file another name in the same directory, atomically, replacing what had that name. */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file. */
  void delete(Path file) throws IOException;

  /**
   * Takes a lock that ends with the process, or when the result is closed. Creates the file.
   *
   * @return null if another process, or another user in this one, holds it
   */
  AutoCloseable lock(Path file) throws IOException;

  /** Whether only the owner may read and write what is at {@code path}. */
  boolean isPrivate(Path path) throws IOException;
}
