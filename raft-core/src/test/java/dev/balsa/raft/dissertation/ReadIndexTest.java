// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.dissertation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dissertation, section 6.4: reads that cost no log entry and are never stale. */
class ReadIndexTest {
  private static TestNode leader(int size) {
    TestNode leader = TestNode.member(1, size).start().becomeLeader();
    for (long id = 2; id <= size; id++) {
      leader.receive(leader.peer(id).accepts(1, 1));
    }
    leader.sent().clear();
    return leader;
  }

  @Test
  @Tag("R-45")
  void section64_isConfirmedByAQuorumThatAnswersAfterwards() {
    TestNode leader = leader(5);
    leader.readIndex(1);
    long round = leader.takeSent(Heartbeat.class).get(0).round();
    leader.receive(leader.peer(2).answersBeat(1, round));
    assertThat(leader.reads()).as("two of five").isEmpty();
    leader.receive(leader.peer(2).answersBeat(1, round));
    assertThat(leader.reads()).as("one member twice").isEmpty();
    leader.receive(leader.peer(9).answersBeat(1, round));
    assertThat(leader.reads()).as("a stranger").isEmpty();
    leader.receive(leader.peer(3).answersBeat(1, round));
    assertThat(leader.reads()).containsExactly(new ReadState(new RequestId(1, 1), 1, null));
  }

  @Test
  @Tag("R-46")
  void section64_ofFourMembersThreeMustAnswer() {
    TestNode leader = leader(4);
    leader.readIndex(1);
    long round = leader.takeSent(Heartbeat.class).get(0).round();
    leader.receive(leader.peer(2).answersBeat(1, round));
    assertThat(leader.reads()).isEmpty();
    leader.receive(leader.peer(3).answersBeat(1, round));
    assertThat(leader.reads()).hasSize(1);
  }

  /** A delayed answer of an earlier round says nothing of now. */
  @Test
  @Tag("R-40")
  @Tag("P04")
  void section64_anAnswerOfAnEarlierRoundConfirmsNothing() {
    TestNode leader = leader(3);
    leader.readIndex(1);
    long first = leader.takeSent(Heartbeat.class).get(0).round();
    leader.receive(leader.peer(2).answersBeat(1, first));
    assertThat(leader.reads()).hasSize(1);
    leader.readIndex(2);
    long second = leader.takeSent(Heartbeat.class).get(0).round();
    assertThat(second).isGreaterThan(first);
    leader.receive(leader.peer(3).answersBeat(1, first), leader.peer(2).answersBeat(1, first));
    assertThat(leader.reads()).hasSize(1);
    leader.receive(leader.peer(3).answersBeat(1, second));
    assertThat(leader.reads()).hasSize(2);
  }

  /** Heartbeats that were under way before the read arrived are of an earlier round. */
  @Test
  @Tag("R-40")
  void section64_aHeartbeatSentBeforeTheReadConfirmsNothing() {
    TestNode leader = leader(3);
    leader.readIndex(1);
    leader.receive(leader.peer(2).answersBeat(1, 1));
    leader.tick(1);
    long before = leader.takeSent(Heartbeat.class).get(0).round();
    leader.readIndex(2);
    leader.receive(leader.peer(2).answersBeat(1, before), leader.peer(3).answersBeat(1, before));
    assertThat(leader.reads()).hasSize(1);
  }

  @Test
  void section64_anAnswerOfARoundThatNeverWasIsNotBelieved() {
    TestNode leader = leader(3);
    leader.readIndex(1);
    leader.receive(leader.peer(2).answersBeat(1, 99));
    assertThat(leader.reads()).isEmpty();
    assertThat(leader.violations()).containsExactly(Kind.IMPOSSIBLE_ACKNOWLEDGEMENT);
    leader.readIndex(2);
    assertThat(leader.reads()).isEmpty();
  }

  /** Another leader may have committed what this one does not know to be committed. */
  @Test
  @Tag("R-39")
  @Tag("R-41")
  void section64_waitsForTheFirstCommitOfTheTerm() {
    TestNode leader = TestNode.member(1, 3).terms(1, 1).hardState(1, 0, 1).start().becomeLeader();
    leader.readIndex(1);
    assertThat(leader.takeSent(Heartbeat.class)).isEmpty();
    leader.receive(leader.peer(2).answersBeat(2, 0), leader.peer(3).answersBeat(2, 0));
    assertThat(leader.reads()).isEmpty();
    leader.receive(leader.peer(2).accepts(2, 3));
    long round =
        leader.takeSent(Heartbeat.class).stream().mapToLong(Heartbeat::round).max().orElseThrow();
    leader.receive(leader.peer(2).answersBeat(2, round));
    assertThat(leader.reads()).containsExactly(new ReadState(new RequestId(1, 1), 3, null));
  }

