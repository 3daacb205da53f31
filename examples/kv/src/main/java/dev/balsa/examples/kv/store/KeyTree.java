// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.Iterator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * An immutable ordered map from key to {@link History}: a B+ tree that is changed by copying the
 * path to the change.
 *
 * <p>A batch of changes copies each node only once ({@link Editor}), so that the price of
 * immutability is paid for each batch and touched leaf, not for each write. Every node knows how
 * many of its keys are live in their newest version, which answers most counts without a scan.
 *
 * <p><b>Threads.</b> Safe for use by any thread once published safely.
 */
final class KeyTree {
  static final KeyTree EMPTY = new KeyTree(new LeafNode(null));

  private final Node root;

  private KeyTree(Node root) {
    this.root = root;
  }

  /** The key's versions, null if it has none. */
  History get(byte[] key) {
    Node node = root;
    while (node instanceof BranchNode branch) {
      node = branch.children[branch.childFor(key)];
    }
    LeafNode leaf = (LeafNode) node;
    int i = leaf.find(key);
    return i >= 0 ? leaf.histories[i] : null;
  }

  /** Shows the histories in this range, ascending by key, until {@code visitor} returns false. */
  void scan(KeyRange range, Predicate<History> visitor) {
    if (!range.isEmpty()) {
      root.scan(range.from(), range.to(), visitor);
    }
  }

  /** How many keys of this range exist in their newest version. */
  long countLive(KeyRange range) {
    if (range.isEmpty()) {
      return 0;
    }
    long below = range.to() == null ? root.live : root.liveBelow(range.to());
    return below - root.liveBelow(range.from());
  }

  /** Starts a batch of changes. */
  Editor edit() {
    return new Editor(root);
  }

  /**
   * Builds a tree from scratch.
   *
   * @param histories ascending by key
   */
  static KeyTree ofSorted(Iterator<History> histories) {
    return new KeyTree(new TreeBuilder().build(histories));
  }

  /**
   * A batch of changes: one thread's, until {@link #tree} hands out the result. What was handed out
   * stays as it is when editing goes on.
   */
  static final class Editor {
    private Node root;

    /** Marks the nodes that this batch has made, and may therefore change in place. */
    private Object owner = new Object();

    private Editor(Node root) {
      this.root = root;
    }

    History get(byte[] key) {
      return new KeyTree(root).get(key);
    }

    /**
     * Changes a key's versions, in one descent.
     *
     * @param change from the versions so far, null for none, to the new ones
     */
    void update(byte[] key, UnaryOperator<History> change) {
      root = root.editable(owner);
      root.update(owner, key, change);
      if (root.isFull()) {
        BranchNode grown = new BranchNode(owner);
        grown.adopt(0, root);
        grown.splitChild(0, owner);
        grown.live = grown.children[0].live + grown.children[1].live;
        root = grown;
      }
    }

    /** Removes a key, which must be there. */
    void remove(byte[] key) {
      root = root.editable(owner);
      root.remove(owner, key);
      while (root instanceof BranchNode branch && branch.size == 1) {
        root = branch.children[0];
      }
      if (root.size == 0) {
        root = EMPTY.root;
      }
    }

    /** The tree as it is now, still being edited: to be read by the editing thread only. */
    KeyTree peek() {
      return new KeyTree(root);
    }

    /** The tree as it is now, for good. */
    KeyTree tree() {
      owner = new Object();
      return new KeyTree(root);
    }
  }
}
