// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.model.Status;
import java.util.List;
import java.util.Map;

/**
 * One member at rest, never changed: the real core, its disk, and what is on its way to the disk
 * and to the state machine. The world's states are made of these by reference; only the member that
 * something happens to is made anew.
 *
 * @param node the core
 * @param disk what a crash would leave
 * @param view what will be on the disk once all writes under way are done: the log in memory
 * @param writes Readys under way to the disk, oldest first
 * @param batches the last index of each batch under way to the state machine, oldest first
 * @param files the snapshots that it holds: the codes of all entries that each stands for
 * @param wanted what it is to fetch, null if nothing
 * @param number in the order in which members' states were found
 * @param facts what the checks look at
 */
record Member(
    RawNode node,
    FullLog disk,
    FullLog view,
    List<Ready> writes,
    List<Long> batches,
    Map<EntryId, long[]> files,
    SnapshotFetch wanted,
    int number,
    Facts facts) {

  /** What is looked at again and again. Logs are arrays of codes, each for one id and content. */
  record Facts(
      long term,
      boolean leads,
      boolean follows,
      long leader,
      long commit,
      long applied,
      long snapshot,
      long[] log,
      long[] durableLog,
      Membership membership) {}

  /** The same, known under this number. */
  Member numbered(int newNumber) {
    Status status = node.status();
    return new Member(
        node,
        disk,
        view,
        writes,
        batches,
        files,
        wanted,
        newNumber,
        new Facts(
            status.hardState().term(),
            status.role() == RoleType.LEADER,
            status.role() == RoleType.FOLLOWER,
            status.leader(),
            status.hardState().commit(),
            status.appliedIndex(),
            status.snapshotIndex(),
            view.codes(),
            disk.codes(),
            status.membership()));
  }

  /** Stands for the entry's id and content: commands are so short that their checksums differ. */
  static long codeOf(Entry entry) {
    return entry.term() << 48 | entry.index() << 40 | Integer.toUnsignedLong(entry.crc()) + 1;
  }

  static long termOf(long code) {
    return code >>> 48;
  }

  static long indexOf(long code) {
    return code >>> 40 & 0xff;
  }

  /** Tells it from every other state of a member. */
  Fingerprint.Value fingerprint(boolean timed) {
    Fingerprint sink = new Fingerprint(timed);
    sink.put(node.status().self());
    node.encodeState(sink);
    sink.put(disk.image().hardState());
    sink.put(disk.image().snapshot());
    put(sink, disk.below());
    sink.put(disk.image().entries());
    sink.put(writes.size());
    for (Ready ready : writes) {
      put(sink, ready);
    }
    sink.put(batches.size());
    batches.forEach(sink::put);
    sink.put(files.size());
    files.forEach(
        (id, content) -> {
          sink.put(id);
          put(sink, content);
        });
    if (sink.putPresence(wanted)) {
      sink.put(wanted.from());
      sink.put(wanted.snapshot());
    }
    return sink.value();
  }

  private static void put(Fingerprint sink, Ready ready) {
    if (sink.putPresence(ready.persist().reset())) {
      sink.put(ready.persist().reset());
    }
    sink.put(ready.persist().entries());
    if (sink.putPresence(ready.persist().hardState())) {
      sink.put(ready.persist().hardState());
    }
    if (sink.putPresence(ready.persist().compaction())) {
      sink.put(ready.persist().compaction().snapshot());
      sink.put(ready.persist().compaction().firstIndex());
    }
    sink.put(ready.messagesAfterPersist().size());
    for (Message message : ready.messagesAfterPersist()) {
      sink.put(message);
    }
  }

  private static void put(Fingerprint sink, long[] codes) {
    sink.put(codes.length);
    for (long code : codes) {
      sink.put(code);
    }
  }

  /** Whether this is the leader of this term. */
  static boolean leads(Status status, long term) {
    return status.role() == RoleType.LEADER && status.hardState().term() == term;
  }
}
