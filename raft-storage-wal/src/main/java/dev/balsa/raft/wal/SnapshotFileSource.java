// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.SnapshotDigest;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A finished snapshot file. Every chunk is verified whenever it is read. */
final class SnapshotFileSource implements SnapshotStore.Source {
  private final SnapshotFiles store;
  private final Path path;
  private final StorageFile file;
  private final SnapshotHeader header;
  private final SnapshotChunks chunks;
  private final long size;
  private final long digest;
  private boolean closed;

  SnapshotFileSource(SnapshotFiles store, Path path, StorageFile file) throws IOException {
    this.store = store;
    this.path = path;
    this.file = file;
    this.header = SnapshotHeader.read(path, file);
    this.chunks = new SnapshotChunks(file, header);
    long[] footer = chunks.readFooter();
    if (footer == null) {
      throw SnapshotHeader.damaged(path, "its end is missing");
    }
    this.size = footer[0];
    this.digest = footer[1];
  }

  SnapshotHeader header() {
    return header;
  }

  Path path() {
    return path;
  }

  /** Reads everything and compares it with the digest. */
  void verify() throws IOException {
    SnapshotDigest actual = new SnapshotDigest();
    for (long at = 0; at < size; at += chunks.chunkBytes()) {
      actual.update(chunk(at / chunks.chunkBytes()));
    }
    if (actual.value() != digest) {
      throw SnapshotHeader.damaged(path, "its digest does not match");
    }
  }

  private ByteBuffer chunk(long number) throws IOException {
    int length = (int) Math.min(chunks.chunkBytes(), size - number * chunks.chunkBytes());
    ByteBuffer data = chunks.read(number, length);
    if (data == null) {
      throw SnapshotHeader.damaged(
          path, "byte " + chunks.offsetOf(number) + " begins a chunk that is not intact");
    }
    return data;
  }

  @Override
  public SnapshotMetadata snapshot() {
    return header.snapshot();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long digest() {
    return digest;
  }

  @Override
  public synchronized int read(long position, byte[] buffer, int offset, int length)
      throws IOException {
    if (closed) {
      throw new WalException("the snapshot " + path + " is closed");
    }
    if (position >= size) {
      return -1;
    }
    ByteBuffer data = chunk(position / chunks.chunkBytes());
    data.position(data.position() + (int) (position % chunks.chunkBytes()));
    int count = Math.min(length, data.remaining());
    data.get(buffer, offset, count);
    return count;
  }

  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      file.close();
      store.closed(this);
    }
  }
}
