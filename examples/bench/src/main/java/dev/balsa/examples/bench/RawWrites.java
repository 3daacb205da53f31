// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the disk gives: writes of equal length, each with its sync, into blocks written before. */
final class RawWrites implements AutoCloseable {
  static final int FILE_BYTES = 64 << 20;

  private final FileChannel channel;
  private final ByteBuffer record;
  private long offset;

  RawWrites(Path file, long bytes) throws IOException {
    record = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
    for (long at = 0; at < FILE_BYTES; at += zeros.capacity()) {
      channel.write(zeros.clear(), at);
    }
    channel.force(true);
  }

  void write() throws IOException {
    if (offset + record.capacity() > FILE_BYTES) {
      offset = 0;
    }
    record.clear();
    long at = offset;
    while (record.hasRemaining()) {
      at += channel.write(record, at);
    }
    channel.force(false);
    offset = at;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
