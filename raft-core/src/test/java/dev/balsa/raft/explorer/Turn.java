// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.testkit.ContractChecks;
import dev.balsa.raft.testkit.LogImage;
import dev.balsa.raft.testkit.SafetyViolation;
import dev.balsa.raft.testkit.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One input to one member, carried out by a copy of its core, up to the point where it waits for
 * the world again; and the checks that need no other member.
 */
final class Turn {
  /** More Readys than that in a row are an endless loop. */
  private static final int MAX_READYS = 100;

  private final Bounds bounds;
  private final RawNode node;
  private final FullLog disk;
  private final FullLog view;
  private final ArrayDeque<Ready> writes;
  private final ArrayDeque<Long> batches;
  private final TreeMap<EntryId, long[]> files;
  private SnapshotFetch wanted;
  private final List<Message> sent = new ArrayList<>();
  private final List<ReadState> reads = new ArrayList<>();

  private Turn(Bounds bounds, Member before) {
    this.bounds = bounds;
    this.node = before.node().copy();
    this.disk = before.disk().copy();
    this.view = before.view().copy();
    this.writes = new ArrayDeque<>(before.writes());
    this.batches = new ArrayDeque<>(before.batches());
    this.files = new TreeMap<>(before.files());
    this.wanted = before.wanted();
  }

  /** A member that starts from this disk, with these snapshots on it. */
  private Turn(Bounds bounds, long id, FullLog disk, Map<EntryId, long[]> files) {
    this.bounds = bounds;
    this.disk = disk;
    this.view = disk.copy();
    this.writes = new ArrayDeque<>();
    this.batches = new ArrayDeque<>();
    this.files = new TreeMap<>(files);
    RaftConfig config =
        RaftConfig.builder(TestNode.memberId(id))
            // But in a timed world, whoever campaigns is decided by the explorer, not by time.
            .preVote(bounds.isTimed())
            .checkQuorum(bounds.isTimed())
            .diskStallTicks(0)
            .electionTicks(bounds.isTimed() ? 2 : 1 << 20)
            .maxBytesPerAppend(bounds.bytesPerAppend())
            .build();
    LogImage found = disk.image();
    this.node = new RawNode(config, found.recovered(), found.snapshot().index());
  }

  /** What came of it: the member afterwards, not numbered yet, what it said, what it read. */
  record Outcome(Member after, List<Message> sent, List<ReadState> reads) {}

  /** A member of a new cluster. */
  static Outcome first(Bounds bounds, long id) {
    SnapshotMetadata nothing =
        SnapshotMetadata.bootstrap(TestNode.boundVoters(TestNode.ids(bounds.voters())));
    FullLog empty = new FullLog(new LogImage(HardState.EMPTY, nothing));
    Turn turn = new Turn(bounds, id, empty, Map.of());
    turn.settle();
    return turn.outcome();
  }

