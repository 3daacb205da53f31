// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What many groups' logs should hold, told one record at a time: after a power cut, a log may have
 * any state between the last acknowledged one and the one that was being written.
 */
public final class ModelLog {
  /** One group. Immutable, so that states can be kept and compared. */
  public record Group(
      HardState hardState, SnapshotMetadata snapshot, long first, List<Entry> entries) {
    public long last() {
      return first + entries.size() - 1;
    }

    Group append(Entry entry) {
      List<Entry> more = new ArrayList<>(entries);
      more.add(entry);
      return new Group(hardState, snapshot, first, List.copyOf(more));
    }

    Group cutAfter(long last) {
      int kept = (int) (last - first + 1);
      return new Group(hardState, snapshot, first, List.copyOf(entries.subList(0, kept)));
    }

    Group compact(Persist.Compaction compaction) {
      int gone = (int) (compaction.firstIndex() - first);
      List<Entry> rest = List.copyOf(entries.subList(gone, entries.size()));
      return new Group(hardState, compaction.snapshot(), compaction.firstIndex(), rest);
    }

    Group with(HardState newState) {
      return new Group(newState, snapshot, first, entries);
    }
  }

  private final TreeMap<Long, Group> groups;

  public ModelLog() {
    this(new TreeMap<>());
  }

  private ModelLog(TreeMap<Long, Group> groups) {
    this.groups = groups;
  }

  public static Group fresh(SnapshotMetadata snapshot) {
    return new Group(HardState.EMPTY, snapshot, snapshot.index() + 1, List.of());
  }

  public Group group(long id) {
    return groups.get(id);
  }

  public ModelLog with(long id, Group group) {
    TreeMap<Long, Group> copy = new TreeMap<>(groups);
    copy.put(id, group);
    return new ModelLog(copy);
  }

  /** Every state on the way from this one through these writes, the last one included. */
  public List<ModelLog> after(List<GroupWrite> writes) {
    List<ModelLog> states = new ArrayList<>();
    ModelLog now = this;
    for (GroupWrite write : writes) {
      Group group = now.group(write.group());
      Persist persist = write.persist();
      if (persist.reset() != null) {
        Group fresh = fresh(persist.reset()).with(group.hardState);
        group = note(states, write.group(), fresh);
      }
      if (persist.hardState() != null) {
        group = note(states, write.group(), group.with(persist.hardState()));
      }
      List<Entry> entries = persist.entries();
      if (!entries.isEmpty() && entries.get(0).index() <= group.last()) {
        group = note(states, write.group(), group.cutAfter(entries.get(0).index() - 1));
      }
      for (Entry entry : entries) {
        group = note(states, write.group(), group.append(entry));
      }
      if (persist.compaction() != null) {
        group = note(states, write.group(), group.compact(persist.compaction()));
      }
      now = states.isEmpty() ? now : states.get(states.size() - 1);
    }
    return states;
  }

  private Group note(List<ModelLog> states, long id, Group group) {
    ModelLog before = states.isEmpty() ? this : states.get(states.size() - 1);
    states.add(before.with(id, group));
    return group;
  }

  /** What an engine holds of these groups. */
  public static ModelLog of(LogEngine engine, Iterable<Long> ids) throws IOException {
    TreeMap<Long, Group> groups = new TreeMap<>();
    for (long id : ids) {
      RecoveredLog log = engine.recover(id);
      if (log != null) {
        List<Entry> entries = new ArrayList<>();
        while (log.firstIndex() + entries.size() <= log.lastIndex()) {
          IndexRange rest = new IndexRange(log.firstIndex() + entries.size(), log.lastIndex());
          List<Entry> read = engine.read(id, rest, 10_000);
          if (read.isEmpty()) {
            throw new AssertionError("group " + id + " does not give " + rest);
          }
          entries.addAll(read);
        }
        Group group = new Group(log.hardState(), log.snapshot(), log.firstIndex(), entries);
        groups.put(id, group);
      }
    }
    return new ModelLog(groups);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelLog that && groups.equals(that.groups);
  }

  @Override
  public int hashCode() {
    return groups.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (id, group) ->
            text.append("\n  ")
                .append(id)
                .append(": ")
                .append(group.hardState)
                .append(" snapshot ")
                .append(group.snapshot.id())
                .append(" from ")
                .append(group.first)
                .append(' ')
                .append(group.entries));
    return text.toString();
  }
}
