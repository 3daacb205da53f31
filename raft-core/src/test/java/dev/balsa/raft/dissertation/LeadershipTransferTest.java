// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.dissertation;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dissertation, section 3.10: leadership is handed over. */
class LeadershipTransferTest {
  private static TestNode leader() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.sent().clear();
    return leader;
  }

  @Test
  void section310_theTargetLeadsInTheNextTerm() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.propose(1, "a");
    cluster.settle();
    assertThat(cluster.node(1).transferTo(3)).isNull();
    cluster.settle();
    assertThat(cluster.leader().id()).isEqualTo(3);
    assertThat(cluster.leader().term()).isEqualTo(2);
    assertThat(cluster.node(1).role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  void section310_theTargetIsToldOnlyOnceItHasEverything() {
    TestNode leader = leader();
    leader.propose("a");
    leader.transferTo(2);
    assertThat(leader.takeSent(TimeoutNow.class)).isEmpty();
    leader.receive(leader.peer(3).accepts(1, 2));
    assertThat(leader.takeSent(TimeoutNow.class)).isEmpty();
    leader.receive(leader.peer(2).accepts(1, 2));
    TimeoutNow told = leader.takeOnly(TimeoutNow.class);
    assertThat(told.to()).isEqualTo(2);
    assertThat(told.term()).isEqualTo(1);
    leader.receive(leader.peer(2).accepts(1, 2));
    leader.transferTo(2);
    assertThat(leader.takeSent(TimeoutNow.class)).as("once").isEmpty();
  }

  @Test
  @Tag("R-79")
  @Tag("T01")
  void section310_nothingIsProposedMeanwhileAndItGoesOnAfterATimeout() {
    TestNode leader = leader();
    leader.transferTo(2);
    assertThat(leader.status().transferee()).isEqualTo(2);
    assertThat(leader.propose("a").refusal().reason()).isEqualTo(Reason.TRANSFERRING);
    assertThat(leader.status().last()).isEqualTo(id(1, 1));
    for (int i = 0; i < 10; i++) {
      assertThat(leader.propose("a").isAccepted()).isFalse();
      leader.tick(1).receive(leader.peer(3).answersBeat(1, 0));
    }
    assertThat(leader.status().transferee()).isZero();
    assertThat(leader.propose("a").isAccepted()).isTrue();
  }

  @Test
  void section310_askingAgainDoesNotPutOffTheDeadline() {
    TestNode leader = leader();
    leader.transferTo(2);
    for (int i = 0; i < 10; i++) {
      leader.transferTo(2);
      leader.tick(1).receive(leader.peer(3).answersBeat(1, 0));
    }
    assertThat(leader.status().transferee()).isZero();
  }

  @Test
  @Tag("R-81")
  void section310_theTargetSkipsThePreVoteAndSaysSo() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO), node.peer(2).saysTimeoutNow(1));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    assertThat(node.term()).isEqualTo(2);
    assertThat(node.takeSent(RequestVote.class))
        .hasSize(2)
        .allMatch(r -> !r.preVote() && r.leadershipTransfer());
    node.tick(20);
    assertThat(node.role()).as("only once").isEqualTo(RoleType.PRE_CANDIDATE);
    assertThat(node.takeSent(RequestVote.class)).allMatch(r -> !r.leadershipTransfer());
  }

  @Test
  void section310_anElectionOfItsOwnIsNotCalledATransfer() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().campaign();
    assertThat(node.takeSent(RequestVote.class)).allMatch(r -> !r.leadershipTransfer());
  }

  @Test
  @Tag("N13")
  void section310_onlyTheLeaderMayAskAndOnlyInItsTerm() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).saysTimeoutNow(0));
    assertThat(node.role()).as("nobody leads").isEqualTo(RoleType.FOLLOWER);
    node.receive(node.peer(2).beats(1, EntryId.ZERO), node.peer(3).saysTimeoutNow(1));
    assertThat(node.role()).as("not the leader").isEqualTo(RoleType.FOLLOWER);
    node.receive(node.peer(2).saysTimeoutNow(0));
    assertThat(node.role()).as("of an old term").isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).isEqualTo(1);
    TestNode leader = leader();
    leader.receive(leader.peer(2).saysTimeoutNow(1));
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  void section310_onlyAnotherVoterCanBeTheTarget() {
    TestNode leader = leader();
    assertThat(leader.transferTo(1).reason()).isEqualTo(Reason.NOT_A_MEMBER);
    assertThat(leader.transferTo(9).reason()).isEqualTo(Reason.NOT_A_MEMBER);
    assertThat(leader.propose("a").isAccepted()).isTrue();
    TestNode follower = TestNode.member(1, 3).start();
    assertThat(follower.transferTo(2).reason()).isEqualTo(Reason.NO_LEADER);
    follower.receive(follower.peer(2).beats(1, EntryId.ZERO));
    assertThat(follower.transferTo(2).reason()).isEqualTo(Reason.NOT_LEADER);
  }

  @Test
  @Tag("R-38")
  void section310_neitherAWitnessNorALearnerCanBeTheTarget() {
    List<Member> members = new ArrayList<>(TestNode.boundVoters(1, 2, 3, 4).members());
    members.set(1, new Member(TestNode.memberId(2), true, 0, false, ""));
    IdSet none = IdSet.EMPTY;
    Membership membership =
        new Membership(EntryId.ZERO, members, IdSet.of(1, 2, 4), none, IdSet.of(3), none, false, 0);
    TestNode leader = TestNode.member(1, 4).membership(membership).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    assertThat(leader.transferTo(2).reason()).isEqualTo(Reason.NOT_A_MEMBER);
    assertThat(leader.transferTo(3).reason()).isEqualTo(Reason.NOT_A_MEMBER);
    assertThat(leader.transferTo(0)).isNull();
    assertThat(leader.status().transferee()).isEqualTo(4);
  }

  @Test
  @Tag("R-80")
  void section310_toWhomeverIsFurthestAndAlive() {
    TestNode leader = TestNode.member(1, 4).start().becomeLeader();
    leader.propose("a", "b");
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(4).accepts(1, 3));
    for (int i = 0; i < 10; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
    }
    leader.transferTo(0);
    assertThat(leader.status().transferee()).as("4 is silent, 3 has nothing").isEqualTo(2);
  }

  @Test
  @Tag("T01")
  void section310_aTransferToADeadMemberDoesNotDepose() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.crash(3);
    cluster.node(1).transferTo(3);
    cluster.tickAll(11);
    assertThat(cluster.leader().id()).isEqualTo(1);
    cluster.propose(1, "a");
    cluster.settle();
    assertThat(cluster.node(2).view().lastIndex()).isGreaterThan(1);
  }

  @Test
  @Tag("R-79")
  void section310_aTargetThatIsBehindIsBroughtUpFirst() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.propose(1, "a");
    cluster.drop(m -> m instanceof AppendEntries && m.to() == 3).settle();
    assertThat(cluster.node(1).transferTo(3)).isNull();
    cluster.tickAll(3);
    assertThat(cluster.leader().id()).isEqualTo(3);
    assertThat(cluster.node(3).commands()).contains("a");
  }
}
