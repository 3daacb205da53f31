// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Builds a {@link KeyTree} bottom up, from sorted histories. */
final class TreeBuilder {
  /** Leaves some room, so that the first writes afterwards do not split every node. */
  private static final int FILL = Node.CAPACITY * 3 / 4;

  /** The root of a tree that holds these. */
  Node build(Iterator<History> histories) {
    List<Node> level = leaves(histories);
    while (level.size() > 1) {
      level = parents(level);
    }
    return level.get(0);
  }

  private static List<Node> leaves(Iterator<History> histories) {
    List<Node> leaves = new ArrayList<>();
    LeafNode leaf = new LeafNode(null);
    leaves.add(leaf);
    while (histories.hasNext()) {
      if (leaf.size == FILL) {
        leaf = new LeafNode(null);
        leaves.add(leaf);
      }
      leaf.append(histories.next());
    }
    return leaves;
  }

  private static List<Node> parents(List<Node> children) {
    List<Node> parents = new ArrayList<>(children.size() / FILL + 1);
    BranchNode parent = null;
    for (Node child : children) {
      if (parent == null || parent.size == FILL) {
        parent = new BranchNode(null);
        parents.add(parent);
      }
      parent.adopt(parent.size, child);
      parent.live += child.live;
    }
    return parents;
  }
}
