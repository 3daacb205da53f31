// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log engine in memory: what every durable one is compared with, and what tests of the host run
 * on. Everything written counts as durable at once; {@link #reopen} is a restart.
 */
public final class MemoryLogEngine implements LogEngine {
  /** One group's log. Invariant: {@code entries} are consecutive and start at {@code first}. */
  private static final class Group {
    private SnapshotMetadata snapshot;
    private HardState hardState = HardState.EMPTY;
    private long first;
    private final List<Entry> entries = new ArrayList<>();

    Group(SnapshotMetadata snapshot) {
      this.snapshot = snapshot;
      this.first = snapshot.index() + 1;
    }

    long last() {
      return first + entries.size() - 1;
    }

    Group copy() {
      Group copy = new Group(snapshot);
      copy.hardState = hardState;
      copy.first = first;
      copy.entries.addAll(entries);
      return copy;
    }
  }

  private final LogIdentity identity;
  private final Map<Long, Group> groups;
  private final MemorySnapshotStore snapshots;
  private IOException failure;
  private boolean full;
  private boolean roomToBeFound;
  private boolean closed;

  /** An engine that knows no group. */
  public MemoryLogEngine(LogIdentity identity) {
    this(identity, new TreeMap<>(), new MemorySnapshotStore());
  }

  private MemoryLogEngine(
      LogIdentity identity, Map<Long, Group> groups, MemorySnapshotStore snapshots) {
    this.identity = identity;
    this.groups = groups;
    this.snapshots = snapshots;
  }

  /** The engine as it is after a restart: same content, the next boot epoch. This one is closed. */
  public synchronized MemoryLogEngine reopen() {
    closed = true;
    LogIdentity next =
        new LogIdentity(identity.clusterId(), identity.member(), identity.bootEpoch() + 1);
    return new MemoryLogEngine(next, groups, snapshots);
  }

  /** A copy of the log as it is now, as a backup holds it; without the snapshots. */
  public synchronized MemoryLogEngine copy() {
    Map<Long, Group> copies = new TreeMap<>();
    groups.forEach((id, group) -> copies.put(id, group.copy()));
    return new MemoryLogEngine(identity, copies, new MemorySnapshotStore());
  }

  /** Lets this and every later write fail, as a broken disk does. */
  public synchronized void failWrites(IOException cause) {
    failure = cause;
  }

  /** Runs out of room, as a disk does that others fill as well. */
  public synchronized void fillUp() {
    full = true;
    roomToBeFound = false;
  }

  /** There is room again, for whoever looks. */
  public synchronized void makeRoom() {
    roomToBeFound = true;
  }

  @Override
  public synchronized boolean isStorageFull() {
    return full;
  }

  @Override
  public synchronized void retryStorage() {
    full &= !roomToBeFound;
  }

  @Override
  public LogIdentity identity() {
    return identity;
  }

  @Override
  public synchronized RecoveredLog recover(long id) {
    Group group = groups.get(id);
    if (group == null) {
      return null;
    }
    List<EntryId> runs = new ArrayList<>();
    List<Entry> configurations = new ArrayList<>();
    long term = -1;
    for (Entry entry : group.entries) {
      if (entry.term() != term) {
        term = entry.term();
        runs.add(entry.id());
      }
      if (entry.type() == EntryType.CONFIGURATION) {
        configurations.add(entry);
      }
    }
    return new RecoveredLog(
        group.hardState, group.snapshot, group.first, group.last(), runs, configurations);
  }

  @Override
  public synchronized void bootstrap(long group, SnapshotMetadata snapshot) throws IOException {
    requireWritable();
    if (groups.putIfAbsent(group, new Group(snapshot)) != null) {
      throw new IOException("group " + group + " exists already");
    }
  }

  @Override
  public synchronized void write(List<GroupWrite> writes) throws IOException {
    requireWritable();
    for (GroupWrite write : writes) {
      Group group = groups.get(write.group());
      if (group == null) {
        throw new IOException("group " + write.group() + " was never bootstrapped");
      }
      apply(group, write.persist());
    }
  }

  private void requireWritable() throws IOException {
    if (closed) {
      throw new IOException("the engine is closed");
    }
    if (failure != null) {
      throw new IOException("the engine has failed", failure);
    }
  }

  private static void apply(Group group, Persist persist) throws IOException {
    if (persist.reset() != null) {
      group.snapshot = persist.reset();
      group.first = persist.reset().index() + 1;
      group.entries.clear();
    }
    for (Entry entry : persist.entries()) {
      if (entry.index() < group.first || entry.index() > group.last() + 1) {
        throw new IOException(
            "entry " + entry.id() + " after a log from " + group.first + " to " + group.last());
      }
      int position = (int) (entry.index() - group.first);
      group.entries.subList(position, group.entries.size()).clear();
      group.entries.add(entry);
    }
    if (persist.hardState() != null) {
      group.hardState = persist.hardState();
    }
    if (persist.compaction() != null) {
      compact(group, persist.compaction());
    }
  }

  private static void compact(Group group, Persist.Compaction compaction) throws IOException {
    if (compaction.firstIndex() > compaction.snapshot().index() + 1
        || compaction.snapshot().index() > group.last()
        || compaction.firstIndex() < group.first) {
      throw new IOException(
          "compaction to " + compaction + " of a log from " + group.first + " to " + group.last());
    }
    group.snapshot = compaction.snapshot();
    group.entries.subList(0, (int) (compaction.firstIndex() - group.first)).clear();
    group.first = compaction.firstIndex();
  }

  @Override
  public synchronized List<Entry> read(long id, IndexRange range, int maxBytes) throws IOException {
    Group group = groups.get(id);
    if (group == null) {
      throw new IOException("group " + id + " was never bootstrapped");
    }
    if (range.first() < group.first) {
      return List.of();
    }
    long last = Math.min(range.last(), group.last());
    List<Entry> result = new ArrayList<>();
    long bytes = 0;
    for (long index = range.first(); index <= last; index++) {
      Entry entry = group.entries.get((int) (index - group.first));
      bytes += entry.bytes();
      if (!result.isEmpty() && bytes > maxBytes) {
        break;
      }
      result.add(entry);
    }
    return result;
  }

  @Override
  public SnapshotStore snapshots() {
    return snapshots;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
