// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.fs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Reads may run beside a write; writes and {@link #force} are one thread's. */
public interface StorageFile extends Closeable {
  /** Length in bytes. */
  long size() throws IOException;

  /**
   * Reads into {@code target}, perhaps less than it has room for.
   *
   * @param position where, in bytes from the start
   * @return how many bytes, -1 at or beyond the end
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Writes from {@code source}, perhaps less than it holds.
   *
   * @param position where, in bytes from the start
   * @return how many bytes
   */
  int write(ByteBuffer source, long position) throws IOException;

  /** Cuts the file to {@code size} bytes. */
  void truncate(long size) throws IOException;

  /** Makes everything written so far durable, with the length (fdatasync). */
  void force() throws IOException;

  /** Reads until {@code target} is full or the file ends; returns how many bytes. */
  default int readFully(ByteBuffer target, long position) throws IOException {
    int total = 0;
    while (target.hasRemaining()) {
      int count = read(target, position + total);
      if (count < 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  /** Writes everything that {@code source} holds: a short write is followed by another. */
  default void writeFully(ByteBuffer source, long position) throws IOException {
    long at = position;
    while (source.hasRemaining()) {
      int count = write(source, at);
      if (count <= 0) {
        throw new IOException("nothing of " + source.remaining() + " bytes was written");
      }
      at += count;
    }
  }
}
