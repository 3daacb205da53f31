// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

/**
 * The states that were seen, by a hash of 64 bits. Among n states the chance that any two share
 * their hash is about n² / 2^65: 3 in a million for 10^7 states, 3 in 10,000 for 10^8. Then one of
 * the two is not explored; nothing is ever reported that did not happen.
 */
final class StateTable {
  private long[] hashes = new long[1 << 16];
  private long size;

  /** Whether this state is new. */
  boolean add(long hash) {
    long key = hash == 0 ? 1 : hash;
    if (size * 10 > hashes.length * 7L) {
      grow();
    }
    if (!insert(key)) {
      return false;
    }
    size++;
    return true;
  }

  long size() {
    return size;
  }

  private boolean insert(long key) {
    int mask = hashes.length - 1;
    int at = (int) (key >>> 17) & mask;
    while (hashes[at] != 0) {
      if (hashes[at] == key) {
        return false;
      }
      at = (at + 1) & mask;
    }
    hashes[at] = key;
    return true;
  }

  private void grow() {
    long[] old = hashes;
    hashes = new long[old.length * 2];
    for (long key : old) {
      if (key != 0) {
        insert(key);
      }
    }
  }
}
