// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How a snapshot's payload lies in its file: chunks of equal length, the last one shorter, each
 * behind its length and its checksum; then a footer.
 *
 * <pre>
 * chunk:  0 length 4 | 4 CRC 4 | 8 data
 * footer: 0 -1 4 | 4 CRC 4 | 8 size 8 | 16 digest 8
 * </pre>
 *
 * <p>A chunk's CRC begins with its number, so that chunks which changed places are seen.
 */
final class SnapshotChunks {
  static final int CHUNK_HEADER_BYTES = 8;
  static final int FOOTER_BYTES = 24;

  private final StorageFile file;
  private final long start;
  private final int chunkBytes;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer buffer;
  private long loaded = -1;

  SnapshotChunks(StorageFile file, SnapshotHeader header) {
    this.file = file;
    this.start = header.bytes();
    this.chunkBytes = header.chunkBytes();
    this.buffer = ByteBuffer.allocate(CHUNK_HEADER_BYTES + chunkBytes);
  }

  int chunkBytes() {
    return chunkBytes;
  }

  /** Where a chunk begins, in bytes from the start of the file. */
  long offsetOf(long chunk) {
    return start + chunk * (CHUNK_HEADER_BYTES + (long) chunkBytes);
  }

  /** Where the footer of a payload of this size begins. */
  long footerOffset(long size) {
    long rest = size % chunkBytes;
    return offsetOf(size / chunkBytes) + (rest == 0 ? 0 : CHUNK_HEADER_BYTES + rest);
  }

  private int checksum(long number, byte[] data, int offset, int length) {
    crc.reset();
    for (int shift = 56; shift >= 0; shift -= 8) {
      crc.update((int) (number >>> shift) & 0xff);
    }
    crc.update(data, offset, length);
    return (int) crc.getValue();
  }

  void write(long chunk, byte[] data, int length) throws IOException {
    loaded = -1;
    buffer.clear();
    buffer.putInt(length).putInt(checksum(chunk, data, 0, length)).put(data, 0, length).flip();
    file.writeFully(buffer, offsetOf(chunk));
  }

  /** Reads and verifies a chunk; null if it is not intact or not of this length. */
  ByteBuffer read(long chunk, int length) throws IOException {
    if (loaded != chunk || buffer.limit() != CHUNK_HEADER_BYTES + length) {
      loaded = -1;
      buffer.clear().limit(CHUNK_HEADER_BYTES + length);
      int count = file.readFully(buffer, offsetOf(chunk));
      boolean intact =
          count == CHUNK_HEADER_BYTES + length
              && buffer.getInt(0) == length
              && buffer.getInt(4) == checksum(chunk, buffer.array(), CHUNK_HEADER_BYTES, length);
      if (!intact) {
        return null;
      }
      loaded = chunk;
    }
    return buffer.position(CHUNK_HEADER_BYTES);
  }

  void writeFooter(long size, long digest) throws IOException {
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES);
    footer.putInt(0, -1).putLong(8, size).putLong(16, digest);
    footer.putInt(4, checksum(size, footer.array(), 8, 16));
    file.writeFully(footer, footerOffset(size));
  }

  /** Size and digest from the end of the file; null if they are not intact. */
  long[] readFooter() throws IOException {
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES);
    long at = file.size() - FOOTER_BYTES;
    if (at < start || file.readFully(footer, at) < FOOTER_BYTES) {
      return null;
    }
    long size = footer.getLong(8);
    boolean intact =
        size >= 0
            && footer.getInt(0) == -1
            && footer.getInt(4) == checksum(size, footer.array(), 8, 16)
            && footerOffset(size) == at;
    return intact ? new long[] {size, footer.getLong(16)} : null;
  }
}
