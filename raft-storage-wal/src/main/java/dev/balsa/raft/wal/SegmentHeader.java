// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The first bytes of a segment file; the rest of their sector is zero.
 *
 * <pre>
 *  0 magic 8 | 8 version 4 | 12 sector bytes 4 | 16 cluster 8 | 24 member 8 | 32 incarnation 8
 * 40 segment number 8 | 48 segment bytes 8 | 56 first log position 8 | 64 digest before 8
 * 72 boot epoch 8 | 80 segment epoch 4 | 84 head bytes 4 | 88 CRC 4
 * </pre>
 *
 * @param sectorBytes the sector that this segment is laid out for
 * @param clusterId whose log
 * @param memberId whose log
 * @param incarnation the data directory's number
 * @param number counts the segments from 1
 * @param segmentBytes length of the file
 * @param firstPosition the log position of the file's first byte
 * @param digestBefore the digest of the chain of batches before this segment
 * @param bootEpoch the start during which the segment was made
 * @param epoch how often the file has been used
 * @param headBytes length of the batch after this header, which repeats every group's state
 */
record SegmentHeader(
    int sectorBytes,
    long clusterId,
    long memberId,
    long incarnation,
    long number,
    int segmentBytes,
    long firstPosition,
    long digestBefore,
    long bootEpoch,
    int epoch,
    int headBytes) {
  static final int BYTES = 92;

  /** What is read of a file to learn the size of its sectors, and all else. */
  static final int READ_BYTES = 512;

  private static final long MAGIC = 0x42414C5341_57414CL; // "BALSAWAL"
  private static final int VERSION = 1;
  private static final int CRC_OFFSET = 88;

  SegmentKey key() {
    return SegmentKey.of(incarnation, number, epoch);
  }

  /** The log position of the first batch after the head. */
  long firstBatchPosition() {
    return firstPosition + sectorBytes + headBytes;
  }

  /** The log position after the last byte of the file. */
  long endPosition() {
    return firstPosition + segmentBytes;
  }

  /** The same header for a file and a head of these lengths, in bytes. */
  SegmentHeader sized(int fileBytes, int newHeadBytes) {
    return new SegmentHeader(
        sectorBytes,
        clusterId,
        memberId,
        incarnation,
        number,
        fileBytes,
        firstPosition,
        digestBefore,
        bootEpoch,
        epoch,
        newHeadBytes);
  }

  /** The same header in the given use of its file. */
  SegmentHeader inEpoch(int newEpoch) {
    return new SegmentHeader(
        sectorBytes,
        clusterId,
        memberId,
        incarnation,
        number,
        segmentBytes,
        firstPosition,
        digestBefore,
        bootEpoch,
        newEpoch,
        headBytes);
  }

  void write(ByteBuffer out, int at, Checksums checksums) {
    out.putLong(at, MAGIC).putInt(at + 8, VERSION).putInt(at + 12, sectorBytes);
    out.putLong(at + 16, clusterId).putLong(at + 24, memberId).putLong(at + 32, incarnation);
    out.putLong(at + 40, number).putLong(at + 48, segmentBytes);
    out.putLong(at + 56, firstPosition).putLong(at + 64, digestBefore);
    out.putLong(at + 72, bootEpoch).putInt(at + 80, epoch).putInt(at + 84, headBytes);
    out.putInt(at + CRC_OFFSET, checksums.of(out, at, CRC_OFFSET));
  }

  /**
   * Reads the header of {@code file}.
   *
   * @throws WalException if it is not intact, or of a version that this program does not know
   */
  static SegmentHeader read(ByteBuffer in, Path file, long fileBytes, Checksums checksums)
      throws WalException {
    if (in.remaining() < BYTES || in.getLong(0) != MAGIC) {
      throw damaged(file, "it does not begin as a segment of a Balsa log");
    }
    if (in.getInt(8) != VERSION) {
      throw new WalException(
          file
              + " is of version "
              + in.getInt(8)
              + " of the format; this program knows version "
              + VERSION
              + " only. Start the program that wrote it, or a newer one");
    }
    if (checksums.of(in, 0, CRC_OFFSET) != in.getInt(CRC_OFFSET)) {
      throw damaged(file, "the checksum of its header does not match");
    }
    if (fileBytes != in.getLong(48)) {
      throw damaged(file, "it is " + fileBytes + " bytes long and says " + in.getLong(48));
    }
    SegmentHeader header =
        new SegmentHeader(
            in.getInt(12),
            in.getLong(16),
            in.getLong(24),
            in.getLong(32),
            in.getLong(40),
            (int) in.getLong(48),
            in.getLong(56),
            in.getLong(64),
            in.getLong(72),
            in.getInt(80),
            in.getInt(84));
    if (!header.isPossible()) {
      throw damaged(file, "its header passes its checksum and makes no sense: " + header);
    }
    return header;
  }

  /**
   * Whether the lengths fit together. They do in whatever this program wrote; were they believed
   * unseen, a header that passes its checksum by chance or by intent could ask for any amount of
   * memory.
   */
  private boolean isPossible() {
    return WalConfig.isSector(sectorBytes)
        && segmentBytes > 0
        && segmentBytes % sectorBytes == 0
        && headBytes >= 2 * sectorBytes
        && headBytes % sectorBytes == 0
        && headBytes <= segmentBytes - sectorBytes
        && number > 0
        && firstPosition >= 0
        && firstPosition <= Long.MAX_VALUE - segmentBytes;
  }

  private static WalException damaged(Path file, String reason) {
    return Damage.at(file, 0, 0, reason);
  }
}
