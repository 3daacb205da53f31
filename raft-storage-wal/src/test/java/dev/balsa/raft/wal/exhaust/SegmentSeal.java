// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.SegmentDecoder;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Puts right checksums on a segment whose bytes were changed, so that a decoder gets to see the
 * changes. Written after {@code docs/wal-format.md}, apart from the code that it tries.
 */
final class SegmentSeal {
  static final int RECORD_BYTES = 56;
  static final int TYPE = 5;
  static final int LENGTH = 8;
  static final int INDEX = 32;
  static final int PAYLOAD_CRC = 48;
  static final int CRC = 52;

  static final int SECTOR = 12;
  static final int FILE_BYTES = 48;
  static final int HEADER_CRC = 88;

  private static final int BATCH = 1;
  private static final int FOOTER = 3;

  private final CRC32C crc = new CRC32C();
  private final CRC32C headers = new CRC32C();
  private byte[] segment = new byte[0];
  private ByteBuffer bytes = ByteBuffer.wrap(segment);
  private int mask;

  /**
   * Seals the header, and all batches if {@code all}, or else the one that begins at {@code at}.
   */
  void seal(byte[] newSegment, int at, boolean all) {
    segment = newSegment;
    bytes = ByteBuffer.wrap(segment);
    bytes.putInt(HEADER_CRC, of(0, HEADER_CRC));
    mask = SegmentDecoder.mask(segment);
    int sector = bytes.getInt(SECTOR);
    if (sector < 512 || sector > segment.length) {
      return;
    }
    int next = all ? sector : at;
    while (next > 0 && next + RECORD_BYTES <= segment.length) {
      next = sealBatch(next, sector);
      if (!all) {
        return;
      }
    }
  }

  /** Seals what begins here; returns where the next batch does, -1 if there is none. */
  private int sealBatch(int at, int sector) {
    int type = segment[at + TYPE];
    if (type != BATCH) {
      if (type == FOOTER) {
        sealHeader(at);
      }
      return -1;
    }
    long body = bytes.getInt(at + LENGTH);
    long length = (RECORD_BYTES + body + sector - 1) / sector * sector + sector;
    if (body < 0 || at + length > segment.length) {
      sealHeader(at);
      return -1;
    }
    sealRecords(at + RECORD_BYTES, at + RECORD_BYTES + (int) body, bytes.getLong(at + INDEX));
    int sum = (int) headers.getValue();
    bytes.putInt(at + PAYLOAD_CRC, sum);
    sealHeader(at);
    int trailer = at + (int) length - sector;
    bytes.putInt(trailer + LENGTH, (int) body).putInt(trailer + PAYLOAD_CRC, sum);
    sealHeader(trailer);
    return at + (int) length;
  }

  private void sealRecords(int from, int end, long count) {
    headers.reset();
    int at = from;
    for (long i = 0; i < count && end - at >= RECORD_BYTES; i++) {
      int length = bytes.getInt(at + LENGTH);
      boolean fits = length >= 0 && length <= end - at - RECORD_BYTES;
      if (fits) {
        bytes.putInt(at + PAYLOAD_CRC, of(at + RECORD_BYTES, length));
      }
      sealHeader(at);
      headers.update(segment, at, RECORD_BYTES);
      if (!fits) {
        return;
      }
      at += recordBytes(length);
    }
  }

  static int recordBytes(int length) {
    return RECORD_BYTES + (length + 7 & ~7);
  }

  private void sealHeader(int at) {
    bytes.putInt(at + CRC, of(at, CRC) ^ mask);
  }

  private int of(int at, int length) {
    crc.reset();
    crc.update(segment, at, length);
    return (int) crc.getValue();
  }
}
