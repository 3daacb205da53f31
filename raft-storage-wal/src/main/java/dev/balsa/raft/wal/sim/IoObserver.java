// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Is told of every I/O of a {@link SimulatedFileSystem} just before it happens, and may hold it up,
 * fail it, or cut the power.
 *
 * <p>Called by the thread that asks for the I/O, without any lock: an observer that takes its time,
 * or lets virtual time pass, is a disk that stalls, and other I/Os go on meanwhile. It may change
 * the file system, which then is as the observer leaves it when the I/O happens.
 */
@FunctionalInterface
public interface IoObserver {
  /**
   * An I/O is about to happen. May throw {@link SimulatedCrash}: then it does not happen, and the
   * caller goes on with {@link SimulatedFileSystem#crash}. May throw an {@link IOException}: then
   * it fails with that, and has no effect. Only a failed {@link Operation#FORCE} has one, as it has
   * on Linux: what was to be synced stays in the cache, is taken for durable, and is not.
   *
   * @param operation what
   * @param path the file or directory
   * @param count the number of this I/O, from 1
   */
  void before(Operation operation, Path path, long count) throws IOException;

  /** What a program asks of a disk. */
  enum Operation {
    CREATE,
    OPEN,
    READ,
    WRITE,
    TRUNCATE,
    FORCE,
    RENAME,
    DELETE,
    LIST,
    MAKE_DIRECTORY,
    SYNC_DIRECTORY;

    /** Whether it changes anything, or makes a change durable. */
    public boolean isChange() {
      return this != OPEN && this != READ && this != LIST;
    }
  }
}
