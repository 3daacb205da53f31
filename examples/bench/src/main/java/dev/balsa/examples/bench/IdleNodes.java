// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Many members with nothing to do, each of a group of its own with three members: what a host of
 * many groups pays for those that rest.
 */
final class IdleNodes {
  private static final MemberId SELF = new MemberId(1, 101);
  private static final MemberId SECOND = new MemberId(2, 102);
  private static final MemberId THIRD = new MemberId(3, 103);
  private static final long TERM = 1;

  /** Ticks of all members before those that count, and in each round of those. */
  private static final int WARM_UP_TICKS = 100;

  private static final int TICKS_PER_ROUND = 20;

  /** More ticks than any run has: a follower that hears nobody rests all the same. */
  private static final int NEVER = 1 << 20;

  private static final Message SECOND_LIVES =
      new HeartbeatResponse(new Route(SECOND, SELF), TERM, 0, false);
  private static final Message THIRD_LIVES =
      new HeartbeatResponse(new Route(THIRD, SELF), TERM, 0, false);

  private IdleNodes() {}

  /**
   * What a member at rest costs.
   *
   * @param followerTickNanos a tick, and the question whether there is anything to do
   * @param leaderTickNanos a tick, the Ready with two heartbeats, and their answers
   * @param heapBytesPerNode of a leader, which has more to remember than a follower
   */
  record Figures(double followerTickNanos, double leaderTickNanos, double heapBytesPerNode) {}

  static Figures measure(int count, int rounds) {
    // Leaders first: followers that became garbage meanwhile would be taken off their heap.
    long heapBefore = usedHeapBytes();
    RawNode[] leaders = make(count, IdleNodes::leader);
    double heapBytes = (double) (usedHeapBytes() - heapBefore) / count;
    double leaderNanos = tickNanos(leaders, rounds, IdleNodes::tickLeader);
    RawNode[] followers = make(count, IdleNodes::follower);
    double followerNanos = tickNanos(followers, rounds, IdleNodes::tickFollower);
    return new Figures(followerNanos, leaderNanos, heapBytes);
  }

  private static RawNode[] make(int count, LongFunction<RawNode> node) {
    RawNode[] nodes = new RawNode[count];
    for (int i = 0; i < count; i++) {
      nodes[i] = node.apply(i + 1);
    }
    return nodes;
  }

  /** The median over rounds of what one tick of one member takes. */
  private static double tickNanos(RawNode[] nodes, int rounds, Consumer<RawNode> tick) {
    tickAll(nodes, WARM_UP_TICKS, tick);
    double[] perTick = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      long startNanos = System.nanoTime();
      tickAll(nodes, TICKS_PER_ROUND, tick);
      perTick[round] = (double) (System.nanoTime() - startNanos) / TICKS_PER_ROUND / nodes.length;
    }
    Arrays.sort(perTick);
    return perTick[rounds / 2];
  }

  private static void tickAll(RawNode[] nodes, int ticks, Consumer<RawNode> tick) {
    for (int i = 0; i < ticks; i++) {
      for (RawNode node : nodes) {
        tick.accept(node);
      }
    }
  }

  private static void tickFollower(RawNode node) {
    node.tick(0);
    if (node.hasReady()) {
      throw new BenchException("a follower at rest had something to do: " + node.ready());
    }
  }

  private static void tickLeader(RawNode node) {
    node.tick(0);
    Ready ready = node.ready();
    if (ready.messages().size() != 2) {
      throw new BenchException("a leader's tick made no two heartbeats: " + ready);
    }
    node.onPersisted(ready.number());
    node.step(SECOND_LIVES);
    node.step(THIRD_LIVES);
  }

  // ---------------------------------------------------------------- members

  private static RawNode member(long group, int electionTicks) {
    // Nothing is shared between groups that would not be in a host.
    Membership membership =
        Membership.bootstrap(List.of(member(SELF), member(SECOND), member(THIRD)));
    RaftConfig config =
        RaftConfig.builder(SELF).group(group).seed(group).electionTicks(electionTicks).build();
    return new RawNode(config, RecoveredLog.fresh(SnapshotMetadata.bootstrap(membership)), 0);
  }

  private static Member member(MemberId id) {
    return Member.of(id.id(), "").bound(id.incarnation());
  }

  private static RawNode follower(long group) {
    RawNode node = member(group, NEVER);
    node.step(new Heartbeat(new Route(SECOND, SELF), TERM, EntryId.ZERO, 0, true));
    settle(node);
    return node;
  }

  /** Elected, and with its first entry committed everywhere. */
  private static RawNode leader(long group) {
    RawNode node = member(group, 10);
    Route route = new Route(SECOND, SELF);
    node.campaign();
    settle(node);
    node.step(new RequestVoteResponse(route, TERM, true, true, EntryId.ZERO));
    settle(node);
    node.step(new RequestVoteResponse(route, TERM, false, true, EntryId.ZERO));
    settle(node);
    for (MemberId peer : List.of(SECOND, THIRD)) {
      Route fromPeer = new Route(peer, SELF);
      // Both answers: to the probe for the end of the log, and to the first entry.
      node.step(new AppendEntriesResponse(fromPeer, TERM, false, 0, EntryId.ZERO));
      settle(node);
      node.step(new AppendEntriesResponse(fromPeer, TERM, false, 1, EntryId.ZERO));
      settle(node);
    }
    if (node.status().role() != RoleType.LEADER || node.status().appliedIndex() != 1) {
      throw new BenchException("a member at rest does not lead: " + node.status());
    }
    return node;
  }

  private static void settle(RawNode node) {
    while (node.hasReady()) {
      Ready ready = node.ready();
      node.onPersisted(ready.number());
      if (!ready.committed().isEmpty()) {
        node.onApplied(ready.committed().get(ready.committed().size() - 1).index());
      }
    }
  }

  private static long usedHeapBytes() {
    // The serial collector moves everything together at every fourth collection only; what it lets
    // lie in between would be counted.
    for (int i = 0; i < 4; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
