// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Checksums over parts of a buffer. Not safe for use by several threads. */
final class Checksums {
  private final CRC32C crc = new CRC32C();

  /** CRC-32C of {@code length} bytes at {@code at}; leaves position and limit as they were. */
  int of(ByteBuffer buffer, int at, int length) {
    crc.reset();
    update(crc, buffer, at, length);
    return (int) crc.getValue();
  }

  /** CRC-32C of these bytes. */
  int of(byte[] bytes) {
    crc.reset();
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }

  /** Adds a part of a buffer to a checksum; leaves position and limit as they were. */
  static void update(CRC32C crc, ByteBuffer buffer, int at, int length) {
    int position = buffer.position();
    int limit = buffer.limit();
    buffer.limit(at + length).position(at);
    crc.update(buffer);
    buffer.limit(limit).position(position);
  }

  /** A number in which every bit of {@code value} moves about half of all bits. */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** The digest of a chain of batches, one link further. */
  static long chain(long digest, int bodyCrc, int bodyBytes) {
    return mix((digest ^ ((long) bodyCrc << 32 | bodyBytes)) + 0x9e3779b97f4a7c15L);
  }
}
