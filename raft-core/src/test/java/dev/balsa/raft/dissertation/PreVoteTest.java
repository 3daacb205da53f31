// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.dissertation;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dissertation, section 9.6: before it disturbs anybody, a candidate asks whether it could win. */
class PreVoteTest {
  @Test
  void section96_asksForTheNextTermWithoutEnteringIt() {
    TestNode node = TestNode.member(1, 3).terms(2).start().campaign();
    assertThat(node.role()).isEqualTo(RoleType.PRE_CANDIDATE);
    assertThat(node.term()).isEqualTo(2);
    assertThat(node.status().hardState().votedFor()).isZero();
    assertThat(node.takeSent(RequestVote.class))
        .hasSize(2)
        .allMatch(r -> r.preVote() && r.term() == 3 && r.lastLog().equals(id(2, 1)));
  }

  @Test
  void section96_campaignsOnceAMajorityWouldVoteForIt() {
    TestNode node = TestNode.member(1, 5).start().campaign();
    node.receive(node.peer(2).preVotes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.PRE_CANDIDATE);
    node.takeSent(RequestVote.class);
    node.receive(node.peer(3).preVotes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    assertThat(node.term()).isEqualTo(1);
    assertThat(node.takeSent(RequestVote.class))
        .hasSize(4)
        .allMatch(r -> !r.preVote() && !r.leadershipTransfer());
  }

  /** What was granted before is no vote: those who granted must be asked again, for good. */
  @Test
  void section96_aGrantedPreVoteIsNotAVote() {
    TestNode node = TestNode.member(1, 3).start().campaign();
    node.receive(node.peer(2).preVotes(1, true), node.peer(3).preVotes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
  }

  @Test
  @Tag("R-11")
  void section96_grantingChangesNothingAtTheVoter() {
    TestNode node = TestNode.member(1, 3).hardState(4, 0, 0).start();
    for (int i = 0; i < 2; i++) {
      node.tick(9).receive(node.peer(2).asksForPreVote(5, EntryId.ZERO));
      assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
      assertThat(node.status().hardState()).isEqualTo(new HardState(4, 0, 0));
    }
    node.tick(1);
    assertThat(node.role()).as("18 ticks and one more").isIn(RoleType.PRE_CANDIDATE);
  }

  @Test
  void section96_mayGrantSeveralInOneTerm() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).asksForPreVote(1, EntryId.ZERO));
    RequestVoteResponse first = node.takeOnly(RequestVoteResponse.class);
    assertThat(first.granted()).isTrue();
    assertThat(first.term()).as("of the term that was asked for").isEqualTo(1);
    node.receive(node.peer(3).asksForPreVote(1, EntryId.ZERO));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
  }

  @Test
  @Tag("R-12")
  void section96_theLogIsLookedAtAsForAVote() {
    TestNode node = TestNode.member(1, 3).terms(1, 2).start();
    node.receive(node.peer(2).asksForPreVote(9, id(2, 1)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isFalse();
    node.receive(node.peer(2).asksForPreVote(9, id(2, 2)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
  }

  @Test
  void section96_noneIsGrantedWhileALeaderIsHeard() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO)).tick(9);
    node.receive(node.peer(3).asksForPreVote(2, id(9, 9)));
    assertThat(node.takeSent(RequestVoteResponse.class)).isEmpty();
  }

  @Test
  @Tag("R-09")
  void section96_aRefusalCarriesTheNewerTerm() {
    TestNode node = TestNode.member(1, 3).hardState(7, 0, 0).start();
    node.receive(node.peer(2).asksForPreVote(3, id(9, 9)));
    RequestVoteResponse refusal = node.takeOnly(RequestVoteResponse.class);
    assertThat(refusal.granted()).isFalse();
    assertThat(refusal.term()).isEqualTo(7);
    TestNode asking = TestNode.member(2, 3).hardState(2, 0, 0).start().campaign();
    asking.receive(refusal);
    assertThat(asking.term()).isEqualTo(7);
    assertThat(asking.role()).isEqualTo(RoleType.FOLLOWER);
  }

  /** A grant of a term that nobody is in does not bring it about. */
  @Test
  @Tag("N13")
  void section96_aLateGrantDoesNotChangeTheTerm() {
    TestNode node = TestNode.member(1, 3).hardState(4, 0, 0).start();
    node.receive(node.peer(2).preVotes(5, true), node.peer(3).preVotes(5, true));
    node.receive(node.peer(2).preVotes(90, true));
    assertThat(node.status().hardState()).isEqualTo(new HardState(4, 0, 0));
    node.campaign();
    node.receive(node.peer(2).preVotes(6, true));
    assertThat(node.role()).as("not what was asked").isEqualTo(RoleType.PRE_CANDIDATE);
  }

  @Test
  void section96_losesWithoutHavingDisturbedAnybody() {
    TestNode node = TestNode.member(1, 3).start().campaign();
    node.receive(node.peer(2).preVotes(0, false), node.peer(3).preVotes(0, false));
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).isZero();
  }

  @Test
  @Tag("N02")
  void section96_aMemberThatWasCutOffDoesNotRaiseTheTerm() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.isolate(3).tickAll(200);
    assertThat(cluster.node(3).term()).isEqualTo(1);
    cluster.heal().tickAll(50);
    assertThat(cluster.leader().id()).isEqualTo(1);
    assertThat(cluster.leader().term()).isEqualTo(1);
    assertThat(cluster.node(3).status().leader()).isEqualTo(1);
  }

  @Test
  @Tag("R-08")
  void section96_membersWithAndWithoutItElectALeader() {
    for (int mask = 0; mask < 8; mask++) {
      for (long candidate = 1; candidate <= 3; candidate++) {
        CoreCluster cluster = CoreCluster.ofMembers(membersWithPreVote(mask));
        cluster.elect(candidate);
        assertThat(cluster.leader()).as("mask %d", mask).isSameAs(cluster.node(candidate));
        cluster.crash(candidate).tickAll(100);
        assertThat(cluster.leader()).as("mask %d", mask).isNotNull();
      }
    }
  }

  /** Three members; those whose bit is set ask for pre-votes. */
  private static TestNode[] membersWithPreVote(int mask) {
    TestNode[] members = new TestNode[3];
    for (int i = 0; i < 3; i++) {
      boolean preVote = (mask & 1 << i) != 0;
      members[i] = TestNode.member(i + 1, 3).config(c -> c.preVote(preVote)).start();
    }
    return members;
  }
}
