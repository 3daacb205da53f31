// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.testkit.LogImage;
import java.util.List;

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
 * @param number in the order in which members' states were found
 * @param facts what the checks look at
 */
record Member(
    RawNode node,
    LogImage disk,
    LogImage view,
    List<Ready> writes,
    List<Long> batches,
    int number,
    Facts facts) {

  /** What is looked at again and again. Logs are arrays of codes, each for one id and content. */
  record Facts(
      long term,
      boolean leads,
      long commit,
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
        newNumber,
        new Facts(
            status.hardState().term(),
            status.role() == RoleType.LEADER,
            status.hardState().commit(),
            codesOf(view),
            codesOf(disk),
            status.membership()));
  }

  private static long[] codesOf(LogImage image) {
    return image.entries().stream().mapToLong(Member::codeOf).toArray();
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

  Fingerprint.Value fingerprint() {
    Fingerprint sink = new Fingerprint();
    sink.put(node.status().self());
    node.encodeState(sink);
    sink.put(disk.hardState());
    sink.put(disk.entries());
    sink.put(writes.size());
    for (Ready ready : writes) {
      sink.put(ready.persist().entries());
      if (sink.putPresence(ready.persist().hardState())) {
        sink.put(ready.persist().hardState());
      }
      sink.put(ready.messagesAfterPersist().size());
      for (Message message : ready.messagesAfterPersist()) {
        sink.put(message);
      }
    }
    sink.put(batches.size());
    batches.forEach(sink::put);
    return sink.value();
  }

  /** Whether this is the leader of this term. */
  static boolean leads(Status status, long term) {
    return status.role() == RoleType.LEADER && status.hardState().term() == term;
  }
}
