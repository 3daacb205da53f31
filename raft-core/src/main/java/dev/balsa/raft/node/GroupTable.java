// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The groups of a host by their ids. Never changes; one with another group is another table. */
final class GroupTable {
  static final GroupTable EMPTY = new GroupTable(List.of());

  private final List<GroupLoop<?>> groups;
  private final long[] ids;

  private GroupTable(List<GroupLoop<?>> sorted) {
    this.groups = sorted;
    this.ids = sorted.stream().mapToLong(GroupLoop::id).toArray();
  }

  static GroupTable of(List<GroupLoop<?>> groups) {
    List<GroupLoop<?>> sorted = new ArrayList<>(groups);
    sorted.sort(Comparator.comparingLong(GroupLoop::id));
    return new GroupTable(List.copyOf(sorted));
  }

  /** The group with this id, null if there is none. */
  GroupLoop<?> find(long id) {
    int at = Arrays.binarySearch(ids, id);
    return at < 0 ? null : groups.get(at);
  }
}
