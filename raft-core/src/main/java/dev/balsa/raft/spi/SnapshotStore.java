// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.SnapshotMetadata;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Snapshot files. A snapshot is there completely or not at all, and its bytes are verified before
 * anyone sees them as a whole. May be called by any thread; two transfers of one group's snapshots
 * never run at once.
 */
public interface SnapshotStore {
  /** Starts to write a snapshot taken here. Replaces an unfinished one. */
  Sink create(long group, SnapshotMetadata snapshot) throws IOException;

  /**
   * Starts or resumes a snapshot that is being fetched from a leader. {@link Sink#position()} says
   * how many bytes of exactly this snapshot are there already.
   *
   * @param digest the digest of the whole as the sender states it; an unfinished file with another
   *     digest is dropped
   */
  Sink receive(long group, SnapshotMetadata snapshot, long size, long digest) throws IOException;

  /**
   * Opens a finished snapshot.
   *
   * @return null if there is none with this id
   * @throws IOException if the file is damaged
   */
  Source open(long group, EntryId id) throws IOException;

  /** Removes finished snapshots older than {@code id}, except those being read. */
  void retainFrom(long group, EntryId id) throws IOException;

  /** A snapshot being written. Closing without {@link #commit} leaves it unfinished. */
  abstract class Sink extends OutputStream {
    /** For implementations. */
    protected Sink() {}

    /** How many bytes are there, in bytes from the start of the payload. */
    public abstract long position();

    /**
     * Makes the snapshot durable and visible: sync, rename, sync of the directory.
     *
     * @throws IOException if that failed, or size or digest is not what was announced
     */
    public abstract void commit() throws IOException;
  }

  /** A finished snapshot; every byte that it returns has been verified. */
  interface Source extends AutoCloseable {
    SnapshotMetadata snapshot();

    /** Length of the payload, in bytes. */
    long size();

    /** Digest of the whole payload. */
    long digest();

    /** Reads at most {@code length} bytes from {@code position} on; -1 at the end. */
    int read(long position, byte[] buffer, int offset, int length) throws IOException;

    @Override
    void close() throws IOException;
  }
}
