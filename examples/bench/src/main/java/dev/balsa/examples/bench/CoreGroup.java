// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * Three members of the core and a wire between them, turned by the caller's thread. Writes are
 * durable at once, so that what is measured is the core and nothing else.
 */
final class CoreGroup {
  private static final int SIZE = 3;
  private static final long COMPACT_EVERY = 100_000;
  private static final long KEEP = 10_000;

  private final Node[] nodes = new Node[SIZE];
  private final Node leader;
  private List<Message> wire = new ArrayList<>();
  private List<Message> arriving = new ArrayList<>();
  private long messages;

  CoreGroup() {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= SIZE; i++) {
      members.add(Member.of(i, "").bound(100 + i));
    }
    Membership membership = Membership.bootstrap(members);
    for (int i = 0; i < SIZE; i++) {
      nodes[i] = new Node(membership, i + 1);
    }
    leader = nodes[0];
    leader.raw.campaign();
    drain();
    if (leader.raw.status().role() != RoleType.LEADER) {
      throw new BenchException("the first member was not elected: " + leader.raw.status());
    }
  }

  /** Appends these commands at the leader. */
  void propose(List<byte[]> commands) {
    ProposeResult result = leader.raw.propose(commands);
    if (!result.isAccepted()) {
      throw new BenchException("the leader refused: " + result.refusal());
    }
  }

  /** Works until nothing moves. */
  void drain() {
    boolean moves = true;
    while (moves) {
      moves = false;
      for (Node node : nodes) {
        while (node.raw.hasReady()) {
          node.turn(node.raw.ready());
          moves = true;
        }
      }
      List<Message> stepped = wire;
      wire = arriving;
      arriving = stepped;
      for (int i = 0; i < stepped.size(); i++) {
        Message message = stepped.get(i);
        nodes[(int) message.to() - 1].raw.step(message);
        messages++;
        moves = true;
      }
      stepped.clear();
    }
  }

  /** Commands that the member furthest behind has applied. */
  long applied() {
    long least = Long.MAX_VALUE;
    for (Node node : nodes) {
      least = Math.min(least, node.appliedCommands);
    }
    return least;
  }

  /** Messages stepped so far. */
  long messages() {
    return messages;
  }

  /** A member and its storage in memory. */
  private final class Node {
    private final RawNode raw;
    private final List<Entry> log = new ArrayList<>();
    private long firstIndex = 1;
    private long appliedCommands;
    private long compacted;

    Node(Membership membership, long id) {
      RaftConfig config =
          RaftConfig.builder(new MemberId(id, 100 + id))
              .maxBytesPerAppend(1 << 20)
              .maxInflightAppends(512)
              .build();
      raw = new RawNode(config, RecoveredLog.fresh(SnapshotMetadata.bootstrap(membership)), 0);
    }

    void turn(Ready ready) {
      send(ready.messages());
      append(ready.persist().entries());
      send(ready.messagesAfterPersist());
      raw.onPersisted(ready.number());
      List<Entry> committed = ready.committed();
      if (!committed.isEmpty()) {
        apply(committed);
      }
    }

    /**
     * By position, as everywhere here: an iterator or an array copy would be counted as the core's.
     */
    private void send(List<Message> sent) {
      for (int i = 0; i < sent.size(); i++) {
        wire.add(sent.get(i));
      }
    }

    private void append(List<Entry> entries) {
      if (entries.isEmpty()) {
        return;
      }
      int keep = (int) (entries.get(0).index() - firstIndex);
      while (log.size() > keep) {
        log.remove(log.size() - 1);
      }
      for (int i = 0; i < entries.size(); i++) {
        log.add(entries.get(i));
      }
    }

    private void apply(List<Entry> committed) {
      for (int i = 0; i < committed.size(); i++) {
        if (committed.get(i).type() == EntryType.NORMAL) {
          appliedCommands++;
        }
      }
      long index = committed.get(committed.size() - 1).index();
      raw.onApplied(index);
      if (index - compacted >= COMPACT_EVERY) {
        compacted = index;
        raw.compact(raw.snapshotMetadata(index), index + 1 - KEEP);
        log.subList(0, (int) (index + 1 - KEEP - firstIndex)).clear();
        firstIndex = index + 1 - KEEP;
      }
    }
  }
}
