// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import java.util.ArrayList;
import java.util.List;

/** Ints in chunks, so that growing copies nothing. */
final class IntList {
  private static final int BITS = 16;

  private final List<int[]> chunks = new ArrayList<>();
  private int size;

  void add(int value) {
    if (size >> BITS == chunks.size()) {
      chunks.add(new int[1 << BITS]);
    }
    chunks.get(size >> BITS)[size & ((1 << BITS) - 1)] = value;
    size++;
  }

  int at(int position) {
    return chunks.get(position >> BITS)[position & ((1 << BITS) - 1)];
  }

  int size() {
    return size;
  }
}