  @Test
  void section64_readsThatArriveTogetherShareARound() {
    TestNode leader = leader(3);
    for (int i = 1; i <= 100; i++) {
      leader.raw().readIndex(new RequestId(1, i));
    }
    leader.settle();
    assertThat(leader.takeSent(Heartbeat.class)).hasSize(2);
    leader.receive(leader.peer(2).answersBeat(1, 1));
    assertThat(leader.reads()).hasSize(100).allMatch(read -> read.index() == 1);
  }

  @Test
  void section64_aLostRoundIsConfirmedByTheNextHeartbeat() {
    TestNode leader = leader(3);
    leader.readIndex(1);
    leader.sent().clear();
    leader.tick(1);
    long round = leader.takeSent(Heartbeat.class).get(0).round();
    leader.receive(leader.peer(3).answersBeat(1, round));
    assertThat(leader.reads()).hasSize(1);
  }

  @Test
  void section64_aClusterOfOneReadsAtOnce() {
    TestNode leader = TestNode.member(1, 1).start().becomeLeader();
    leader.readIndex(1);
    assertThat(leader.reads()).containsExactly(new ReadState(new RequestId(1, 1), 1, null));
  }

  @Test
  void section64_theIndexIsThatOfTheMomentBeforeTheRound() {
    TestNode leader = leader(3);
    leader.readIndex(1);
    leader.propose("a");
    leader.receive(leader.peer(2).accepts(1, 2), leader.peer(2).answersBeat(1, 1));
    assertThat(leader.commit()).isEqualTo(2);
    assertThat(leader.reads()).containsExactly(new ReadState(new RequestId(1, 1), 1, null));
  }

  // ---------------------------------------------------------------- followers

