// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.List;

/**
 * Turns what a Ready asks to be written into records, and changes the group's state in step with
 * them. Used by the log worker's thread.
 */
final class GroupRecords {
  private final WalConfig config;
  private final SegmentWriter writer;

  GroupRecords(WalConfig config, SegmentWriter writer) {
    this.config = config;
    this.writer = writer;
  }

  /**
   * Plans the records of one write. Each changes the group's state only after it was added, for
   * asking for room may begin a segment, whose head repeats the state. The hard state comes before
   * the entries: should a batch end in between, because the write is too long for one, no entry is
   * there without its term.
   */
  void add(long id, GroupLog group, Persist persist, boolean syncs) throws WalException {
    if (persist.reset() != null) {
      byte[] payload = Payloads.ofSnapshot(persist.reset());
      EntryId installed = persist.reset().id();
      writer
          .batchFor(payload.length)
          .add(RecordType.RESET, id, installed.index(), installed.term(), payload);
      group.reset(persist.reset());
    }
    HardState hardState = persist.hardState() == null ? group.hardState() : persist.hardState();
    if (persist.hardState() != null || group.hardStateWaits()) {
      if (syncs) {
        byte[] vote = Payloads.ofVote(hardState.votedFor());
        writer
            .batchFor(vote.length)
            .add(RecordType.HARD_STATE, id, hardState.commit(), hardState.term(), vote);
      }
      group.hardState(hardState, !syncs);
    }
    addEntries(id, group, persist.entries());
    if (persist.compaction() != null) {
      SnapshotMetadata snapshot = persist.compaction().snapshot();
      long firstIndex = persist.compaction().firstIndex();
      byte[] payload = Payloads.ofCompaction(snapshot, firstIndex);
      writer
          .batchFor(payload.length)
          .add(RecordType.COMPACT, id, snapshot.index(), snapshot.id().term(), payload);
      group.compact(snapshot, firstIndex);
    }
  }

  private void addEntries(long id, GroupLog group, List<Entry> entries) throws WalException {
    if (entries.isEmpty()) {
      return;
    }
    long firstIndex = entries.get(0).index();
    if (firstIndex <= group.lastIndex()) {
      // Logged before the entries that take the place, so that recovery never meets an entry out of
      // turn, and an old suffix cannot come back.
      EntryId newLast = group.truncationTo(firstIndex - 1);
      writer
          .batchFor(0)
          .add(RecordType.TRUNCATE, id, newLast.index(), newLast.term(), Payloads.NONE);
      group.truncate(newLast);
    }
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.data().length > config.maxEntryBytes()) {
        throw new WalException(
            "entry " + entry + " is over the limit of " + config.maxEntryBytes() + " bytes");
      }
      if (!entry.intact()) {
        throw new WalException(
            "entry " + entry + " does not match its checksum: this machine's memory is failing");
      }
      BatchBuffer batch = writer.batchFor(entry.data().length);
      long position =
          batch.add(
              RecordType.ENTRY,
              entry.type().code(),
              id,
              entry.index(),
              entry.term(),
              entry.data(),
              entry.crc());
      group.append(entry.id(), position, entry.data().length);
      if (GroupLog.isConfiguration(entry.type().code())) {
        group.keepConfiguration(entry);
      }
    }
  }
}
