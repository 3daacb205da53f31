// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The kit itself: a cluster elects, replicates, loses its leader and goes on. */
class CoreClusterTest {
  @Test
  void electsReplicatesAndSurvivesItsLeader() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.propose(1, "a");
    cluster.settle();
    cluster.tickAll(12);
    assertThat(cluster.node(3).commands()).containsExactly("a");

    cluster.crash(1).tickAll(40);
    long next = cluster.leader().id();
    assertThat(next).isNotEqualTo(1);
    cluster.propose(next, "b");
    cluster.restart(1).tickUntilStable(40);
    assertThat(cluster.node(1).commands()).containsExactly("a", "b");
  }
}