  @Test
  void section64_aFollowerAsksTheLeader() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.propose(1, "a");
    cluster.settle();
    cluster.node(3).readIndex(1);
    cluster.settle();
    assertThat(cluster.node(3).reads())
        .containsExactly(new ReadState(new RequestId(1, 1), 2, null));
  }

  @Test
  void section64_aFollowerAnswersForNobody() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO), node.peer(3).asksForRead(1, 7));
    ReadIndexResponse answer = node.takeOnly(ReadIndexResponse.class);
    assertThat(answer.refusal().reason()).isEqualTo(Reason.NOT_LEADER);
    assertThat(answer.refusal().leader()).isEqualTo(2);
  }

  @Test
  @Tag("R-44")
  void section64_everyReadEndsWithinAnElectionTimeout() {
    TestNode node = TestNode.member(1, 3).start();
    assertThat(node.readIndex(1).reason()).isEqualTo(Reason.NO_LEADER);
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    assertThat(node.readIndex(2)).isNull();
    assertThat(node.takeOnly(ReadIndex.class).to()).isEqualTo(2);
    for (int i = 0; i < 9; i++) {
      node.tick(1).receive(node.peer(2).beats(1, EntryId.ZERO));
    }
    assertThat(node.reads()).isEmpty();
    node.tick(1);
    assertThat(node.reads()).hasSize(1);
    assertThat(node.reads().get(0).refusal().reason()).isEqualTo(Reason.TIMED_OUT);
  }

  @Test
  @Tag("R-44")
  void section64_readsEndWithTheirLeader() {
    TestNode follower = TestNode.member(1, 3).start();
    follower.receive(follower.peer(2).beats(1, EntryId.ZERO));
    follower.readIndex(1);
    follower.receive(follower.peer(3).beats(2, EntryId.ZERO));
    assertThat(follower.reads().get(0).refusal().reason()).isEqualTo(Reason.LEADER_CHANGED);
    TestNode leader = leader(3);
    leader.readIndex(1);
    leader.receive(leader.peer(3).asksForRead(1, 8), leader.peer(3).beats(2, EntryId.ZERO));
    assertThat(leader.reads()).hasSize(1);
    assertThat(leader.reads().get(0).refusal().reason()).isEqualTo(Reason.LEADER_CHANGED);
    assertThat(leader.takeOnly(ReadIndexResponse.class).refusal().reason())
        .isEqualTo(Reason.LEADER_CHANGED);
  }

  @Test
  @Tag("N13")
  void section64_anAnswerToAnEarlierRunIsNotTaken() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.crash(0);
    node.restart();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.readIndex(1);
    node.receive(
        new ReadIndexResponse(node.peer(2).route(), 1, new RequestId(1, 1), 5, null),
        new ReadIndexResponse(node.peer(2).route(), 1, new RequestId(2, 9), 5, null));
    assertThat(node.reads()).isEmpty();
    node.receive(new ReadIndexResponse(node.peer(2).route(), 1, new RequestId(2, 1), 6, null));
    assertThat(node.reads()).containsExactly(new ReadState(new RequestId(2, 1), 6, null));
    node.receive(new ReadIndexResponse(node.peer(2).route(), 1, new RequestId(2, 1), 7, null));
    assertThat(node.reads()).as("an answer twice").hasSize(1);
  }

  /** Its answer could not be told from the other one's. */
  @Test
  void section64_aNameIsNotUsedTwiceWhileItWaits() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.readIndex(1);
    assertThatThrownBy(() -> leader.readIndex(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("waits for an answer already");
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(2).answersBeat(1, 1));
    assertThat(leader.reads()).hasSize(1);
    assertThat(leader.readIndex(1)).isNull();
  }

  /** The members' reads and its own share one bound. */
  @Test
  @Tag("R-44")
  void section64_aLeaderWithTooManyReadsOfOthersRefusesItsOwn() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    for (int i = 0; i < 10_000; i++) {
      leader.raw().step(leader.peer(2).asksForRead(1, i));
    }
    assertThat(leader.readIndex(1).reason()).isEqualTo(Reason.OVERLOADED);
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(2).answersBeat(1, 1));
    assertThat(leader.readIndex(1)).as("there is room again").isNull();
  }

  @Test
  @Tag("R-44")
  void section64_tooManyReadsAreRefused() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    for (int i = 0; i < 10_000; i++) {
      assertThat(leader.raw().readIndex(new RequestId(1, i))).isNull();
    }
    assertThat(leader.raw().readIndex(new RequestId(1, 10_000)).reason())
        .isEqualTo(Reason.OVERLOADED);
    leader.receive(leader.peer(2).asksForRead(1, 1));
    assertThat(leader.takeOnly(ReadIndexResponse.class).refusal().reason())
        .isEqualTo(Reason.OVERLOADED);
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(2).answersBeat(1, 1));
    assertThat(leader.reads()).hasSize(10_000);
    assertThat(leader.raw().readIndex(new RequestId(1, 10_001))).as("room again").isNull();
  }

  /** The leader is stopped, another takes writes, and only then the old one's answers arrive. */
  @Test
  @Tag("R-45")
  @Tag("P04")
  @Tag("N01")
  void section64_aDeposedLeaderNeverAnswersAReadItTookBefore() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.propose(1, "old");
    cluster.settle();
    cluster.node(1).readIndex(1);
    cluster.settleNode(cluster.node(1));
    List<Message> beats = cluster.take(m -> m instanceof Heartbeat && m.from() == 1);
    assertThat(beats).hasSize(2);
    cluster.isolate(1).elect(2);
    cluster.propose(2, "new");
    cluster.settle();
    cluster.heal();
    beats.forEach(cluster::deliver);
    cluster.deliverIf(m -> m instanceof HeartbeatResponse && m.to() == 1);
    cluster.settle();
    assertThat(cluster.node(1).reads()).allMatch(read -> read.refusal() != null);
  }

  /** Each read of a round is taken off the count, or the queue would fill up for good. */
  @Test
  void section64_readsThatAreAnsweredMakeRoomForOthers() {
    TestNode leader = leader(3);
    Route asked = leader.peer(2).route();
    for (int turn = 1; turn <= 3; turn++) {
      for (int i = 1; i <= 8000; i++) {
        leader.raw().step(new ReadIndex(asked, 1, new RequestId(turn, i)));
      }
      leader.settle();
      leader.receive(leader.peer(3).answersBeat(1, turn));
      assertThat(leader.takeSent(ReadIndexResponse.class))
          .hasSize(8000)
          .allMatch(answer -> answer.refusal() == null);
    }
  }

  /** One asked before the first commit of the term has no round yet. */
  @Test
  @Tag("R-44")
  void section64_aDeposedLeaderTellsThoseWhoseReadHasNotBegunEither() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).asksForRead(1, 7));
    assertThat(leader.takeSent(ReadIndexResponse.class)).isEmpty();
    leader.receive(leader.peer(3).beats(2, EntryId.ZERO));
    ReadIndexResponse answer = leader.takeOnly(ReadIndexResponse.class);
    assertThat(answer.request().sequence()).isEqualTo(7);
    assertThat(answer.refusal().reason()).isEqualTo(Reason.LEADER_CHANGED);
  }
}
