// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** One file of a {@link SimulatedFileSystem}: what is on the disk, and what is in the cache. */
final class SimulatedFile {
  private Pages durable = new Pages();
  private Pages cached = new Pages();

  /** Ranges that the disk does not give back: their first byte, and the byte after their last. */
  private final TreeMap<Integer, Integer> unreadable = new TreeMap<>();

  int size() {
    return cached.size();
  }

  byte[] content() {
    return cached.toArray();
  }

  /** Reads up to the first byte that cannot be read; -1 at the end. */
  int read(ByteBuffer target, long position) throws IOException {
    if (position >= cached.size()) {
      return -1;
    }
    int from = (int) position;
    int count = Math.min(target.remaining(), cached.size() - from);
    if (!unreadable.isEmpty()) {
      count = readable(from, count);
    }
    ByteBuffer part = target.duplicate().limit(target.position() + count);
    cached.read(part, from);
    target.position(target.position() + count);
    return count;
  }

  private int readable(int from, int count) throws IOException {
    for (Map.Entry<Integer, Integer> range : unreadable.entrySet()) {
      if (range.getKey() <= from && from < range.getValue()) {
        throw new IOException("Input/output error");
      }
      if (range.getKey() > from) {
        return Math.min(count, range.getKey() - from);
      }
    }
    return count;
  }

  void makeUnreadable(int from, int to) {
    unreadable.put(from, to);
  }

  void writeCached(byte[] bytes, int position) {
    cached.write(bytes, 0, position, bytes.length);
    // A disk puts another sector in the place of one that it cannot read when it is written.
    unreadable
        .entrySet()
        .removeIf(r -> position <= r.getKey() && r.getValue() <= end(bytes, position));
  }

  private static int end(byte[] bytes, int position) {
    return position + bytes.length;
  }

  void writeDurable(byte[] bytes, int from, int position, int length) {
    durable.write(bytes, from, position, length);
  }

  void truncateCached(int size) {
    cached.truncate(size);
  }

  void truncateDurable(int size) {
    durable.truncate(size);
  }

  /** The cache holds what the disk does. */
  void dropCache() {
    cached = durable.copy();
  }

  void flipBit(long bit) {
    cached.flipBit(bit);
    durable.flipBit(bit);
  }

  void replace(byte[] content) {
    durable = new Pages();
    durable.write(content, 0, 0, content.length);
    dropCache();
  }

  SimulatedFile copy() {
    SimulatedFile copy = new SimulatedFile();
    copy.durable = durable.copy();
    copy.cached = cached.copy();
    copy.unreadable.putAll(unreadable);
    return copy;
  }
}
