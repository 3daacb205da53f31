// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.FileSystem;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Where the log is and how it is laid out. Immutable; each {@code with} makes another.
 *
 * <p>Sizes may be changed between two starts: each segment says its own.
 */
public final class WalConfig {
  /** The default of {@link #segmentBytes()}. */
  public static final int DEFAULT_SEGMENT_BYTES = 64 << 20;

  /** The default of {@link #sectorBytes()}. */
  public static final int DEFAULT_SECTOR_BYTES = 4096;

  /** The default of {@link #maxEntryBytes()}. */
  public static final int DEFAULT_MAX_ENTRY_BYTES = 64 << 20;

  /** The default of {@link #batchBytes()}. */
  public static final int DEFAULT_BATCH_BYTES = 8 << 20;

  /** The default of {@link #snapshotChunkBytes()}. */
  public static final int DEFAULT_SNAPSHOT_CHUNK_BYTES = 64 << 10;

  /** The default of {@link #spareSegments()}. */
  public static final int DEFAULT_SPARE_SEGMENTS = 4;

  /** The default of {@link #diskFactor()}. */
  public static final int DEFAULT_DISK_FACTOR = 2;

  /** The default of {@link #diskSegments()}. */
  public static final int DEFAULT_DISK_SEGMENTS = 4;

  private final Path directory;
  private final FileSystem fileSystem;
  private final Executor spareExecutor;
  private final int segmentBytes;
  private final int sectorBytes;
  private final int maxEntryBytes;
  private final int batchBytes;
  private final int snapshotChunkBytes;
  private final int spareSegments;
  private final int diskFactor;
  private final int diskSegments;

  /** The settings while they are being changed. */
  private static final class Draft {
    private final Path directory;
    private final FileSystem fileSystem;
    private Executor spareExecutor = Runnable::run;
    private int segmentBytes = DEFAULT_SEGMENT_BYTES;
    private int sectorBytes = DEFAULT_SECTOR_BYTES;
    private int maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES;
    private int batchBytes = DEFAULT_BATCH_BYTES;
    private int snapshotChunkBytes = DEFAULT_SNAPSHOT_CHUNK_BYTES;
    private int spareSegments = DEFAULT_SPARE_SEGMENTS;
    private int diskFactor = DEFAULT_DISK_FACTOR;
    private int diskSegments = DEFAULT_DISK_SEGMENTS;

    Draft(Path directory, FileSystem fileSystem) {
      this.directory = Objects.requireNonNull(directory, "directory");
      this.fileSystem = Objects.requireNonNull(fileSystem, "fileSystem");
    }
  }

  private WalConfig(Draft draft) {
    directory = draft.directory;
    fileSystem = draft.fileSystem;
    spareExecutor = Objects.requireNonNull(draft.spareExecutor, "spareExecutor");
    segmentBytes = draft.segmentBytes;
    sectorBytes = draft.sectorBytes;
    maxEntryBytes = draft.maxEntryBytes;
    batchBytes = draft.batchBytes;
    snapshotChunkBytes = draft.snapshotChunkBytes;
    spareSegments = draft.spareSegments;
    diskFactor = draft.diskFactor;
    diskSegments = draft.diskSegments;
    require(
        isSector(sectorBytes),
        "sectorBytes is a power of two from 512 to 65536, not " + sectorBytes);
    require(segmentBytes >= 8192, "segmentBytes is at least 8192, not " + segmentBytes);
    require(
        maxEntryBytes >= 1024 && maxEntryBytes <= 512 << 20,
        "maxEntryBytes is from 1 KiB to 512 MiB, not " + maxEntryBytes);
    require(
        batchBytes >= 1024 && batchBytes <= 512 << 20,
        "batchBytes is from 1 KiB to 512 MiB, not " + batchBytes);
    require(
        snapshotChunkBytes >= 512 && snapshotChunkBytes <= 16 << 20,
        "snapshotChunkBytes is from 512 B to 16 MiB, not " + snapshotChunkBytes);
    require(
        spareSegments >= 1 && spareSegments <= 1024,
        "spareSegments is from 1 to 1024, not " + spareSegments);
    require(diskFactor >= 2, "diskFactor is at least 2, not " + diskFactor);
    require(diskSegments >= 4, "diskSegments is at least 4, not " + diskSegments);
  }