  /**
   * The input with this code happens.
   *
   * @param message what arrives, if something does
   * @param content what the snapshot stands for that is fetched, if one is
   * @throws SafetyViolation if what the member does contradicts Raft, whatever the others do
   */
  static Outcome of(Bounds bounds, Member before, int input, Message message, long[] content) {
    Turn turn;
    int argument = Input.argumentOf(input);
    try {
      if (Input.of(input) == Input.CRASH) {
        FullLog left = before.disk().copy();
        for (Ready ready : before.writes().subList(0, argument)) {
          left.write(ready.persist(), before.files());
        }
        turn = new Turn(bounds, before.node().status().self().id(), left, before.files());
      } else {
        turn = new Turn(bounds, before);
        turn.apply(Input.of(input), argument, message, content);
      }
      turn.settle();
      turn.checkAfter(before, Input.of(input) == Input.CRASH);
    } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new SafetyViolation("No Failure: the member stops: " + e);
    }
    return turn.outcome();
  }

  private void apply(Input input, int argument, Message message, long[] content) {
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
      case PROPOSE -> propose(command(argument));
      case READ -> node.readIndex(new RequestId(1, argument + 1));
      case CHANGE -> node.proposeMembership(bounds.change(argument));
      case COMPACT -> compact();
      case FETCH -> fetched(content);
      case TRANSFER -> node.transferLeadership(argument);
      case FORWARD -> node.forward(new RequestId(1, argument + 1), command(argument));
      case REPAIR -> node.requestSnapshot();
      case LIMIT -> node.setInflightLimits(argument == 0 ? 1 : 512, argument == 0 ? 1 : 1 << 20);
      case CRASH -> throw new AssertionError("ends the node");
    }
  }

  private static List<byte[]> command(int number) {
    return List.of(new byte[] {(byte) ('a' + number)});
  }

  private void propose(List<byte[]> command) {
    boolean isHandingOver = node.status().transferee() != 0;
    if (node.propose(command).refusal() == null && isHandingOver) {
      throw new SafetyViolation("Transfer: takes a command while it hands over");
    }
  }

  /** The snapshot is a file before the log hears of it, and no crash takes it back. */
  private void compact() {
    long applied = node.status().appliedIndex();
    SnapshotMetadata snapshot = node.snapshotMetadata(applied);
    files.put(snapshot.id(), Arrays.copyOf(view.codes(), (int) applied));
    node.compact(snapshot, applied + 1);
  }

  private void fetched(long[] content) {
    SnapshotMetadata snapshot = wanted.snapshot();
    wanted = null;
    files.put(snapshot.id(), content);
    node.onSnapshotReceived(snapshot);
  }

  private void persist() {
    Ready done = writes.poll();
    disk.write(done.persist(), files);
    for (Message message : done.messagesAfterPersist()) {
      send(message);
    }
    node.onPersisted(done.number());
  }

  private void send(Message message) {
    if (bounds.checksPromises()) {
      ContractChecks.onPromise(message, disk.image(), node.status());
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
      ContractChecks.onTurn(before, now, view.image(), ready);
      before = now;
      ready.messages().forEach(this::send);
      view.write(ready.persist(), files);
      reads.addAll(ready.reads());
      giveToMachine(ready, now);
      if (ready.snapshotFetch() != null) {
        wanted = ready.snapshotFetch();
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
        node.onFetched(request, disk.image().read(request.range(), request.maxBytes()));
      }
    }
  }

  private void giveToMachine(Ready ready, Status now) {
    long given = batches.isEmpty() ? now.appliedIndex() : batches.peekLast();
    SnapshotMetadata restore = ready.restore();
    if (restore != null) {
      require(files.containsKey(restore.id()), "Durability: restores a missing file", restore.id());
      require(
          disk.image().covers(restore.id()),
          "Durability: restores what is not durable,",
          restore.id());
      require(restore.index() >= given, "State Machine Safety: restores back to", restore.id());
      batches.add(restore.index());
    }
    for (Entry entry : ready.committed()) {
      require(disk.image().covers(entry.id()), "Durability: applies too early", entry.id());
    }
    if (!ready.committed().isEmpty()) {
      batches.add(ready.committed().get(ready.committed().size() - 1).index());
    }
  }

  private static void require(boolean holds, String problem, EntryId id) {
    if (!holds) {
      throw new SafetyViolation(problem + " " + id);
    }
  }

  private void checkAfter(Member before, boolean crashed) {
    Status now = node.status();
    long[] log = view.codes();
    long[] durable = disk.codes();
    for (int i = 0; i < now.durableIndex(); i++) {
      if (i >= durable.length || durable[i] != log[i]) {
        throw new SafetyViolation(
            "Durability: takes the log up to "
                + now.durableIndex()
                + " for durable, but the disk has another entry or none at "
                + (i + 1));
      }
    }
    requireOnce(now.hardState().commit());
    Configurations.requireOverlap(view.image());
    if (!crashed && before.facts().leads() && Member.leads(now, before.facts().term())) {
      long[] old = before.facts().log();
      for (int i = 0; i < old.length; i++) {
        if (i >= log.length || log[i] != old[i]) {
          throw new SafetyViolation("Leader Append-Only: the leader lost its entry " + (i + 1));
        }
      }
    }
  }

  /** A command that was asked once is in the log once, however often its message has arrived. */
  private void requireOnce(long commit) {
    TreeSet<String> seen = new TreeSet<>();
    for (Entry entry : view.image().entries()) {
      if (entry.index() <= commit && entry.type() == EntryType.NORMAL) {
        String command = new String(entry.data(), StandardCharsets.UTF_8);
        require(
            seen.add(command),
            "Exactly Once: " + command + " is committed twice, again at",
            entry.id());
      }
    }
  }

  private Outcome outcome() {
    Member after =
        new Member(
            node, disk, view, List.copyOf(writes), List.copyOf(batches), files, wanted, -1, null);
    return new Outcome(after, sent, reads);
  }
}
