// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A disk that takes writes and never completes them. Such a leader can still send heartbeats, and
 * so keep everybody from electing one that could commit.
 */
class DiskStallTest {
  private static final int ELECTION = 10;
  private static final int STALL = 20;

  private static TestNode leader() {
    TestNode leader =
        TestNode.member(1, 3)
            .config(c -> c.electionTicks(ELECTION).diskStallTicks(STALL))
            .start()
            .becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.sent().clear();
    return leader;
  }

  /** A tick in which both others answer heartbeats, so that no quorum is missed. */
  private static void tickInContact(TestNode leader) {
    leader.tick(1).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
  }

  @Test
  @Tag("R-76")
  @Tag("D04")
  @Tag("R-14")
  @Tag("W29")
  void aLeaderWhoseDiskStallsHandsOver() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.tickAll(12);
    cluster.node(1).holdWrites(true);
    EntryId proposed = cluster.propose(1, "a");
    cluster.tickAll(STALL - 1);
    assertThat(cluster.leader().id()).as("not yet").isEqualTo(1);
    cluster.tickAll(2);
    assertThat(cluster.leader().id()).isNotEqualTo(1);
    assertThat(cluster.node(1).role()).isEqualTo(RoleType.FOLLOWER);
    cluster.propose(cluster.leader().id(), "b");
    cluster.settle();
    assertThat(cluster.leader().commit()).isGreaterThan(proposed.index());
    cluster.node(1).holdWrites(false);
    cluster.tickUntilStable(100);
    assertThat(cluster.node(1).commands()).containsExactly("a", "b");
  }

  @Test
  @Tag("R-76")
  void withNobodyToHandOverToItStepsDown() {
    TestNode leader =
        TestNode.member(1, 3)
            .config(c -> c.checkQuorum(false).diskStallTicks(STALL))
            .start()
            .becomeLeader();
    leader.tick(2 * ELECTION).holdWrites(true).propose("a");
    leader.tick(STALL - 1);
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    leader.tick(1);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(leader.takeSent(TimeoutNow.class)).isEmpty();
    assertThat(leader.propose("b").refusal().reason()).isEqualTo(Reason.NO_LEADER);
  }

  @Test
  @Tag("R-76")
  void aHandOverThatFailsEndsInSteppingDown() {
    TestNode leader = leader();
    leader.holdWrites(true).propose("a");
    for (int i = 0; i < STALL + ELECTION - 1; i++) {
      tickInContact(leader);
    }
    assertThat(leader.status().transferee()).isNotZero();
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    tickInContact(leader);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  @Tag("R-76")
  void soDoesOneWhoseTargetIsRemoved() {
    TestNode leader = leader();
    leader.holdWrites(true).propose("a");
    for (int i = 0; i < STALL; i++) {
      tickInContact(leader);
    }
    long target = leader.status().transferee();
    assertThat(target).isNotZero();
    leader.change(MembershipChange.none().remove(target));
    assertThat(leader.status().transferee()).isZero();
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    assertThat(leader.raw().ticksUntilDue()).as("nothing is left to wait for").isEqualTo(1);
    leader.tick(1);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  void aDiskThatMovesAgainEndsTheAlarmAndANewStallIsANewOne() {
    TestNode leader = leader();
    leader.holdWrites(true).propose("a");
    for (int i = 0; i < STALL; i++) {
      tickInContact(leader);
    }
    leader.holdWrites(false);
    for (int i = 0; i < ELECTION; i++) {
      tickInContact(leader);
    }
    assertThat(leader.role())
        .as("the hand-over failed, the disk did not")
        .isEqualTo(RoleType.LEADER);
    assertThat(leader.holdWrites(true).propose("b").isAccepted()).isTrue();
    for (int i = 0; i < STALL; i++) {
      tickInContact(leader);
    }
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    assertThat(leader.status().transferee()).as("tries again").isNotZero();
  }

  @Test
  void aDiskThatOwesNothingIsNotStalled() {
    TestNode leader = leader();
    leader.holdWrites(true);
    for (int i = 0; i < 10 * STALL; i++) {
      tickInContact(leader);
    }
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    assertThat(leader.status().transferee()).isZero();
  }

  @Test
  void aSlowDiskThatCompletesOneWriteAfterAnotherIsNotStalled() {
    TestNode leader = leader();
    leader.holdWrites(true);
    for (int i = 0; i < 10 * STALL; i++) {
      if (i % 3 == 0) {
        assertThat(leader.propose("a").isAccepted()).isTrue();
      }
      if (i % (STALL - 1) == STALL - 2) {
        long durable = leader.status().durableIndex();
        while (leader.status().durableIndex() == durable) {
          leader.completeWrites(1);
        }
      }
      tickInContact(leader);
      assertThat(leader.role()).isEqualTo(RoleType.LEADER);
      assertThat(leader.status().transferee()).isZero();
    }
    assertThat(leader.status().last().index() - leader.status().durableIndex())
        .as("ever more of them")
        .isGreaterThan(50);
  }

  @Test
  void zeroTurnsItOff() {
    TestNode leader = TestNode.member(1, 1).config(c -> c.diskStallTicks(0)).start().campaign();
    leader.holdWrites(true).propose("a");
    leader.tick(10_000);
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  @Tag("R-76")
  void aMemberDoesNotCampaignUntilItsDiskHasMoved() {
    TestNode node = TestNode.member(1, 3).config(c -> c.diskStallTicks(5)).start();
    node.holdWrites(true).receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    node.tick(200);
    node.campaign().receive(node.peer(2).saysTimeoutNow(1));
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.takeSent(RequestVote.class)).isEmpty();
    node.holdWrites(false).tick(20);
    assertThat(node.role()).isEqualTo(RoleType.PRE_CANDIDATE);
  }

  @Test
  void aTargetWhoseDiskIsStalledDoesNotTakeOver() {
    TestNode node = TestNode.member(1, 3).config(c -> c.diskStallTicks(5)).start();
    node.holdWrites(true).receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    node.tick(5).receive(node.peer(2).saysTimeoutNow(1));
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.status().leader()).isEqualTo(2);
  }

  @Test
  void aCandidateWhoseVoteForItselfCannotBecomeDurableGivesUp() {
    TestNode node = TestNode.member(1, 3).start().holdWrites(true).campaign();
    node.receive(node.peer(2).preVotes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    node.takeSent(RequestVote.class);
    node.tick(1000);
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).as("its terms do not run away").isLessThanOrEqualTo(2);
    assertThat(node.takeSent(RequestVote.class)).allMatch(RequestVote::preVote);
  }

  @Test
  @Tag("R-76")
  void aStalledMemberDisturbsNobody() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.tickAll(12);
    cluster.node(3).holdWrites(true);
    for (int i = 0; i < 200; i++) {
      if (i % 10 == 0) {
        cluster.propose(1, "c" + i);
      }
      cluster.tickAll(1);
      assertThat(cluster.leader().id()).isEqualTo(1);
    }
    assertThat(cluster.node(1).commands()).hasSize(20);
    cluster.node(3).holdWrites(false);
    cluster.tickUntilStable(100);
    assertThat(cluster.leader().term()).isEqualTo(1);
  }

  @Test
  @Tag("R-18")
  void aFollowerThatIsSlowToPersistDoesNotCampaignForIt() {
    TestNode node = TestNode.member(1, 3).config(c -> c.diskStallTicks(0)).start().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1, 1));
    for (int i = 0; i < 30; i++) {
      node.tick(9).receive(node.peer(2).beats(1, EntryId.ZERO));
    }
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).isEqualTo(1);
    assertThat(node.takeSent(RequestVote.class)).isEmpty();
    assertThat(node.takeSent(AppendEntriesResponse.class)).isEmpty();
    // The write completes late: the time until the next heartbeat counts from the last one.
    node.holdWrites(false).tick(9);
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(2);
    assertThat(node.status().last()).isEqualTo(id(1, 2));
  }
}
