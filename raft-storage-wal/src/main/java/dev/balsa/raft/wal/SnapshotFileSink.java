// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.spi.SnapshotDigest;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A snapshot file being written, by one thread at a time. */
final class SnapshotFileSink extends SnapshotStore.Sink {
  private final SnapshotFiles store;
  private final Path path;
  private final StorageFile file;
  private final SnapshotHeader header;
  private final SnapshotChunks chunks;
  private final SnapshotDigest digest = new SnapshotDigest();
  private final byte[] chunk;
  private long fullChunks;
  private int inChunk;
  private boolean closed;

  /** A file that holds nothing yet. */
  static SnapshotFileSink begin(
      SnapshotFiles store, Path path, StorageFile file, SnapshotHeader header) throws IOException {
    file.writeFully(header.encode(), 0);
    return new SnapshotFileSink(store, path, file, header);
  }

  /** A file that holds some of the bytes: as many as are intact count, the rest goes. */
  static SnapshotFileSink resume(
      SnapshotFiles store, Path path, StorageFile file, SnapshotHeader header) throws IOException {
    SnapshotFileSink sink = new SnapshotFileSink(store, path, file, header);
    while (sink.position() + sink.chunk.length <= header.announcedSize()) {
      ByteBuffer data = sink.chunks.read(sink.fullChunks, sink.chunk.length);
      if (data == null) {
        break;
      }
      sink.digest.update(data);
      sink.fullChunks++;
    }
    file.truncate(sink.chunks.offsetOf(sink.fullChunks));
    return sink;
  }

  private SnapshotFileSink(
      SnapshotFiles store, Path path, StorageFile file, SnapshotHeader header) {
    this.store = store;
    this.path = path;
    this.file = file;
    this.header = header;
    this.chunks = new SnapshotChunks(file, header);
    this.chunk = new byte[header.chunkBytes()];
  }

  SnapshotHeader header() {
    return header;
  }

  Path path() {
    return path;
  }

  @Override
  public long position() {
    return fullChunks * chunk.length + inChunk;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    requireOpen();
    if (isReceiving() && length > header.announcedSize() - position()) {
      throw new WalException(
          "a snapshot of " + header.announcedSize() + " bytes was announced, and more arrived");
    }
    int at = offset;
    int left = length;
    while (left > 0) {
      int count = Math.min(left, chunk.length - inChunk);
      System.arraycopy(source, at, chunk, inChunk, count);
      inChunk += count;
      at += count;
      left -= count;
      if (inChunk == chunk.length) {
        writeChunk();
        fullChunks++;
        inChunk = 0;
      }
    }
  }

  private boolean isReceiving() {
    return header.announcedSize() >= 0;
  }

  private void writeChunk() throws IOException {
    digest.update(chunk, 0, inChunk);
    boolean written = false;
    try {
      chunks.write(fullChunks, chunk, inChunk);
      written = true;
    } finally {
      if (!written) {
        abandon();
      }
    }
  }

  private void requireOpen() throws WalException {
    if (closed) {
      throw new WalException("the snapshot " + path + " is closed for writing");
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen();
    long size = position();
    if (isReceiving() && size < header.announcedSize()) {
      throw new WalException(
          "only " + size + " of " + header.announcedSize() + " bytes of a snapshot arrived");
    }
    if (inChunk > 0) {
      writeChunk();
    }
    long value = digest.value();
    if (isReceiving() && value != header.announcedDigest()) {
      abandon();
      throw new WalException(
          "the snapshot "
              + header.snapshot().id()
              + " did not arrive as it was announced; it is fetched anew");
    }
    boolean durable = false;
    try {
      chunks.writeFooter(size, value);
      file.force();
      durable = true;
    } finally {
      if (!durable) {
        // After a failed sync the cache may show what the disk never got: nothing to resume from.
        abandon();
      }
    }
    closed = true;
    file.close();
    store.finished(this);
  }

  /** Closes and removes the file. */
  private void abandon() throws IOException {
    if (!closed) {
      closed = true;
      file.close();
      store.abandoned(this);
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    if (isReceiving()) {
      closed = true;
      try {
        file.force();
      } finally {
        file.close();
        store.suspended(this);
      }
    } else {
      abandon();
    }
  }
}
