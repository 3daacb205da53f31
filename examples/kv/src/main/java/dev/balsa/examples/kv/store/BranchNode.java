// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * An inner node.
 *
 * <p>Invariant: every key below child i is at least {@code separators[i]} and lower than {@code
 * separators[i + 1]}; the first separator is not looked at, everything lower goes there too.
 */
final class BranchNode extends Node {
  final byte[][] separators;
  final Node[] children;

  BranchNode(Object owner) {
    super(owner);
    separators = new byte[CAPACITY][];
    children = new Node[CAPACITY];
  }

  private BranchNode(Object owner, BranchNode from) {
    super(owner);
    separators = from.separators.clone();
    children = from.children.clone();
    size = from.size;
    live = from.live;
  }

  /** The child that {@code key} is, or would be, below. */
  int childFor(byte[] key) {
    int low = 1;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(separators[middle], key) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return low - 1;
  }

  @Override
  BranchNode editable(Object owner) {
    return this.owner == owner ? this : new BranchNode(owner, this);
  }

  @Override
  void update(Object owner, byte[] key, UnaryOperator<History> change) {
    int i = childFor(key);
    Node child = children[i].editable(owner);
    children[i] = child;
    live -= child.live;
    child.update(owner, key, change);
    live += child.live;
    if (child.isFull()) {
      splitChild(i, owner);
    }
  }

  @Override
  void remove(Object owner, byte[] key) {
    int i = childFor(key);
    Node child = children[i].editable(owner);
    children[i] = child;
    live -= child.live;
    child.remove(owner, key);
    live += child.live;
    if (child.size == 0) {
      size--;
      System.arraycopy(separators, i + 1, separators, i, size - i);
      System.arraycopy(children, i + 1, children, i, size - i);
      separators[size] = null;
      children[size] = null;
    }
  }

  /** Splits a full child in two. There is room: this node would have been split before. */
  void splitChild(int i, Object owner) {
    Node upper = children[i].splitOff(owner);
    adopt(i + 1, upper);
  }

  /** Makes {@code child} the i-th. */
  void adopt(int i, Node child) {
    System.arraycopy(separators, i, separators, i + 1, size - i);
    System.arraycopy(children, i, children, i + 1, size - i);
    separators[i] = child.lowestKey();
    children[i] = child;
    size++;
  }

  @Override
  BranchNode splitOff(Object owner) {
    BranchNode upper = new BranchNode(owner);
    int kept = size / 2;
    upper.size = size - kept;
    System.arraycopy(separators, kept, upper.separators, 0, upper.size);
    System.arraycopy(children, kept, upper.children, 0, upper.size);
    Arrays.fill(separators, kept, size, null);
    Arrays.fill(children, kept, size, null);
    size = kept;
    for (int i = 0; i < upper.size; i++) {
      upper.live += upper.children[i].live;
    }
    live -= upper.live;
    return upper;
  }

  @Override
  byte[] lowestKey() {
    return separators[0];
  }

  @Override
  long liveBelow(byte[] key) {
    int at = childFor(key);
    long count = 0;
    for (int i = 0; i < at; i++) {
      count += children[i].live;
    }
    return count + children[at].liveBelow(key);
  }

  @Override
  boolean scan(byte[] from, byte[] to, Predicate<History> visitor) {
    int first = from == null ? 0 : childFor(from);
    for (int i = first; i < size; i++) {
      if (i > first && to != null && Arrays.compareUnsigned(separators[i], to) >= 0) {
        return false;
      }
      if (!children[i].scan(i == first ? from : null, to, visitor)) {
        return false;
      }
    }
    return true;
  }
}
