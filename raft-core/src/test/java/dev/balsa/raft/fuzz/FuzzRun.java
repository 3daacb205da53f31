// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.fuzz;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.SafetyViolation;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One random schedule of a small cluster, decided by its seed alone: messages lost, copied, late
 * and out of order; writes, applies and fetches that complete late; crashes that keep any prefix of
 * the writes under way; then a quiet phase in which the cluster must recover.
 */
final class FuzzRun {
  private static final int MAX_IN_FLIGHT = 120;
  private static final int ELECTION_TICKS = 5;

  private record Asked(long node, RequestId request) {}

  private final Dice dice;
  private final int ids;
  private final boolean keepsOutsidersQuiet;
  private final CoreCluster cluster;
  private final List<Message> museum = new ArrayList<>();
  private final Map<String, Long> readFloors = new TreeMap<>();
  private final Map<String, Asked> asked = new TreeMap<>();
  private final Map<Long, Integer> boots = new TreeMap<>();
  private final FuzzChanges changes;
  private final boolean changesMembers;
  private long sequence;
  private int commands;

  FuzzRun(long seed) {
    dice = new Dice(seed);
    int size = dice.pick(List.of(1, 2, 3, 3, 3, 3, 4, 5));
    ids = size + dice.pick(List.of(0, 0, 1, 2));
    boolean preVote = dice.chance(70);
    boolean checkQuorum = dice.chance(70);
    int heartbeat = 1 + dice.below(2);
    int appendBytes = dice.pick(List.of(60, 200, 100_000));
    int window = 1 + dice.below(4);
    long windowBytes = dice.pick(List.of(100L, 400L, 100_000L));
    long uncommitted = dice.pick(List.of(200L, 1000L, 100_000L));
    int applyBytes = dice.pick(List.of(60, 200, 100_000));
    long unapplied = dice.pick(List.of(100L, 300L, 100_000L));
    long cache = dice.pick(List.of(0L, 300L, 100_000L));
    cluster =
        CoreCluster.of(
            size,
            config ->
                config
                    .seed(seed)
                    .electionTicks(ELECTION_TICKS)
                    .heartbeatTicks(heartbeat)
                    .preVote(preVote)
                    .checkQuorum(checkQuorum)
                    .maxBytesPerAppend(appendBytes)
                    .maxInflightAppends(window)
                    .maxInflightBytes(windowBytes)
                    .maxUncommittedBytes(uncommitted)
                    .maxBytesPerApply(applyBytes)
                    .maxUnappliedBytes(unapplied)
                    .entryCacheBytes(cache));
    changes = new FuzzChanges(dice, cluster, ids);
    keepsOutsidersQuiet = preVote || checkQuorum;
    changesMembers = dice.chance(60);
    for (long id = size + 1; id <= ids; id++) {
      cluster.join(id);
    }
    for (TestNode node : cluster.nodes()) {
      boots.put(node.id(), 1);
      hold(node);
    }
  }

  private void hold(TestNode node) {
    node.holdWrites(dice.chance(70)).holdApplies(dice.chance(50)).holdFetches(dice.chance(50));
  }

  /** The storm, then the calm. */
  void run(int events) {
    for (int i = 0; i < events; i++) {
      event();
    }
    recover();
  }

  CoreCluster cluster() {
    return cluster;
  }

  // ---------------------------------------------------------------- the storm

  /** One event, drawn by the dice. */
  void event() {
    int throwOf = dice.below(1000);
    TestNode node = cluster.node(1 + dice.below(ids));
    if (changesMembers && dice.chance(2)) {
      change(node);
    } else if (throwOf < 430) {
      deliver();
    } else if (throwOf < 450) {
      replay();
    } else if (throwOf < 470) {
      drop();
    } else if (!node.isUp()) {
      if (dice.chance(25)) {
        restart(node);
      }
    } else {
      act(node, throwOf);
      if (dice.chance(70)) {
        settle(node);
      }
    }
  }

  private void act(TestNode node, int throwOf) {
    if (throwOf < 590) {
      node.raw().tick(0);
    } else if (throwOf < 740) {
      node.completeWrites(1 + dice.below(3));
    } else if (throwOf < 800) {
      node.completeApply();
    } else if (throwOf < 840) {
      node.completeFetch();
    } else if (throwOf < 910) {
      node.raw().propose(List.of(command()));
    } else if (throwOf < 930) {
      node.raw().forward(request(node), List.of(command()));
    } else if (throwOf < 950) {
      read(node);
    } else if (throwOf < 965) {
      node.snapshot(dice.below(4));
    } else if (throwOf < 975) {
      if (node.snapshotFetch() != null) {
        cluster.fetchSnapshot(node);
      }
    } else if (throwOf < 979) {
      node.raw().campaign();
    } else if (throwOf < 980) {
      node.raw().requestSnapshot();
    } else if (throwOf < 983) {
      node.raw().transferLeadership(dice.below(ids + 1));
    } else if (throwOf < 985) {
      node.raw().unreachable(1 + dice.below(ids));
    } else if (throwOf < 986) {
      node.raw().setInflightLimits(1 + dice.below(4), dice.pick(List.of(100L, 400L, 100_000L)));
    } else if (throwOf < 989) {
      node.raw().storageFull(dice.chance(40));
    } else if (throwOf < 992) {
      crash(node);
    } else if (throwOf < 996) {
      cluster.cutOneWay(1 + dice.below(ids), 1 + dice.below(ids));
    } else {
      cluster.heal();
    }
  }

