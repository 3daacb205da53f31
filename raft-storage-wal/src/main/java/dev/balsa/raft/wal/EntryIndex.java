// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.util.Arrays;

/**
 * Where the entries of one group are: log position and payload length, by index, in two arrays.
 *
 * <p>Invariant: positions ascend with the index.
 */
final class EntryIndex {
  private static final int FIRST_CAPACITY = 16;

  private long[] positions = new long[FIRST_CAPACITY];
  private int[] lengths = new int[FIRST_CAPACITY];
  private int head;
  private int size;
  private long from;

  /** The index after the last one. */
  long end() {
    return from + size;
  }

  /** The first index. */
  long from() {
    return from;
  }

  boolean isEmpty() {
    return size == 0;
  }

  long position(long index) {
    return positions[slot(index)];
  }

  int length(long index) {
    return lengths[slot(index)];
  }

  private int slot(long index) {
    if (index < from || index >= end()) {
      throw new IndexOutOfBoundsException(index + " of " + from + " to " + end());
    }
    return head + (int) (index - from);
  }

  /** Forgets everything; {@code index} comes next. */
  void reset(long index) {
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
    size = (int) Math.max(0, Math.min(size, index - from));
    from = size == 0 ? Math.min(from, index) : from;
  }

  /** Forgets everything below {@code index}. */
  void dropBelow(long index) {
    int count = (int) Math.max(0, Math.min(size, index - from));
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
