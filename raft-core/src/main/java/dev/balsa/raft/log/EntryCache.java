// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.state.StateSink;
import java.util.Arrays;
import java.util.List;

/**
 * The newest entries of the log in memory, without gaps up to the log's end.
 *
 * <p>Entries are handed out as slices of the backing array, so cells are only ever filled, never
 * overwritten: truncation and growth move on to a new array, and slices keep the old one.
 */
final class EntryCache {
  private static final int INITIAL_CAPACITY = 64;

  private Entry[] cells = new Entry[INITIAL_CAPACITY];
  private int head;
  private int size;
  private long firstIndex;
  private long bytes;

  /** An empty cache whose first entry will have this index. */
  EntryCache(long firstIndex) {
    this.firstIndex = firstIndex;
  }

  /** In an array of its own: the other goes on filling its cells. */
  private EntryCache(EntryCache other) {
    this.cells = Arrays.copyOfRange(other.cells, other.head, other.head + other.size);
    this.size = other.size;
    this.firstIndex = other.firstIndex;
    this.bytes = other.bytes;
  }

  EntryCache copy() {
    return new EntryCache(this);
  }

  /** The lowest index held; one past the end if empty. */
  long firstIndex() {
    return firstIndex;
  }

  long lastIndex() {
    return firstIndex + size - 1;
  }

  long bytes() {
    return bytes;
  }

  boolean holds(long index) {
    return index >= firstIndex && index <= lastIndex();
  }

  Entry entry(long index) {
    return cells[head + (int) (index - firstIndex)];
  }

  void append(Entry entry) {
    if (entry.index() != lastIndex() + 1) {
      throw new IllegalStateException("entry " + entry.id() + " after index " + lastIndex());
    }
    if (head + size == cells.length) {
      moveTo(Math.max(INITIAL_CAPACITY, size * 2));
    }
    cells[head + size++] = entry;
    bytes += entry.bytes();
  }

  private void moveTo(int capacity) {
    Entry[] moved = new Entry[capacity];
    System.arraycopy(cells, head, moved, 0, size);
    cells = moved;
    head = 0;
  }

  /** Drops everything from {@code index} on, which is at least {@link #firstIndex}. */
  void truncateFrom(long index) {
    int kept = (int) (index - firstIndex);
    for (int i = kept; i < size; i++) {
      bytes -= cells[head + i].bytes();
    }
    cells = Arrays.copyOfRange(cells, head, head + Math.max(INITIAL_CAPACITY, kept * 2));
    Arrays.fill(cells, kept, Math.min(size, cells.length), null);
    head = 0;
    size = kept;
  }

  /** Drops the oldest entry. */
  void evictFirst() {
    bytes -= cells[head].bytes();
    head++;
    size--;
    firstIndex++;
    if (head > INITIAL_CAPACITY && head > 2 * size) {
      // Half of the array or more holds what nobody needs: let it go.
      moveTo(Math.max(INITIAL_CAPACITY, size * 2));
    }
  }

  /** Drops everything; the next entry will have this index. */
  void reset(long firstIndex) {
    cells = new Entry[INITIAL_CAPACITY];
    head = 0;
    size = 0;
    bytes = 0;
    this.firstIndex = firstIndex;
  }

  /**
   * The entries from {@code from} to {@code to}, as many as {@code maxBytes} allow, at least one.
   */
  List<Entry> slice(long from, long to, long maxBytes) {
    int start = head + (int) (from - firstIndex);
    int most = (int) (to - from + 1);
    long total = 0;
    int taken = 0;
    while (taken < most) {
      total += cells[start + taken].bytes();
      if (total > maxBytes && taken > 0) {
        break;
      }
      taken++;
    }
    return taken == 0 ? List.of() : new EntrySlice(cells, start, taken);
  }

  void encodeState(StateSink sink) {
    sink.put(firstIndex);
    sink.put(size);
    for (int i = 0; i < size; i++) {
      sink.put(cells[head + i]);
    }
  }
}
