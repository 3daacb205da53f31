// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import dev.balsa.raft.state.StateSink;

/**
 * The appends that were sent to one peer and are not acknowledged: a window by count and by bytes,
 * whose limits may change while it is in use.
 *
 * <p>Invariant: {@code bytes} is the sum over the held appends, so it is 0 when none is held.
 */
public final class Inflights {
  /** The arrays of a window that was never used: of many groups, most are idle. */
  private static final long[] UNUSED = {};

  private int maxCount;
  private long maxBytes;
  private long[] lastIndexes = UNUSED;
  private long[] sizes = UNUSED;
  private int head;
  private int count;
  private long bytes;

  /** An empty window of at most {@code maxCount} appends and about {@code maxBytes} bytes. */
  public Inflights(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  private Inflights(Inflights other) {
    this.maxCount = other.maxCount;
    this.maxBytes = other.maxBytes;
    this.lastIndexes = other.lastIndexes.clone();
    this.sizes = other.sizes.clone();
    this.head = other.head;
    this.count = other.count;
    this.bytes = other.bytes;
  }

  /**
   * Other limits from now on. What is in flight stays so, even if it is more than they allow: then
   * the window is full until enough of it is acknowledged.
   */
  public void limit(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** A window of its own with the same content. */
  public Inflights copy() {
    return new Inflights(this);
  }

  /** Tells what is in the window; how it is laid out in memory is of no consequence. */
  public void encodeState(StateSink sink) {
    sink.put(count);
    for (int i = 0; i < count; i++) {
      sink.put(lastIndexes[(head + i) % lastIndexes.length]);
      sink.put(sizes[(head + i) % sizes.length]);
    }
  }

  /** Whether nothing more may be sent. One append always may, however large it is. */
  public boolean isFull() {
    return count >= maxCount || bytes >= maxBytes;
  }

  public int count() {
    return count;
  }

  public long bytes() {
    return bytes;
  }

  /**
   * An append was sent.
   *
   * @param lastIndex its last entry's index, above those sent before
   * @param size its bytes
   */
  public void add(long lastIndex, long size) {
    if (isFull()) {
      throw new IllegalStateException("the window is full: " + count + ", " + bytes + " B");
    }
    if (count == lastIndexes.length) {
      grow();
    }
    int at = (head + count) % lastIndexes.length;
    lastIndexes[at] = lastIndex;
    sizes[at] = size;
    count++;
    bytes += size;
  }

  private void grow() {
    int capacity = Math.min(maxCount, Math.max(1, lastIndexes.length * 2));
    long[] newIndexes = new long[capacity];
    long[] newSizes = new long[capacity];
    for (int i = 0; i < count; i++) {
      newIndexes[i] = lastIndexes[(head + i) % lastIndexes.length];
      newSizes[i] = sizes[(head + i) % sizes.length];
    }
    lastIndexes = newIndexes;
    sizes = newSizes;
    head = 0;
  }

  /** Everything up to {@code index} is acknowledged. */
  public void freeTo(long index) {
    while (count > 0 && lastIndexes[head] <= index) {
      bytes -= sizes[head];
      head = (head + 1) % lastIndexes.length;
      count--;
    }
  }

  /** Forgets all. */
  public void clear() {
    head = 0;
    count = 0;
    bytes = 0;
  }
}
