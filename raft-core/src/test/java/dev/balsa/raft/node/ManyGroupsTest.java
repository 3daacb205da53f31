// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.RoleType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** Thousands of groups on three hosts: what they cost, in counts and not in time. */
class ManyGroupsTest {
  private static final int GROUPS = 2_000;
  private static final int HEARTBEAT_TICKS = 10;

  private final TestCluster cluster =
      new TestCluster(
          3,
          GROUPS,
          options ->
              options.heartbeatTicks(HEARTBEAT_TICKS).electionTicks(60).loops(2).snapshotEvery(0));

  private int leaders() {
    int leaders = 0;
    for (TestMember member : cluster.all()) {
      leaders += leadersAt(member);
    }
    return leaders;
  }

  private static int leadersAt(TestMember member) {
    int leaders = 0;
    for (RaftNode<Integer> node : member.nodes.values()) {
      leaders += node.status().role() == RoleType.LEADER ? 1 : 0;
    }
    return leaders;
  }

  private long sum(ToLongFunction<HostMetrics> metric) {
    return cluster.all().stream().map(member -> member.host.metrics()).mapToLong(metric).sum();
  }

  @Test
  void thousandsOfGroupsElectServeAndRest() {
    cluster.tickUntil(() -> leaders() == GROUPS);
    // Each host leads a fair part: nobody's timers run out together.
    for (TestMember member : cluster.all()) {
      assertThat(leadersAt(member)).isBetween(GROUPS / 5, GROUPS / 2);
    }
    assertServes();
    assertRests();
  }

  private void assertServes() {
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    for (long group = 1; group <= GROUPS; group += 7) {
      TestMember member = cluster.member(1 + group % 3);
      futures.add(member.nodes.get(group).propose(Tally.command("g" + group)));
    }
    cluster.settle();
    assertThat(futures).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
    cluster.tick(2 * HEARTBEAT_TICKS);
    for (TestMember member : cluster.all()) {
      for (long group = 1; group <= GROUPS; group++) {
        assertThat(member.machines.get(group).commands())
            .isEqualTo(group % 7 == 1 ? List.of("g" + group) : List.of());
      }
    }
  }

  /**
   * At rest a group takes part in a turn for each heartbeat sent or heard, and in no other; a peer
   * hears all groups in a few bursts.
   */
  private void assertRests() {
    long turns = sum(metrics -> metrics.groupTurns.value());
    long told = sum(metrics -> metrics.coreTicks.value());
    long bursts = cluster.network.bursts(1, 2);
    long syncs = sum(metrics -> metrics.syncs.value());
    int intervals = 3;
    cluster.tick(intervals * HEARTBEAT_TICKS);
    long turnsEach = sum(metrics -> metrics.groupTurns.value()) - turns;
    long toldEach = sum(metrics -> metrics.coreTicks.value()) - told;
    long burstsEach = cluster.network.bursts(1, 2) - bursts;
    // The leader sends its heartbeat, two hear it, and both answers find the leader in one turn.
    assertThat(turnsEach).isEqualTo(4L * intervals * GROUPS);
    // In each of these it hears how much time has passed; told at each tick, it would be 30 times.
    assertThat(toldEach).isEqualTo(4L * intervals * GROUPS);
    // At each tick each of the two loops sends the heartbeats that are due, and its answers.
    assertThat(burstsEach).isLessThanOrEqualTo(2L * 2 * HEARTBEAT_TICKS * intervals);
    assertThat(sum(metrics -> metrics.syncs.value())).isEqualTo(syncs);
  }
}
