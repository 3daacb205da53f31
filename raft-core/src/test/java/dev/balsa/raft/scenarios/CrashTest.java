// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Crashes at every point of a write, of one member and of all. */
class CrashTest {
  @Test
  @Tag("P01")
  void aLeaderThatDiesWhileItsWriteIsUnderWayLosesNothingAcknowledged() {
    for (int survivors = 0; survivors < 4; survivors++) {
      CoreCluster cluster = CoreCluster.of(3).elect(1);
      cluster.propose(1, "acknowledged");
      cluster.settle();
      cluster.node(1).holdWrites(true);
      cluster.propose(1, "a");
      cluster.propose(1, "b");
      cluster.deliverIf(m -> m.to() == 2);
      cluster.crash(1, survivors).tickAll(60);
      cluster.restart(1);
      cluster.node(1).holdWrites(false);
      cluster.tickUntilStable(100);
      assertThat(cluster.node(1).commands())
          .startsWith("acknowledged")
          .doesNotHaveDuplicates()
          .isEqualTo(cluster.node(2).commands());
    }
  }

  /** The whole cluster loses power between any two writes. */
  @Test
  @Tag("P02")
  void allMembersDieAtOnceAndWhatWasCommittedIsThere() {
    for (int seed = 1; seed <= 150; seed++) {
      Dice dice = new Dice(seed);
      CoreCluster cluster = CoreCluster.of(3).elect(1);
      cluster.settle();
      cluster.nodes().forEach(node -> node.holdWrites(true));
      int steps = dice.below(60);
      for (int i = 0; i < steps; i++) {
        TestNode node = cluster.node(1 + dice.below(3));
        if (dice.chance(40)) {
          node.completeWrites(1);
          cluster.settleNode(node);
        } else if (dice.chance(30) && cluster.node(1).leads()) {
          cluster.propose(1, "c" + i);
        } else if (cluster.inFlightCount() > 0) {
          cluster.deliver(cluster.inFlight().get(0));
        }
      }
      long committed = cluster.checks().highestCommit();
      cluster.nodes().forEach(node -> node.crash(dice.below(node.writesUnderWay() + 1)));
      cluster.drop(m -> true);
      cluster.nodes().forEach(node -> cluster.restart(node.id()));
      cluster.nodes().forEach(node -> node.holdWrites(false));
      cluster.tickUntilStable(200);
      assertThat(cluster.leader().commit()).isGreaterThanOrEqualTo(committed);
    }
  }

  @Test
  @Tag("P03")
  @Tag("P08")
  void rollingRestartsLoseNothing() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    List<String> accepted = new ArrayList<>();
    for (int round = 0; round < 30; round++) {
      cluster.tickUntilStable(100);
      accepted.add("c" + round);
      cluster.propose(cluster.leader().id(), "c" + round);
      cluster.settle();
      cluster.tickAll(2);
      long victim = 1 + round % 3;
      cluster.crash(victim).tickAll(1).restart(victim);
    }
    cluster.tickUntilStable(100);
    assertThat(cluster.node(2).commands()).containsExactlyElementsOf(accepted);
  }

  /** Whatever of the vote's write survived, the member votes for nobody else in that term. */
  @Test
  @Tag("P06")
  @Tag("R-02")
  void aMemberThatDiedWhileVotingDoesNotVoteTwice() {
    for (int survivors = 0; survivors <= 1; survivors++) {
      TestNode node = TestNode.member(1, 3).start().holdWrites(true);
      node.receive(node.peer(2).asksForVote(1, EntryId.ZERO));
      int promised = node.takeSent(RequestVoteResponse.class).size();
      assertThat(promised).isZero();
      node.crash(survivors);
      node.restart().holdWrites(false);
      node.receive(node.peer(3).asksForVote(1, EntryId.ZERO));
      assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isEqualTo(survivors == 0);
    }
  }

  /**
   * A candidate dies before its term is durable, after which it stands in the same term again: of
   * the first time nobody has heard.
   */
  @Test
  @Tag("R-21")
  void aCandidateThatDiedBeforeItsTermWasDurableHasAskedNobody() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().holdWrites(true);
    node.campaign();
    assertThat(node.takeSent(RequestVote.class)).isEmpty();
    node.crash(0);
    node.restart();
    assertThat(node.term()).isZero();
  }

  @Test
  @Tag("R-77")
  @Tag("W24")
  void aStateMachineAheadOfTheHintIsBelievedAndOneAheadOfTheLogIsRefused() {
    TestNode node = TestNode.member(1, 3).terms(1, 1, 1).hardState(1, 0, 1).start();
    RaftConfig config = RaftConfig.builder(TestNode.memberId(1)).build();
    RawNode ahead = new RawNode(config, node.disk().recovered(), 2);
    assertThat(ahead.status().hardState().commit()).isEqualTo(2);
    assertThatThrownBy(() -> new RawNode(config, node.disk().recovered(), 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4");
  }

  /** The log that a restart finds is the log that was there, terms, snapshot and all. */
  @Test
  @Tag("R-57")
  void aRestartedMemberKnowsTheTermsOfItsLog() {
    TestNode node = TestNode.member(1, 3).snapshotAt(2, 5).terms(2, 3, 3, 7).start();
    assertThat(node.status().last()).isEqualTo(id(7, 9));
    node.receive(node.peer(2).appends(9, id(3, 8), 0, 9));
    assertThat(node.logTerms()).containsExactly(2, 3, 3, 9);
  }
}
