// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import dev.balsa.raft.model.Entry;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An immutable run of entries that shares a chunk of the cache: the cache never changes a cell that
 * has been handed out.
 */
final class EntrySlice extends AbstractList<Entry> implements RandomAccess {
  private final Entry[] cells;
  private final int from;
  private final int size;

  EntrySlice(Entry[] cells, int from, int size) {
    this.cells = cells;
    this.from = from;
    this.size = size;
  }

  @Override
  public Entry get(int position) {
    return cells[from + Objects.checkIndex(position, size)];
  }

  @Override
  public int size() {
    return size;
  }
}
