// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.Arrays;

/** An immutable set of member ids in ascending order: no boxing, and one order everywhere. */
public final class IdSet {
  /** The set without elements. */
  public static final IdSet EMPTY = new IdSet(new long[0]);

  private final long[] ids;

  private IdSet(long[] ids) {
    this.ids = ids;
  }

  /** The set of these ids; order and repetition do not matter. */
  public static IdSet of(long... ids) {
    if (ids.length == 0) {
      return EMPTY;
    }
    return new IdSet(Arrays.stream(ids).sorted().distinct().toArray());
  }

  public int size() {
    return ids.length;
  }

  public boolean isEmpty() {
    return ids.length == 0;
  }

  /** The element at {@code position} in ascending order, from 0. */
  public long at(int position) {
    return ids[position];
  }

  public boolean contains(long id) {
    return Arrays.binarySearch(ids, id) >= 0;
  }

  /** The union of both sets. */
  public IdSet plus(IdSet other) {
    if (other.isEmpty()) {
      return this;
    }
    long[] all = Arrays.copyOf(ids, ids.length + other.ids.length);
    System.arraycopy(other.ids, 0, all, ids.length, other.ids.length);
    return of(all);
  }

  /** The elements in ascending order, in a new array. */
  public long[] toArray() {
    return ids.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IdSet that && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(ids);
  }
}
