// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import java.io.IOException;
import java.util.List;

/**
 * Durable log and hard state of many groups, in one stream.
 *
 * <p><b>Threads.</b> {@link #bootstrap}, {@link #recover}, {@link #write}, {@link #submit} and what
 * it returns, {@link #isStorageFull}, {@link #retryStorage} and {@link #close} are called by one
 * thread at a time, the log worker's. {@link #read} may be called by another thread at any time.
 *
 * <p><b>Errors.</b> An {@link IOException} from {@code write} is final: the engine accepts no
 * further write, because after a failed fsync nobody knows what is on the disk. The node stops.
 */
public interface LogEngine extends AutoCloseable {
  /** Whose log this is. */
  LogIdentity identity();

  /**
   * What this group left behind, or null if the engine has never heard of it. Called once for each
   * group, before anything is written to it.
   */
  RecoveredLog recover(long group) throws IOException;

  /**
   * Starts a group with its first snapshot, which has index 0 for a new cluster. Durable on return.
   *
   * @throws IOException if the group exists already
   */
  void bootstrap(long group, SnapshotMetadata snapshot) throws IOException;

  /**
   * Writes all of these, in order, with one write and at most one sync. On return everything is
   * durable; if no write among them {@linkplain dev.balsa.raft.model.Persist#mustSync() must be
   * synced}, it may be durable only with a later one.
   *
   * @throws IOException if anything of it may not be durable. The engine is then closed for writing
   */
  void write(List<GroupWrite> writes) throws IOException;

  /**
   * Begins what {@link #write} does, to be done step by step: whoever drives the engine can do
   * something else between two steps, and a simulation let the power fail there. What is read
   * meanwhile is what was durable before, or some of what has become durable since.
   *
   * <p>One at a time: until it has ended, nothing else is written and no group begins. The list is
   * not to be changed meanwhile. An engine that has no steps does everything in the first one.
   *
   * @throws IOException as {@code write} does
   */
  default Submission submit(List<GroupWrite> writes) throws IOException {
    return () -> {
      write(writes);
      return true;
    };
  }

  /** A write under way. */
  @FunctionalInterface
  interface Submission {
    /**
     * Takes the next step, and waits until it is done: as a rule one write to a file, or one sync.
     *
     * @return whether the write has ended: then everything is durable, as {@link #write} says, and
     *     this is not called again
     * @throws IOException if anything may not be durable. The engine is then closed for writing
     */
    boolean advance() throws IOException;
  }

  /**
   * Entries of a durable range, from its first index on: as many as {@code maxBytes} allow, by
   * {@link Entry#bytes()}, and at least one. None if the log does not hold the first any more, for
   * it may have been cut or compacted since it was asked for.
   *
   * @throws IOException if one cannot be read, or is not intact; never returns altered data
   */
  List<Entry> read(long group, IndexRange range, int maxBytes) throws IOException;

  /**
   * Whether room is running out: what is under way can still be written, and little more. The host
   * then takes no further commands. Asked by the log worker after each write.
   */
  default boolean isStorageFull() {
    return false;
  }

  /**
   * Looks for room again, after {@link #isStorageFull}: called by the log worker now and then as
   * long as there is none. Whether some was found, {@code isStorageFull} tells, if not at once.
   */
  default void retryStorage() {}

  /** The snapshots that belong to this log. */
  SnapshotStore snapshots();

  @Override
  void close() throws IOException;
}
