// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Every group's state, and how each record of the log changes it. Changed by the log worker's
 * thread; may be read by others.
 */
final class Groups implements SegmentWriter.HeadSource {
  private final ConcurrentSkipListMap<Long, GroupLog> byId = new ConcurrentSkipListMap<>();
  private final SegmentUsage usage;
  private long bootEpoch;

  Groups(SegmentUsage usage) {
    this.usage = usage;
  }

  GroupLog get(long id) {
    return byId.get(id);
  }

  /** The group with the lowest id from {@code id} on, null if there is none. */
  Map.Entry<Long, GroupLog> from(long id) {
    return byId.ceilingEntry(id);
  }

  Map<Long, GroupLog> all() {
    return byId;
  }

  /** A group begins with this snapshot. */
  void begin(long id, SnapshotMetadata snapshot) {
    byId.put(id, GroupLog.bootstrap(snapshot, usage));
  }

  @Override
  public long bootEpoch() {
    return bootEpoch;
  }

  void bootEpoch(long epoch) {
    bootEpoch = epoch;
  }

  @Override
  public void addGroups(BatchBuffer batch) {
    byId.forEach(
        (id, group) -> {
          GroupState state = group.state();
          EntryId last = state.last();
          batch.add(RecordType.GROUP, id, last.index(), last.term(), Payloads.ofGroup(state));
        });
  }

  /**
   * Changes the state as a record says that was read from the log.
   *
   * @throws IllegalStateException or IllegalArgumentException if it cannot follow what was before
   */
  void replay(RecordHeader record, byte[] payload) {
    switch (record.type) {
      case BOOT -> {
        // Equal if the segment was made by this very start, whose header then says so already.
        require(record.index >= bootEpoch, "start " + record.index + " after " + bootEpoch);
        bootEpoch = record.index;
      }
      case BOOTSTRAP -> {
        SnapshotMetadata snapshot = Payloads.snapshot(id(record), payload);
        GroupLog before = byId.putIfAbsent(record.group, GroupLog.bootstrap(snapshot, usage));
        require(before == null, "group " + record.group + " begins twice");
      }
      case ENTRY, MOVED -> replayEntry(record, payload);
      case HARD_STATE -> {
        long vote = Payloads.vote(payload);
        known(record).hardState(new HardState(record.term, vote, record.index), false);
      }
      case TRUNCATE -> known(record).truncate(id(record));
      case RESET -> known(record).reset(Payloads.snapshot(id(record), payload));
      case COMPACT ->
          known(record)
              .compact(
                  Payloads.compactionSnapshot(id(record), payload),
                  Payloads.compactionFirstIndex(payload));
      case BATCH, TRAILER, FOOTER, GROUP ->
          throw new IllegalStateException("a " + record.type + " record among a batch's");
    }
  }

  private void replayEntry(RecordHeader record, byte[] payload) {
    GroupLog group = known(record);
    EntryType type = EntryType.ofCode(record.kind);
    if (record.type == RecordType.MOVED) {
      group.move(id(record), record.position, record.length);
    } else {
      group.append(id(record), record.position, record.length);
    }
    if (type == EntryType.CONFIGURATION) {
      group.keepConfiguration(new Entry(id(record), type, payload, record.payloadCrc));
    }
  }

  /**
   * Takes a group's state from a segment's head: all that is known of it if this is the oldest
   * segment, and otherwise a second copy of what the log has told so far.
   */
  void replayHead(RecordHeader record, byte[] payload, boolean oldest) {
    require(record.type == RecordType.GROUP, "a " + record.type + " record in a segment's head");
    GroupState state = Payloads.group(id(record), payload);
    if (oldest) {
      GroupLog before = byId.putIfAbsent(record.group, new GroupLog(state, usage));
      require(before == null, "group " + record.group + " stands twice in a segment's head");
      return;
    }
    GroupState told = known(record).state();
    boolean agrees =
        told.last().equals(state.last())
            && told.firstIndex() == state.firstIndex()
            && told.snapshot().equals(state.snapshot())
            && told.hardState().promisesSameAs(state.hardState())
            && told.hardState().commit() <= state.hardState().commit();
    // Not by require: the text is long, and would be made for every head that is read.
    if (!agrees) {
      throw new IllegalStateException(
          "a segment's head says " + state + ", the log before it " + told);
    }
    // A commit index that was not worth a write of its own may stand in the head alone.
    known(record).hardState(state.hardState(), false);
  }

  private GroupLog known(RecordHeader record) {
    GroupLog group = byId.get(record.group);
    require(group != null, "group " + record.group + " was never begun");
    return group;
  }

  private static EntryId id(RecordHeader record) {
    return new EntryId(record.term, record.index);
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(problem);
    }
  }
}
