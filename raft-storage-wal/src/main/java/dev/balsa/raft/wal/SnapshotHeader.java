// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The first bytes of a snapshot file.
 *
 * <pre>
 *  0 magic 8 | 8 version 4 | 12 chunk bytes 4 | 16 cluster 8 | 24 group 8 | 32 term 8 | 40 index 8
 * 48 announced size 8 | 56 announced digest 8 | 64 length of what follows 4 | 68 CRC 4
 * 72 CRC of what follows 4 | 76 the snapshot's description
 * </pre>
 *
 * @param chunkBytes how many bytes share a checksum
 * @param clusterId whose snapshot
 * @param group whose snapshot
 * @param snapshot what it stands for
 * @param announcedSize the payload's size in bytes if it is being received, else -1
 * @param announcedDigest the payload's digest if it is being received, else 0
 */
record SnapshotHeader(
    int chunkBytes,
    long clusterId,
    long group,
    SnapshotMetadata snapshot,
    long announcedSize,
    long announcedDigest) {
  private static final long MAGIC = 0x42414C5341_534E50L; // "BALSASNP"
  private static final int VERSION = 1;
  private static final int FIXED_BYTES = 76;
  private static final int CRC_OFFSET = 68;
  private static final int MAX_DESCRIPTION_BYTES = 128 << 20;
  private static final int MAX_CHUNK_BYTES = 16 << 20;

  /** The length of the header, in bytes. */
  int bytes() {
    return FIXED_BYTES + Payloads.ofSnapshot(snapshot).length;
  }

  ByteBuffer encode() {
    Checksums checksums = new Checksums();
    byte[] description = Payloads.ofSnapshot(snapshot);
    ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + description.length);
    out.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, chunkBytes);
    out.putLong(16, clusterId).putLong(24, group);
    out.putLong(32, snapshot.id().term()).putLong(40, snapshot.index());
    out.putLong(48, announcedSize).putLong(56, announcedDigest);
    out.putInt(64, description.length);
    out.putInt(CRC_OFFSET, checksums.of(out, 0, CRC_OFFSET));
    out.putInt(72, checksums.of(description));
    return out.put(FIXED_BYTES, description);
  }

  /**
   * Reads the header of {@code file}.
   *
   * @throws WalException if it is not intact, or of another version
   */
  static SnapshotHeader read(Path path, StorageFile file) throws IOException {
    Checksums checksums = new Checksums();
    ByteBuffer in = ByteBuffer.allocate(FIXED_BYTES);
    file.readFully(in, 0);
    if (in.hasRemaining()
        || in.getLong(0) != MAGIC
        || checksums.of(in.clear(), 0, CRC_OFFSET) != in.getInt(CRC_OFFSET)) {
      throw damaged(path, "its header is not intact");
    }
    if (in.getInt(8) != VERSION) {
      throw new WalException(
          path + " is of version " + in.getInt(8) + "; this program knows version 1 only");
    }
    int chunkBytes = in.getInt(12);
    int length = in.getInt(64);
    if (length < 0
        || length > Math.min(MAX_DESCRIPTION_BYTES, file.size())
        || chunkBytes < 1
        || chunkBytes > MAX_CHUNK_BYTES) {
      throw damaged(path, "its header holds impossible lengths");
    }
    byte[] description = new byte[length];
    ByteBuffer target = ByteBuffer.wrap(description);
    file.readFully(target, FIXED_BYTES);
    if (target.hasRemaining() || checksums.of(description) != in.getInt(72)) {
      throw damaged(path, "its description is not intact");
    }
    try {
      EntryId id = new EntryId(in.getLong(32), in.getLong(40));
      return new SnapshotHeader(
          chunkBytes,
          in.getLong(16),
          in.getLong(24),
          Payloads.snapshot(id, description),
          in.getLong(48),
          in.getLong(56));
    } catch (IllegalArgumentException e) {
      throw damaged(path, "its description makes no sense: " + e.getMessage());
    }
  }

  static WalException damaged(Path path, String reason) {
    return new WalException(
        "the snapshot "
            + path
            + " is damaged: "
            + reason
            + ". Move it away and restart the member: it will fetch one from the leader if it"
            + " needs to");
  }

  /** Whether {@code other} describes the same transfer. */
  boolean isSameTransferAs(SnapshotHeader other) {
    return equals(other)
        && Arrays.equals(Payloads.ofSnapshot(snapshot), Payloads.ofSnapshot(other.snapshot));
  }
}
