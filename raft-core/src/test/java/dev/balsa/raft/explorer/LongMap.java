// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

/** From positive longs to ints, by open addressing, without boxes. */
final class LongMap {
  private long[] keys = new long[1 << 12];
  private int[] values = new int[1 << 12];
  private int size;

  /** The value, or -1. */
  int find(long key) {
    int mask = keys.length - 1;
    int at = (int) Fingerprint.mix(key) & mask;
    while (keys[at] != 0) {
      if (keys[at] == key) {
        return values[at];
      }
      at = (at + 1) & mask;
    }
    return -1;
  }

  void put(long key, int value) {
    if (++size * 3L > keys.length * 2L) {
      grow();
    }
    insert(key, value);
  }

  private void insert(long key, int value) {
    int mask = keys.length - 1;
    int at = (int) Fingerprint.mix(key) & mask;
    while (keys[at] != 0) {
      at = (at + 1) & mask;
    }
    keys[at] = key;
    values[at] = value;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new int[oldKeys.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        insert(oldKeys[i], oldValues[i]);
      }
    }
  }
}
