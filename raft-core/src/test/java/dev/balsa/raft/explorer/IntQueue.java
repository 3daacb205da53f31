// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import java.util.ArrayDeque;

/** Runs of ints, first in, first out, in chunks that are let go as soon as they are read. */
final class IntQueue {
  private static final int CHUNK = 1 << 18;

  private final ArrayDeque<int[]> chunks = new ArrayDeque<>();
  private int readAt;
  private int writtenTo = CHUNK;
  private long size;

  /** How many runs wait. */
  long size() {
    return size;
  }

  void add(int[] run, int length) {
    size++;
    if (writtenTo + length + 1 > CHUNK) {
      if (writtenTo < CHUNK) {
        chunks.peekLast()[writtenTo] = -1;
      }
      chunks.add(new int[CHUNK]);
      writtenTo = 0;
    }
    int[] chunk = chunks.peekLast();
    chunk[writtenTo] = length;
    System.arraycopy(run, 0, chunk, writtenTo + 1, length);
    writtenTo += length + 1;
  }

  /** Reads the next run into {@code into}; returns its length. There is one. */
  int poll(int[] into) {
    size--;
    int[] chunk = chunks.peekFirst();
    if (readAt == CHUNK || chunk[readAt] == -1) {
      chunks.pollFirst();
      chunk = chunks.peekFirst();
      readAt = 0;
    }
    int length = chunk[readAt];
    System.arraycopy(chunk, readAt + 1, into, 0, length);
    readAt += length + 1;
    return length;
  }
}
