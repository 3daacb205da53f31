// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Partitions of every shape. T is the election timeout, 10 ticks here; the longest wait is 2 T. */
class NetworkTest {
  private static final int T = 10;

  private static CoreCluster started(int size) {
    CoreCluster cluster = CoreCluster.of(size).elect(1);
    cluster.settle();
    return cluster.tickUntilStable(T);
  }

  /** Goes on until somebody leads in a later term than the first one. */
  private static void tickUntilSucceeded(CoreCluster cluster, int ticks) {
    for (int i = 0; i < ticks; i++) {
      cluster.tickAll(1);
      if (cluster.leader() != null && cluster.leader().term() > 1) {
        return;
      }
    }
    throw new AssertionError("no new leader");
  }

  @Test
  @Tag("N01")
  @Tag("N02")
  void aLeaderThatIsCutOffStepsDownAndComesBackQuietly() {
    CoreCluster cluster = started(5);
    cluster.isolate(1);
    cluster.node(1).propose("never acknowledged");
    cluster.tickAll(T);
    assertThat(cluster.node(1).role()).isNotEqualTo(RoleType.LEADER);
    assertThat(cluster.node(1).readIndex(1)).isNotNull();
    tickUntilSucceeded(cluster, 3 * T);
    long leader = cluster.leader().id();
    long term = cluster.leader().term();
    cluster.propose(leader, "new");
    cluster.settle();
    cluster.heal().tickUntilStable(3 * T);
    assertThat(cluster.leader().id()).isEqualTo(leader);
    assertThat(cluster.leader().term()).isEqualTo(term);
    assertThat(cluster.node(1).commands()).containsExactly("new");
  }

  @Test
  @Tag("N03")
  void aLeaderThatSendsButHearsNothingStepsDown() {
    CoreCluster cluster = started(3);
    cluster.cutOneWay(2, 1).cutOneWay(3, 1).tickAll(T);
    assertThat(cluster.node(1).leads()).isFalse();
    tickUntilSucceeded(cluster, 4 * T);
    long terms = cluster.checks().leaders().size();
    cluster.tickAll(20 * T);
    assertThat(cluster.checks().leaders()).hasSize((int) terms);
  }

  @Test
  @Tag("N04")
  void aFollowerThatHearsNothingDisturbsNobody() {
    CoreCluster cluster = started(3);
    cluster.cutOneWay(1, 3).cutOneWay(2, 3).tickAll(100 * T);
    assertThat(cluster.leader().id()).isEqualTo(1);
    assertThat(cluster.leader().term()).isEqualTo(1);
    assertThat(cluster.node(3).term()).isEqualTo(1);
  }

