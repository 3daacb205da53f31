// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.dissertation;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Dissertation, section 6.2: a leader without a quorum steps down; section 4.2.3: whoever hears a
 * leader ignores candidates.
 */
class CheckQuorumTest {
  @Test
  void section62_stepsDownAnElectionTimeoutAfterTheQuorumFellSilent() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.tick(9);
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    leader.tick(1);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(leader.term()).as("in its own term").isEqualTo(1);
    assertThat(leader.status().leader()).isZero();
  }

  /** Itself and one other of three are a quorum; the one who answers must be a different one. */
  @Test
  void section62_oneOfTwoPeersIsEnough() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    for (int i = 0; i < 20; i++) {
      leader.tick(9).receive(leader.peer(3).answersBeat(1, 0));
    }
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  void section62_oneOfThreePeersIsNotEnough() {
    for (int size = 4; size <= 5; size++) {
      TestNode leader = TestNode.member(1, size).start().becomeLeader();
      leader.tick(9).receive(leader.peer(2).answersBeat(1, 0)).tick(1);
      assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
    }
  }

  @Test
  void section62_twoOfFourPeersAreEnoughWhoeverTheyAre() {
    TestNode leader = TestNode.member(1, 5).start().becomeLeader();
    for (int i = 0; i < 20; i++) {
      long one = 2 + i % 4;
      long other = 2 + (i + 1) % 4;
      leader.tick(9);
      leader.receive(leader.peer(one).answersBeat(1, 0), leader.peer(other).accepts(1, 0));
      assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    }
  }

  @Test
  void section62_strangersAndMessagesOfOtherTermsAreNoContact() {
    TestNode leader = TestNode.member(1, 3).hardState(3, 0, 0).start().becomeLeader();
    leader.tick(9);
    leader.receive(leader.peer(2).answersBeat(3, 0), leader.peer(8).answersBeat(4, 0));
    leader.receive(leader.peer(2).withIncarnation(5).answersBeat(4, 0));
    leader.tick(1);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  void section62_withoutItTheLeaderStays() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.checkQuorum(false)).start().becomeLeader();
    leader.tick(100);
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  void section62_aClusterOfOneNeedsNobody() {
    TestNode leader = TestNode.member(1, 1).start().becomeLeader();
    assertThat(leader.tick(100).role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  void section423_ignoresCandidatesWhileALeaderIsHeard() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO)).tick(9);
    node.receive(node.peer(3).asksForVote(2, id(9, 9)));
    assertThat(node.takeSent(RequestVoteResponse.class)).isEmpty();
    assertThat(node.term()).as("not even its term").isEqualTo(1);
  }

  /** The shortest timeout is the limit, though the member itself may wait for longer. */
  @Test
  void section423_butNotForLonger() {
    int waiting = 0;
    for (long seed = 0; seed < 20; seed++) {
      long of = seed;
      TestNode node = TestNode.member(1, 3).config(c -> c.seed(of)).start();
      node.receive(node.peer(2).beats(1, EntryId.ZERO)).tick(10);
      waiting += node.status().leader() == 2 ? 1 : 0;
      node.receive(node.peer(3).asksForVote(2, id(9, 9)));
      assertThat(node.takeSent(RequestVoteResponse.class)).hasSize(1);
    }
    assertThat(waiting).as("still follow, and vote all the same").isGreaterThan(10);
  }

  @Test
  void section423_aLeaderIgnoresThemAsWell() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(3).asksForVote(2, id(9, 9)));
    leader.receive(leader.peer(3).asksForPreVote(2, id(9, 9)));
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    assertThat(leader.takeSent(RequestVoteResponse.class)).isEmpty();
  }

  @Test
  void section423_butNotIfTheLeaderItselfAskedForTheElection() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.receive(node.peer(3).asksForVoteByTransfer(2, id(9, 9)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
  }

  /** The leader we hear from asks for votes: it has restarted, and leads no more. */
  @Test
  @Tag("R-10")
  void section423_norIfTheLeaderItselfIsTheCandidate() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.receive(node.peer(2).asksForPreVote(2, id(9, 9)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
  }

  @Test
  void section423_withoutCheckQuorumCandidatesAreHeard() {
    TestNode node = TestNode.member(1, 3).config(c -> c.checkQuorum(false)).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.receive(node.peer(3).asksForVote(2, id(9, 9)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
  }

  /** Its term is newer, and stickiness keeps its candidacy from being heard: the answer tells. */
  @Test
  @Tag("R-07")
  void section423_aMemberOfANewerTermIsTakenBack() {
    CoreCluster cluster = CoreCluster.of(3, c -> c.preVote(false)).elect(1);
    cluster.settle();
    cluster.isolate(3).tickAll(60);
    assertThat(cluster.node(3).term()).isGreaterThan(1);
    cluster.heal().tickUntilStable(100);
    assertThat(cluster.leader().term()).isGreaterThanOrEqualTo(cluster.node(3).term());
  }
}
