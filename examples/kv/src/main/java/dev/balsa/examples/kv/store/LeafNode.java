// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A leaf: keys and their histories. */
final class LeafNode extends Node {
  final byte[][] keys;
  final History[] histories;

  LeafNode(Object owner) {
    super(owner);
    keys = new byte[CAPACITY][];
    histories = new History[CAPACITY];
  }

  private LeafNode(Object owner, LeafNode from) {
    super(owner);
    keys = from.keys.clone();
    histories = from.histories.clone();
    size = from.size;
    live = from.live;
  }

  /** The key's place, or -(the place where it belongs) - 1. */
  int find(byte[] key) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Arrays.compareUnsigned(keys[middle], key);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  @Override
  LeafNode editable(Object owner) {
    return this.owner == owner ? this : new LeafNode(owner, this);
  }

  @Override
  void update(Object owner, byte[] key, UnaryOperator<History> change) {
    int i = find(key);
    History history;
    if (i >= 0) {
      history = change.apply(histories[i]);
      live -= liveAt(i);
    } else {
      history = change.apply(null);
      i = -i - 1;
      System.arraycopy(keys, i, keys, i + 1, size - i);
      System.arraycopy(histories, i, histories, i + 1, size - i);
      keys[i] = key;
      size++;
    }
    histories[i] = history;
    live += liveAt(i);
  }

  @Override
  void remove(Object owner, byte[] key) {
    int i = find(key);
    if (i < 0) {
      throw new IllegalArgumentException("no such key");
    }
    live -= liveAt(i);
    size--;
    System.arraycopy(keys, i + 1, keys, i, size - i);
    System.arraycopy(histories, i + 1, histories, i, size - i);
    keys[size] = null;
    histories[size] = null;
  }

  @Override
  LeafNode splitOff(Object owner) {
    LeafNode upper = new LeafNode(owner);
    int kept = size / 2;
    upper.size = size - kept;
    System.arraycopy(keys, kept, upper.keys, 0, upper.size);
    System.arraycopy(histories, kept, upper.histories, 0, upper.size);
    Arrays.fill(keys, kept, size, null);
    Arrays.fill(histories, kept, size, null);
    size = kept;
    for (int i = 0; i < upper.size; i++) {
      upper.live += upper.liveAt(i);
    }
    live -= upper.live;
    return upper;
  }

  /** Adds behind the last key, while a tree is being built. */
  void append(History history) {
    keys[size] = history.newest().key();
    histories[size] = history;
    live += liveAt(size);
    size++;
  }

  @Override
  byte[] lowestKey() {
    return keys[0];
  }

  @Override
  long liveBelow(byte[] key) {
    int end = find(key);
    end = end >= 0 ? end : -end - 1;
    long count = 0;
    for (int i = 0; i < end; i++) {
      count += liveAt(i);
    }
    return count;
  }

  @Override
  boolean scan(byte[] from, byte[] to, Predicate<History> visitor) {
    int i = from == null ? 0 : find(from);
    i = i >= 0 ? i : -i - 1;
    for (; i < size; i++) {
      if (to != null && Arrays.compareUnsigned(keys[i], to) >= 0) {
        return false;
      }
      if (!visitor.test(histories[i])) {
        return false;
      }
    }
    return true;
  }

  private int liveAt(int i) {
    return histories[i].newest().isTombstone() ? 0 : 1;
  }
}
