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
  /** The ring of a window that was never used: of many groups, most are idle. */
  private static final long[] UNUSED = {};

  private int maxCount;
  private long maxBytes;

  /** A ring of pairs: an append's last index, then its bytes. */
  private long[] appends = UNUSED;

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
    this.appends = other.appends.clone();
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
      sink.put(appends[at(i)]);
      sink.put(appends[at(i) + 1]);
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
    if (2 * count == appends.length) {
      grow();
    }
    int at = at(count++);
    appends[at] = lastIndex;
    appends[at + 1] = size;
    bytes += size;
  }

  /** Where the pair of the append with this many before it begins. */
  private int at(int position) {
    return (head + 2 * position) % appends.length;
  }

  private void grow() {
    // No larger than the window: were it ever exceeded, there would be no room.
    long[] grown = new long[2 * Math.min(maxCount, Math.max(1, 2 * count))];
    for (int i = 0; i < count; i++) {
      grown[2 * i] = appends[at(i)];
      grown[2 * i + 1] = appends[at(i) + 1];
    }
    appends = grown;
    head = 0;
  }

  /** Everything up to {@code index} is acknowledged. */
  public void freeTo(long index) {
    while (count > 0 && appends[head] <= index) {
      bytes -= appends[head + 1];
      head = at(1);
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
