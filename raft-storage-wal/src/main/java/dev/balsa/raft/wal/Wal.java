// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/** The write-ahead log: a {@link LogEngine} on disk. */
public final class Wal implements LogEngine {
  private Wal() {}

  /**
   * Whether a log is here. False for a directory that is absent or empty.
   *
   * @throws WalException if this is neither: something is here, but it is not a whole log
   */
  public static boolean isFormatted(WalConfig config) throws IOException {
    throw new UnsupportedOperationException("in the making");
  }

  /**
   * Makes an empty directory the log of this member.
   *
   * @param random gives the incarnation
   * @throws WalException if the directory is not empty
   */
  public static void format(WalConfig config, long clusterId, long memberId, RandomGenerator random)
      throws IOException {
    throw new UnsupportedOperationException("in the making");
  }

  /** Opens the log in this directory of the real file system. */
  public static Wal open(Path directory) throws IOException {
    return open(WalConfig.of(directory));
  }

  /**
   * Opens a log: reads all of it, and counts the start durably.
   *
   * @throws WalException if there is none, another process has it, or it is not intact
   */
  public static Wal open(WalConfig config) throws IOException {
    throw new UnsupportedOperationException("in the making");
  }

  /** Opens this member's log in this directory of the real file system; makes it if need be. */
  public static Wal openOrFormat(Path directory, long clusterId, long memberId) throws IOException {
    return openOrFormat(WalConfig.of(directory), clusterId, memberId, Surroundings.chance());
  }

  /**
   * Opens this member's log; makes it if the directory is absent or empty.
   *
   * @param random gives the incarnation of a new one
   * @throws WalException also if the log is another cluster's or member's
   */
  public static Wal openOrFormat(
      WalConfig config, long clusterId, long memberId, RandomGenerator random) throws IOException {
    if (!isFormatted(config)) {
      format(config, clusterId, memberId, random);
    }
    return open(config);
  }

  @Override
  public LogIdentity identity() {
    throw new UnsupportedOperationException("in the making");
  }

  @Override
  public RecoveredLog recover(long group) throws IOException {
    throw new UnsupportedOperationException("in the making");
  }

  @Override
  public void bootstrap(long group, SnapshotMetadata snapshot) throws IOException {
    throw new UnsupportedOperationException("in the making");
  }

  @Override
  public void write(List<GroupWrite> writes) throws IOException {
    throw new UnsupportedOperationException("in the making");
  }

  @Override
  public List<Entry> read(long group, IndexRange range, int maxBytes) throws IOException {
    throw new UnsupportedOperationException("in the making");
  }

  @Override
  public SnapshotStore snapshots() {
    throw new UnsupportedOperationException("in the making");
  }

  @Override
  public void close() throws IOException {}
}