  private void change(TestNode drawn) {
    TestNode leader = cluster.leader();
    TestNode node = leader != null && dice.chance(80) ? leader : drawn;
    if (node.isUp() && !dice.chance(10)) {
      changes.ask(node);
      settle(node);
    } else if (changes.mayWipe(drawn, museum)) {
      if (drawn.isUp()) {
        crash(drawn);
      }
      drawn.wipe();
    }
  }

  private void settle(TestNode node) {
    cluster.settleNode(node);
    collectReads(node);
    while (cluster.inFlightCount() > MAX_IN_FLIGHT) {
      cluster.take(0);
    }
  }

  private void deliver() {
    if (cluster.inFlightCount() == 0) {
      return;
    }
    int newest = cluster.inFlightCount();
    int position = dice.chance(60) ? 0 : dice.below(newest);
    Message message = cluster.take(position);
    if (dice.chance(10) && museum.size() < 40) {
      museum.add(message);
    }
    receive(message);
  }

  /** A copy of an old message arrives. */
  private void replay() {
    if (!museum.isEmpty()) {
      receive(dice.chance(50) ? dice.pick(museum) : museum.remove(dice.below(museum.size())));
    }
  }

  private void drop() {
    if (cluster.inFlightCount() > 0) {
      cluster.take(dice.below(cluster.inFlightCount()));
    }
  }

  private void receive(Message message) {
    TestNode receiver = cluster.node(message.to());
    if (receiver.isUp() && cluster.connects(message.from(), message.to())) {
      receiver.raw().step(message);
      if (dice.chance(70)) {
        settle(receiver);
      }
    }
  }

  private void crash(TestNode node) {
    settle(node);
    node.crash(dice.below(node.writesUnderWay() + 1));
    boots.merge(node.id(), 1, Integer::sum);
    asked.values().removeIf(read -> read.node() == node.id());
  }

  private void restart(TestNode node) {
    cluster.restart(node.id());
    hold(node);
  }

  private byte[] command() {
    byte[] command = new byte[4 + dice.below(30)];
    int number = ++commands;
    for (int i = 0; i < 4; i++) {
      command[i] = (byte) ('0' + number % 64);
      number /= 64;
    }
    Arrays.fill(command, 4, command.length, (byte) '.');
    return command;
  }

  // ---------------------------------------------------------------- reads

  private RequestId request(TestNode node) {
    return new RequestId(boots.get(node.id()), ++sequence);
  }

  private void read(TestNode node) {
    settle(node);
    RequestId request = request(node);
    String name = node.id() + " " + request;
    long floor = cluster.checks().highestCommit();
    Refusal refusal = node.raw().readIndex(request);
    if (refusal == null) {
      readFloors.put(name, floor);
      asked.put(name, new Asked(node.id(), request));
    }
  }

  private void collectReads(TestNode node) {
    for (ReadState read : node.reads()) {
      String name = node.id() + " " + read.request();
      if (asked.remove(name) == null) {
        throw new SafetyViolation("answered twice, or never asked: " + name);
      }
      if (read.refusal() == null && read.index() < readFloors.get(name)) {
        throw new SafetyViolation(
            "a stale read: " + read + " when " + readFloors.get(name) + " was committed");
      }
    }
    node.reads().clear();
  }

  // ---------------------------------------------------------------- the calm

  private void recover() {
    cluster.heal();
    for (TestNode node : cluster.nodes()) {
      if (!node.isUp()) {
        restart(node);
      }
      node.raw().storageFull(false);
      node.holdWrites(false).holdApplies(false).holdFetches(false);
      settle(node);
    }
    cluster.tickAll(10 * ELECTION_TICKS);
    endWhatNobodyEnds();
    cluster.tickUntilStable(40 * ELECTION_TICKS);
    // What was refused for lack of room, or while leadership was handed over, must work again.
    for (int i = 0; cluster.leader() == null || !propose(cluster.leader(), "last"); i++) {
      if (i == 8 * ELECTION_TICKS) {
        throw new AssertionError("takes no proposals: " + cluster.leader());
      }
      cluster.tickAll(1);
    }
    // Every read has an answer within an election timeout.
    cluster.tickAll(ELECTION_TICKS).tickUntilStable(40 * ELECTION_TICKS);
    checkOutcome();
  }

  private static boolean propose(TestNode leader, String command) {
    return leader.propose(command).isAccepted();
  }

  /** Leaves a joint configuration that waits for it, and switches off those who have left. */
  private void endWhatNobodyEnds() {
    for (int i = 0; i < 20 * ELECTION_TICKS; i++) {
      TestNode leader = cluster.leader();
      if (leader != null) {
        Membership membership = leader.status().membership();
        boolean isCommitted = membership.id().index() <= leader.commit();
        if (isCommitted && membership.isJoint() && !membership.autoLeave()) {
          leader.leaveJoint(membership.id());
        }
        if (isCommitted && !keepsOutsidersQuiet) {
          // One that never heard of its removal asks for votes, and nothing tells it to be quiet.
          cluster.nodes().stream()
              .filter(node -> node.isUp() && !membership.contains(node.id()))
              .forEach(this::crash);
        }
      }
      cluster.tickAll(1);
    }
  }

  private void checkOutcome() {
    TestNode leader = cluster.leader();
    List<String> expected = leader.commands();
    for (TestNode node : cluster.nodes()) {
      if (node.isUp()) {
        collectReads(node);
      }
      if (leader.status().membership().contains(node.id())
          && (!node.commands().equals(expected) || !node.commands().contains("last"))) {
        throw new SafetyViolation("members differ: " + expected + ", " + node.commands());
      }
    }
    if (new TreeSet<>(expected).size() != expected.size()) {
      throw new SafetyViolation("a command was applied twice: " + expected);
    }
    if (!asked.isEmpty()) {
      throw new SafetyViolation("reads without an answer: " + asked);
    }
  }
}
