// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A node of a {@link KeyTree}.
 *
 * <p>Invariant: only the batch that made a node changes it, and it splits a child as soon as that
 * is full; so there is always room for one more. Nodes are not merged when keys go: they vanish
 * when they are empty, which compaction sees to soon enough.
 */
abstract sealed class Node permits LeafNode, BranchNode {
  /**
   * Entries of a leaf, children of a branch. Small, because each batch copies what it touches;
   * measured best between 16 and 64.
   */
  static final int CAPACITY = 32;

  /** The batch that may change this node; null for none. */
  final Object owner;

  int size;

  /** How many keys below are not deleted in their newest version. */
  long live;

  Node(Object owner) {
    this.owner = owner;
  }

  final boolean isFull() {
    return size == CAPACITY;
  }

  /** This node if {@code owner} may change it, otherwise a copy that it may change. */
  abstract Node editable(Object owner);

  /** Changes the versions of one key below this node, which is editable. */
  abstract void update(Object owner, byte[] key, UnaryOperator<History> change);

  /** Removes from this node, which is editable. */
  abstract void remove(Object owner, byte[] key);

  /** Moves the upper half of this editable node into a new one. */
  abstract Node splitOff(Object owner);

  /** The lowest key that can be below this node, to tell it from its left neighbour. */
  abstract byte[] lowestKey();

  /** How many live keys are lower than {@code key}. */
  abstract long liveBelow(byte[] key);

  /**
   * Shows what lies from {@code from} (null: from the first) to before {@code to} (null: to the
   * last).
   *
   * @return whether to go on
   */
  abstract boolean scan(byte[] from, byte[] to, Predicate<History> visitor);
}
