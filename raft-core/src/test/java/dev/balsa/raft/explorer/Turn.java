// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.testkit.ContractChecks;
import dev.balsa.raft.testkit.LogImage;
import dev.balsa.raft.testkit.SafetyViolation;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One input to one member, carried out by a copy of its core, up to the point where it waits for
 * the world again; and the checks that need no other member.
 */
final class Turn {
  /** More Readys than that in a row are an endless loop. */
  private static final int MAX_READYS = 100;

  private final Bounds bounds;
  private final RawNode node;
  private final LogImage disk;
  private final LogImage view;
  private final ArrayDeque<Ready> writes;
  private final ArrayDeque<Long> batches;
  private final List<Message> sent = new ArrayList<>();
  private final List<ReadState> reads = new ArrayList<>();

  private Turn(Bounds bounds, Member before) {
    this.bounds = bounds;
    this.node = before.node().copy();
    this.disk = before.disk().copy();
    this.view = before.view().copy();
    this.writes = new ArrayDeque<>(before.writes());
    this.batches = new ArrayDeque<>(before.batches());
  }

  /** A member that starts from this disk. */
  private Turn(Bounds bounds, long id, LogImage disk) {
    this.bounds = bounds;
    this.disk = disk;
    this.view = disk.copy();
    this.writes = new ArrayDeque<>();
    this.batches = new ArrayDeque<>();
    RaftConfig config =
        RaftConfig.builder(TestNode.memberId(id))
            // Whoever campaigns is decided by the explorer, not by time.
            .preVote(false)
            .checkQuorum(false)
            .diskStallTicks(0)
            .electionTicks(1 << 20)
            .maxBytesPerAppend(bounds.bytesPerAppend())
            .build();
    this.node = new RawNode(config, disk.recovered(), disk.snapshot().index());
  }

  /** What came of it: the member afterwards, not numbered yet, what it said, what it read. */
  record Outcome(Member after, List<Message> sent, List<ReadState> reads) {}

  /** A member of a new cluster. */
  static Outcome first(Bounds bounds, long id) {
    SnapshotMetadata nothing =
        SnapshotMetadata.bootstrap(TestNode.boundVoters(TestNode.ids(bounds.voters())));
    Turn turn = new Turn(bounds, id, new LogImage(HardState.EMPTY, nothing));
    turn.settle();
    return turn.outcome();
  }

  /**
   * The input with this code happens.
   *
   * @param message what arrives, if something does
   * @throws SafetyViolation if what the member does contradicts Raft, whatever the others do
   */
  static Outcome of(Bounds bounds, Member before, int input, Message message) {
    Turn turn;
    int argument = Input.argumentOf(input);
    try {
      if (Input.of(input) == Input.CRASH) {
        LogImage left = before.disk().copy();
        before.writes().subList(0, argument).forEach(ready -> left.write(ready.persist()));
        turn = new Turn(bounds, before.node().status().self().id(), left);
      } else {
        turn = new Turn(bounds, before);
        turn.apply(Input.of(input), argument, message);
      }
      turn.settle();
      turn.checkAfter(before, Input.of(input) == Input.CRASH);
    } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new SafetyViolation("No Failure: the member stops: " + e);
    }
    return turn.outcome();
  }

  private void apply(Input input, int argument, Message message) {
    switch (input) {
      case RECEIVE -> node.step(message);
      case PERSIST -> {
        persist();
        while (!writes.isEmpty() && writes.peek().persist().isEmpty()) {
          persist();
        }
      }
      case APPLY -> node.onApplied(batches.poll());
      case CAMPAIGN -> node.campaign();
      case TICK -> node.tick(0);
      case PROPOSE -> node.propose(List.of(new byte[] {(byte) ('a' + argument)}));
      case READ -> node.readIndex(new RequestId(1, argument + 1));
      case CHANGE -> node.proposeMembership(bounds.change(argument));
      case CRASH -> throw new AssertionError("ends the node");
    }
  }

  private void persist() {
    Ready done = writes.poll();
    disk.write(done.persist());
    for (Message message : done.messagesAfterPersist()) {
      send(message);
    }
    node.onPersisted(done.number());
  }

  private void send(Message message) {
    if (bounds.checksPromises()) {
      ContractChecks.onPromise(message, disk, node.status());
    }
    sent.add(message);
  }

  /** Carries out Readys until there are none but for what waits for the disk. */
  private void settle() {
    Status before = node.status();
    for (int turns = 0; node.hasReady(); turns++) {
      if (turns == MAX_READYS) {
        throw new SafetyViolation("No Failure: Readys without end");
      }
      Ready ready = node.ready();
      Status now = node.status();
      ContractChecks.onTurn(before, now, view, ready);
      before = now;
      ready.messages().forEach(this::send);
      view.write(ready.persist());
      reads.addAll(ready.reads());
      if (!ready.committed().isEmpty()) {
        batches.add(ready.committed().get(ready.committed().size() - 1).index());
      }
      if (!ready.persist().isEmpty() || !ready.messagesAfterPersist().isEmpty()) {
        writes.add(ready);
        if (writes.size() == 1 && ready.persist().isEmpty()) {
          persist();
        }
      }
      while (!bounds.lateApplies() && !batches.isEmpty()) {
        node.onApplied(batches.poll());
      }
      for (FetchRequest request : ready.fetches()) {
        node.onFetched(request, disk.read(request.range(), request.maxBytes()));
      }
    }
  }

  private void checkAfter(Member before, boolean crashed) {
    Status now = node.status();
    for (long i = 1; i <= now.durableIndex(); i++) {
      if (disk.entry(i) == null || !disk.entry(i).equals(view.entry(i))) {
        throw new SafetyViolation(
            "Durability: takes the log up to "
                + now.durableIndex()
                + " for durable, but the disk has "
                + disk.entry(i)
                + " instead of "
                + view.entry(i));
      }
    }
    Configurations.requireOverlap(view);
    if (!crashed && before.facts().leads() && Member.leads(now, before.facts().term())) {
      long[] old = before.facts().log();
      for (int i = 0; i < old.length; i++) {
        if (view.entry(i + 1) == null || Member.codeOf(view.entry(i + 1)) != old[i]) {
          throw new SafetyViolation("Leader Append-Only: the leader lost its entry " + (i + 1));
        }
      }
    }
  }

  private Outcome outcome() {
    Member after =
        new Member(node, disk, view, List.copyOf(writes), List.copyOf(batches), -1, null);
    return new Outcome(after, sent, reads);
  }
}
