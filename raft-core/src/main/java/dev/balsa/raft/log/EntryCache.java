// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.state.StateSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The newest entries of the log in memory, without gaps up to the log's end.
 *
 * <p>They lie in chunks. Entries are handed out as slices of a chunk, so a cell is filled once and
 * never overwritten: the log grows into new chunks, a truncation copies what it keeps, and slices
 * keep the old one. The oldest chunk goes as a whole when nothing in it is needed.
 */
final class EntryCache {
  /** A member at rest has an entry or two. */
  private static final int FIRST_CAPACITY = 4;

  /** How many evicted entries may stay in memory with the rest of their chunk, at most. */
  private static final int LAST_CAPACITY = 512;

  /** The cells of the entries from index {@code first} on. */
  private record Chunk(long first, Entry[] cells) {
    /** The index one past its last cell, filled or not. */
    long end() {
      return first + cells.length;
    }

    Entry entry(long index) {
      return cells[(int) (index - first)];
    }
  }

  /** The newest chunk, null if there is none. */
  private Chunk tail;

  /** Those before it, ascending and without gaps. Made for the first: a small log has none. */
  private List<Chunk> older = List.of();

  private long firstIndex;
  private long lastIndex;
  private long bytes;

  /**
   * The last slice handed out, and its first index: the same run is asked for by each peer, by the
   * log engine and by the state machine, and may be shared since it never changes.
   */
  private List<Entry> lastSlice = List.of();

  private long lastSliceFrom;

  /** An empty cache whose first entry will have this index. */
  EntryCache(long firstIndex) {
    this.firstIndex = firstIndex;
    this.lastIndex = firstIndex - 1;
  }

  /** With a newest chunk of its own, which the other goes on filling; the rest is shared. */
  private EntryCache(EntryCache other) {
    this.firstIndex = other.firstIndex;
    this.lastIndex = other.lastIndex;
    this.bytes = other.bytes;
    this.older = new ArrayList<>(other.older);
    if (other.tail != null) {
      this.tail = new Chunk(other.tail.first(), other.tail.cells.clone());
    }
  }

  EntryCache copy() {
    return new EntryCache(this);
  }

  /** The lowest index held; one past the end if empty. */
  long firstIndex() {
    return firstIndex;
  }

  long lastIndex() {
    return lastIndex;
  }

  long bytes() {
    return bytes;
  }

  boolean holds(long index) {
    return index >= firstIndex && index <= lastIndex;
  }

  Entry entry(long index) {
    return chunkOf(index).entry(index);
  }

  private Chunk chunkOf(long index) {
    // Nearly always the newest entries are asked for.
    return index >= tail.first() ? tail : olderChunkOf(index);
  }

  private Chunk olderChunkOf(long index) {
    int low = 0;
    int high = older.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (index < older.get(middle).end()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return older.get(low);
  }

  void append(Entry entry) {
    if (entry.index() != lastIndex + 1) {
      throw new IllegalStateException("entry " + entry.id() + " after index " + lastIndex);
    }
    if (tail == null) {
      tail = new Chunk(entry.index(), new Entry[FIRST_CAPACITY]);
    } else if (tail.end() == entry.index()) {
      beginChunk(entry.index());
    }
    lastIndex++;
    tail.cells[(int) (lastIndex - tail.first())] = entry;
    bytes += entry.bytes();
  }

  private void beginChunk(long first) {
    if (older.isEmpty()) {
      older = new ArrayList<>();
    }
    older.add(tail);
    tail = new Chunk(first, new Entry[Math.min(LAST_CAPACITY, tail.cells.length * 2)]);
  }

  /** Drops everything from {@code index} on, which is at least {@link #firstIndex}. */
  void truncateFrom(long index) {
    for (long i = index; i <= lastIndex; i++) {
      bytes -= entry(i).bytes();
    }
    lastIndex = index - 1;
    lastSlice = List.of();
    while (tail != null && tail.first() >= index) {
      tail = older.isEmpty() ? null : older.remove(older.size() - 1);
    }
    if (tail != null && index < tail.end()) {
      Entry[] kept = Arrays.copyOf(tail.cells, (int) (index - tail.first()));
      tail = new Chunk(tail.first(), Arrays.copyOf(kept, tail.cells.length));
    }
  }

  /** Drops the oldest entry. */
  void evictFirst() {
    Chunk oldest = older.isEmpty() ? tail : older.get(0);
    bytes -= oldest.entry(firstIndex).bytes();
    firstIndex++;
    if (firstIndex == oldest.end()) {
      dropOldest();
    }
  }

  private void dropOldest() {
    if (older.isEmpty()) {
      tail = null;
    } else {
      older.remove(0);
    }
    lastSlice = List.of();
  }

  /** Drops everything; the next entry will have this index. */
  void reset(long firstIndex) {
    older = List.of();
    tail = null;
    bytes = 0;
    lastSlice = List.of();
    this.firstIndex = firstIndex;
    this.lastIndex = firstIndex - 1;
  }

  /**
   * The entries from {@code from} to {@code to}, as many as {@code maxBytes} allow, at least one.
   */
  List<Entry> slice(long from, long to, long maxBytes) {
    int count = countWithin(from, to, maxBytes);
    if (count == 0) {
      return List.of();
    }
    if (from != lastSliceFrom || count != lastSlice.size()) {
      lastSlice = slice(from, count);
      lastSliceFrom = from;
    }
    return lastSlice;
  }

  private int countWithin(long from, long to, long maxBytes) {
    long total = 0;
    long index = from;
    while (index <= to) {
      Chunk chunk = chunkOf(index);
      for (long end = Math.min(to + 1, chunk.end()); index < end; index++) {
        total += chunk.entry(index).bytes();
        if (total > maxBytes && index > from) {
          return (int) (index - from);
        }
      }
    }
    return (int) (index - from);
  }

  private List<Entry> slice(long from, int count) {
    Chunk chunk = chunkOf(from);
    if (from + count <= chunk.end()) {
      return new EntrySlice(chunk.cells, (int) (from - chunk.first()), count);
    }
    Entry[] gathered = new Entry[count];
    int done = 0;
    while (done < count) {
      chunk = chunkOf(from + done);
      int start = (int) (from + done - chunk.first());
      int taken = Math.min(count - done, chunk.cells.length - start);
      System.arraycopy(chunk.cells, start, gathered, done, taken);
      done += taken;
    }
    return new EntrySlice(gathered, 0, count);
  }

  void encodeState(StateSink sink) {
    sink.put(firstIndex);
    sink.put(lastIndex - firstIndex + 1);
    for (long i = firstIndex; i <= lastIndex; i++) {
      sink.put(entry(i));
    }
  }
}
