// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the entries of one group are: log position and payload length, by index, in two arrays.
 *
 * <p>While a log is being recovered, entries below the first of these may be known to exist, and
 * their places be told only later, out of order, by the records with which they were moved. Such
 * places are kept apart until all of them are known.
 */
final class EntryIndex {
  private static final int FIRST_CAPACITY = 16;

  /** Where one entry is. */
  private record Place(long position, int length) {}

  private final SegmentUsage usage;
  private long[] positions = new long[FIRST_CAPACITY];
  private int[] lengths = new int[FIRST_CAPACITY];
  private int head;
  private int size;
  private long from;

  /** Places below {@code from}, at recovery. */
  private final TreeMap<Long, Place> early = new TreeMap<>();

  EntryIndex(SegmentUsage usage) {
    this.usage = usage;
  }

  /** The index after the last one. */
  long end() {
    return from + size;
  }

  /** The first index. */
  long from() {
    return from;
  }

  boolean isLocated(long index) {
    return index >= from ? index < end() : early.containsKey(index);
  }

  /** The first index from {@code begin} on that is located; {@code end} if none is below that. */
  long firstLocated(long begin, long end) {
    Long found = begin < from ? early.ceilingKey(begin) : null;
    long first = found != null ? found : Math.max(begin, from);
    return isLocated(first) ? Math.min(first, end) : end;
  }

  /** The first index from {@code begin} on that is not located, {@link #from} at most. */
  long firstUnlocated(long begin) {
    long at = begin;
    while (at < from && early.containsKey(at)) {
      at++;
    }
    return at;
  }

  /** All entries are located by now: they go together. */
  void settle() {
    if (early.isEmpty()) {
      return;
    }
    int more = early.size();
    long[] newPositions = new long[more + size];
    int[] newLengths = new int[more + size];
    int at = 0;
    for (Place place : early.values()) {
      newPositions[at] = place.position;
      newLengths[at] = place.length;
      at++;
    }
    System.arraycopy(positions, head, newPositions, more, size);
    System.arraycopy(lengths, head, newLengths, more, size);
    from = early.firstKey();
    positions = newPositions;
    lengths = newLengths;
    head = 0;
    size += more;
    early.clear();
  }

  long position(long index) {
    return positions[slot(index)];
  }

  int length(long index) {
    return index < from ? early.get(index).length : lengths[slot(index)];
  }

  private int slot(long index) {
    if (index < from || index >= end()) {
      throw new IndexOutOfBoundsException(index + " of " + from + " to " + end());
    }
    return head + (int) (index - from);
  }

  /** Forgets everything; {@code index} comes next. */
  void reset(long index) {
    forget(early);
    forget(from, end());
    from = index;
    head = 0;
    size = 0;
  }

  void add(long position, int length) {
    if (head + size == positions.length) {
      makeRoom();
    }
    positions[head + size] = position;
    lengths[head + size] = length;
    size++;
    usage.add(position, length);
  }

  /** An entry that exists is at this place from now on. */
  void locate(long index, long position, int length) {
    if (index < from) {
      forget(early.subMap(index, index + 1));
      early.put(index, new Place(position, length));
    } else {
      forget(index, index + 1);
      int slot = slot(index);
      positions[slot] = position;
      lengths[slot] = length;
    }
    usage.add(position, length);
  }

  private void forget(long begin, long end) {
    for (long index = begin; index < end; index++) {
      int slot = slot(index);
      usage.remove(positions[slot], lengths[slot]);
    }
  }

  private void forget(SortedMap<Long, Place> places) {
    places.values().forEach(place -> usage.remove(place.position, place.length));
    places.clear();
  }

  private void makeRoom() {
    int capacity = size > positions.length / 2 ? positions.length * 2 : positions.length;
    long[] newPositions = capacity == positions.length ? positions : new long[capacity];
    int[] newLengths = capacity == lengths.length ? lengths : new int[capacity];
    System.arraycopy(positions, head, newPositions, 0, size);
    System.arraycopy(lengths, head, newLengths, 0, size);
    positions = newPositions;
    lengths = newLengths;
    head = 0;
  }

  /** Forgets everything from {@code index} on. */
  void truncateFrom(long index) {
    forget(early.tailMap(index));
    int kept = (int) Math.max(0, Math.min(size, index - from));
    forget(from + kept, end());
    size = kept;
    from = size == 0 ? Math.min(from, index) : from;
  }

  /** Forgets everything below {@code index}. */
  void dropBelow(long index) {
    forget(early.headMap(index));
    int count = (int) Math.max(0, Math.min(size, index - from));
    forget(from, from + count);
    head += count;
    size -= count;
    from = Math.max(from + count, size == 0 ? index : 0);
    if (positions.length > FIRST_CAPACITY && size < positions.length / 8) {
      positions = Arrays.copyOfRange(positions, head, head + Math.max(size * 2, FIRST_CAPACITY));
      lengths = Arrays.copyOfRange(lengths, head, head + Math.max(size * 2, FIRST_CAPACITY));
      head = 0;
    }
  }
}