  private WalConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(directory, fileSystem);
    draft.spareExecutor = spareExecutor;
    draft.segmentBytes = segmentBytes;
    draft.sectorBytes = sectorBytes;
    draft.maxEntryBytes = maxEntryBytes;
    draft.batchBytes = batchBytes;
    draft.snapshotChunkBytes = snapshotChunkBytes;
    draft.spareSegments = spareSegments;
    draft.diskFactor = diskFactor;
    draft.diskSegments = diskSegments;
    change.accept(draft);
    return new WalConfig(draft);
  }

  static boolean isSector(int bytes) {
    return bytes >= 512 && bytes <= 65_536 && Integer.bitCount(bytes) == 1;
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }

  /** Sees that the sizes fit together, which only shows once all have been chosen. */
  void requireConsistent() {
    require(
        segmentBytes >= 16 * sectorBytes && segmentBytes % sectorBytes == 0,
        "segmentBytes is a multiple of sectorBytes ("
            + sectorBytes
            + ") and at least 16 of them, not "
            + segmentBytes);
  }

  /** A log in this directory of the real file system; spare segments are made by a thread. */
  public static WalConfig of(Path directory) {
    return of(directory, FileSystem.real()).withSpareExecutor(Surroundings.spareThread());
  }

  /** A log in this directory of this file system; spare segments are made by the caller. */
  public static WalConfig of(Path directory, FileSystem fileSystem) {
    return new WalConfig(new Draft(directory, fileSystem));
  }

  /** Who writes segments ahead with zeros. {@code Runnable::run} keeps it in the caller. */
  public WalConfig withSpareExecutor(Executor executor) {
    return with(draft -> draft.spareExecutor = executor);
  }

  /** How long a segment file is, in bytes: a multiple of the sector, at least 16 of them. */
  public WalConfig withSegmentBytes(int bytes) {
    return with(draft -> draft.segmentBytes = bytes);
  }

  /**
   * What the device writes whole or not at all, in bytes: a power of two, 512 to 65,536. A batch
   * and its second identifier never share a sector, so a smaller one saves space, and one that is
   * smaller than the device's own gives up the protection.
   */
  public WalConfig withSectorBytes(int bytes) {
    return with(draft -> draft.sectorBytes = bytes);
  }

  /** The longest payload of one entry, in bytes, 1 KiB to 512 MiB. */
  public WalConfig withMaxEntryBytes(int bytes) {
    return with(draft -> draft.maxEntryBytes = bytes);
  }

  /** How much is written before a sync, at most, in bytes, unless one entry is longer. */
  public WalConfig withBatchBytes(int bytes) {
    return with(draft -> draft.batchBytes = bytes);
  }

  /** How many bytes of a snapshot share a checksum, 512 B to 16 MiB. */
  public WalConfig withSnapshotChunkBytes(int bytes) {
    return with(draft -> draft.snapshotChunkBytes = bytes);
  }

  /**
   * How many segment files are kept for later at most, 1 to 1024: one made ahead, and those that
   * nobody needs any more, which are used again instead of being made anew. They come on top of
   * what the log holds.
   */
  public WalConfig withSpareSegments(int count) {
    return with(draft -> draft.spareSegments = count);
  }

  /**
   * How much disk the log takes at most, beside spares: {@code factor} times what the entries take
   * that some group holds, and {@code segments} segments. What keeps an old segment from being
   * given up is written once more at the log's end before it comes to that, a little with each
   * write. A higher bound means less of that.
   *
   * @param factor at least 2
   * @param segments at least 4
   */
  public WalConfig withDiskBound(int factor, int segments) {
    return with(
        draft -> {
          draft.diskFactor = factor;
          draft.diskSegments = segments;
        });
  }

  public Path directory() {
    return directory;
  }

  public FileSystem fileSystem() {
    return fileSystem;
  }

  public Executor spareExecutor() {
    return spareExecutor;
  }

  public int segmentBytes() {
    return segmentBytes;
  }

  public int sectorBytes() {
    return sectorBytes;
  }

  public int maxEntryBytes() {
    return maxEntryBytes;
  }

  public int batchBytes() {
    return batchBytes;
  }

  public int snapshotChunkBytes() {
    return snapshotChunkBytes;
  }

  public int spareSegments() {
    return spareSegments;
  }

  public int diskFactor() {
    return diskFactor;
  }

  public int diskSegments() {
    return diskSegments;
  }
}