  @Test
  @Tag("N05")
  void aFollowerThatIsNotHeardKeepsFollowing() {
    CoreCluster cluster = started(3);
    cluster.cutOneWay(3, 1).cutOneWay(3, 2);
    cluster.propose(1, "a");
    cluster.settle();
    cluster.tickAll(20 * T);
    assertThat(cluster.node(3).role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(cluster.leader().term()).isEqualTo(1);
    assertThat(cluster.node(2).commands()).containsExactly("a");
  }

  @Test
  @Tag("N06")
  void theOnlyOneWhomAllHearBecomesLeader() {
    CoreCluster cluster = started(5);
    for (long one = 1; one <= 5; one++) {
      for (long other = one + 1; other <= 5; other++) {
        if (one != 2 && other != 2) {
          cluster.cut(one, other);
        }
      }
    }
    tickUntilSucceeded(cluster, 10 * T);
    assertThat(cluster.leader().id()).isEqualTo(2);
  }

  @Test
  @Tag("N07")
  @Tag("R-15")
  void inAChainThereIsNoEndlessChange() {
    for (long middle = 2; middle <= 3; middle++) {
      CoreCluster cluster = started(3);
      cluster.cut(1, middle == 2 ? 3 : 2);
      int changes = cluster.checks().leaders().size();
      cluster.tickAll(100 * T);
      assertThat(cluster.checks().leaders().size() - changes)
          .as("the one in the middle hears the leader, and helps nobody else")
          .isZero();
      cluster.propose(cluster.leader().id(), "a");
      cluster.settle();
      assertThat(cluster.leader().commands()).containsExactly("a");
    }
  }

  @Test
  @Tag("N08")
  void aHubWithAnOldLogIsNotElected() {
    CoreCluster cluster = started(3);
    cluster.isolate(3);
    cluster.propose(1, "a");
    cluster.settle();
    cluster.heal().cut(1, 2);
    cluster.drop(m -> true).hold(m -> m instanceof AppendEntries);
    cluster.tickAll(4 * T);
    assertThat(cluster.node(3).leads()).isFalse();
    cluster.hold(m -> false).heal().tickUntilStable(10 * T);
    assertThat(cluster.node(3).commands()).containsExactly("a");
  }

  @Test
  @Tag("N09")
  void aBridgeBetweenTwoHalvesKeepsThemTogether() {
    CoreCluster cluster = started(5);
    cluster.partition(List.of(1L, 2L), List.of(4L, 5L)).tickAll(10 * T);
    TestNode leader = cluster.leader();
    cluster.propose(leader.id(), "a");
    cluster.settle();
    assertThat(leader.commands()).containsExactly("a");
  }

  @Test
  @Tag("N10")
  void aRingOfMajoritiesMakesProgress() {
    CoreCluster cluster = started(5);
    for (long node = 1; node <= 5; node++) {
      cluster.cut(node, (node + 1) % 5 + 1);
    }
    cluster.tickAll(10 * T);
    TestNode leader = cluster.leader();
    cluster.propose(leader.id(), "a");
    cluster.settle();
    assertThat(leader.commands()).containsExactly("a");
  }

  @Test
  @Tag("N11")
  void aLossyLinkDoesNotUnseatTheLeader() {
    CoreCluster cluster = started(3);
    Dice dice = new Dice(11);
    for (int i = 0; i < 100; i++) {
      cluster.propose(1, "c" + i);
      cluster.drop(m -> (m.to() == 3 || m.from() == 3) && dice.chance(50)).settle();
      cluster.tickAll(1);
    }
    assertThat(cluster.leader().term()).isEqualTo(1);
    cluster.tickUntilStable(5);
    assertThat(cluster.node(3).commands()).hasSize(100);
  }

  @Test
  @Tag("N12")
  void wildlyChangingLinksSettleOnceTheyRest() {
    Dice dice = new Dice(12);
    CoreCluster cluster = started(5);
    for (int round = 0; round < 60; round++) {
      cluster.heal();
      for (int i = 0; i < 6; i++) {
        cluster.cutOneWay(1 + dice.below(5), 1 + dice.below(5));
      }
      cluster.tickAll(5);
      if (cluster.leader() != null) {
        cluster.leader().propose("c" + round);
      }
    }
    cluster.heal().tickUntilStable(20 * T);
  }

  /** Everything that was ever said, once more, in any order: nothing may come of it. */
  @Test
  @Tag("N13")
  void oldMessagesChangeNothing() {
    Dice dice = new Dice(13);
    CoreCluster cluster = started(3);
    List<Message> spoken = new ArrayList<>();
    cluster.overhear(spoken::add);
    for (int i = 0; i < 30; i++) {
      long leader = cluster.leader().id();
      cluster.propose(leader, "c" + i);
      cluster.node(leader % 3 + 1).readIndex(i + 1);
      cluster.node(leader % 3 + 1).forward(1000 + i, "f" + i);
      cluster.settle();
      if (i % 10 == 9) {
        cluster.node(leader).transferTo(leader % 3 + 1);
        cluster.settle();
        cluster.node(leader).snapshot(2);
      }
      cluster.tickAll(1);
    }
    cluster.tickUntilStable(3 * T).overhear(message -> {});
    List<String> before = cluster.node(1).commands();
    long term = cluster.leader().term();
    long leader = cluster.leader().id();
    assertThat(spoken).hasSizeGreaterThan(300);
    for (int i = 0; i < 2000; i++) {
      cluster.deliver(dice.pick(spoken));
      cluster.drop(m -> true);
    }
    cluster.tickUntilStable(3 * T);
    assertThat(cluster.leader().id()).isEqualTo(leader);
    assertThat(cluster.leader().term()).isEqualTo(term);
    assertThat(cluster.node(1).commands()).isEqualTo(before).doesNotHaveDuplicates();
  }

  /** All acknowledgements are lost, the window is full: heartbeats open it again. */
  @Test
  @Tag("R-52")
  void aFullWindowWhoseAcknowledgementsWereLostOpensAgain() {
    CoreCluster cluster = CoreCluster.of(3, c -> c.maxInflightAppends(2)).elect(1);
    cluster.settle();
    cluster.tickUntilStable(T);
    for (int i = 0; i < 5; i++) {
      cluster.propose(1, "c" + i);
      cluster.deliverIf(m -> m instanceof AppendEntries);
      cluster.drop(m -> m instanceof AppendEntriesResponse && m.from() == 3).settle();
    }
    cluster.tickUntilStable(3 * T);
    assertThat(cluster.node(3).commands()).hasSize(5);
    assertThat(cluster.leader().term()).isEqualTo(1);
  }

  @Test
  @Tag("R-55")
  void aPeerThatIsProbedAndCaughtUpReplicatesAgain() {
    CoreCluster cluster = started(3);
    cluster.node(1).raw().unreachable(2);
    cluster.settle();
    assertThat(cluster.node(1).status().progress())
        .allMatch(peer -> peer.state().equals("replicate"));
  }

  /** Half of everything is lost, doubled or late, and the log grows all the same. */
  @Test
  @Tag("N14")
  void progressThroughALossyNetwork() {
    Dice dice = new Dice(14);
    CoreCluster cluster = started(3);
    for (int i = 0; i < 400; i++) {
      if (cluster.leader() != null) {
        cluster.leader().propose("c" + i);
      }
      cluster.nodes().forEach(node -> cluster.tick(node.id(), 1));
      for (Message message : cluster.inFlight()) {
        if (dice.chance(50)) {
          cluster.drop(m -> m == message);
        } else if (dice.chance(50)) {
          cluster.deliver(message).deliver(message);
        }
      }
    }
    assertThat(cluster.checks().highestCommit()).isGreaterThan(50);
    cluster.tickUntilStable(20 * T);
  }
}
