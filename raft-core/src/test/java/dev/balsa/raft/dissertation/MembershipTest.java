// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.dissertation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Test;

/** Paper, section 6, and dissertation, chapter 4: the members change while the cluster works. */
class MembershipTest {
  private static final MembershipChange CHANGE = MembershipChange.none();

  /** A leader of three whose first entry is committed. */
  private static TestNode leader() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.sent().clear();
    return leader;
  }

  private static Reason refusal(ProposeResult result) {
    return result.refusal().reason();
  }

  @Test
  void section6_aConfigurationIsInForceAsSoonAsItIsAppended() {
    TestNode leader = leader();
    ProposeResult result = leader.change(CHANGE.remove(3));
    assertThat(result.first()).isEqualTo(new EntryId(1, 2));
    assertThat(leader.status().membership().id()).isEqualTo(new EntryId(1, 2));
    assertThat(leader.status().membership().voters()).isEqualTo(IdSet.of(1, 2));
    assertThat(leader.commit()).isEqualTo(1);
    leader.receive(leader.peer(3).accepts(1, 2));
    assertThat(leader.commit()).as("3 is not counted any more").isEqualTo(1);
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).isEqualTo(2);
  }

  @Test
  void section42_oneChangeAtATime() {
    TestNode leader = leader();
    assertThat(leader.change(CHANGE.remove(3)).isAccepted()).isTrue();
    assertThat(refusal(leader.change(CHANGE.addLearner(Member.of(4, "")))))
        .isEqualTo(Reason.CHANGE_PENDING);
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.change(CHANGE.addLearner(Member.of(4, ""))).isAccepted()).isTrue();
  }

  @Test
  void section43_moreThanOneVoterGoesThroughAJointConfiguration() {
    TestNode leader = leader();
    leader.change(CHANGE.addVoter(Member.of(4, "").bound(1004)).remove(3));
    assertThat(leader.status().membership().isJoint()).isTrue();
    assertThat(leader.status().membership().voters()).isEqualTo(IdSet.of(1, 2, 4));
    assertThat(leader.status().membership().outgoingVoters()).isEqualTo(IdSet.of(1, 2, 3));
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).as("1 and 2 are a majority of both").isEqualTo(2);
    assertThat(leader.status().membership().isJoint()).isFalse();
    assertThat(leader.status().membership().voters()).isEqualTo(IdSet.of(1, 2, 4));
    assertThat(leader.status().membership().id()).isEqualTo(new EntryId(1, 3));
    leader.tick(3);
    assertThat(leader.status().last()).as("left once").isEqualTo(new EntryId(1, 3));
  }

  /** Its old half alone could still decide otherwise: what commits before it ends nothing. */
  @Test
  void section43_aJointConfigurationIsNotLeftBeforeItIsCommitted() {
    TestNode leader = leader();
    leader.propose("a");
    leader.change(CHANGE.addVoter(Member.of(4, "").bound(1004)).remove(3));
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).isEqualTo(2);
    leader.tick(1);
    assertThat(leader.status().last()).isEqualTo(new EntryId(1, 3));
    assertThat(leader.status().membership().isJoint()).isTrue();
    leader.receive(leader.peer(2).accepts(1, 3));
    assertThat(leader.status().membership().isJoint()).isFalse();
  }

  @Test
  void onlyTheLeaderTakesAChange() {
    TestNode follower = TestNode.member(1, 3).start();
    assertThat(refusal(follower.change(CHANGE.remove(3)))).isEqualTo(Reason.NO_LEADER);
    assertThat(refusal(follower.leaveJoint(null))).isEqualTo(Reason.NO_LEADER);
    follower.receive(follower.peer(2).beats(1, EntryId.ZERO));
    assertThat(refusal(follower.change(CHANGE.remove(3)))).isEqualTo(Reason.NOT_LEADER);
    assertThat(follower.role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  void aMemberJoinsWhichKnowsNothingButItsOwnName() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.propose(1, "a");
    cluster.settle();
    cluster.join(4);
    assertThat(cluster.node(4).role()).isEqualTo(RoleType.FOLLOWER);
    cluster.change(1, CHANGE.addVoter(Member.of(4, "")));
    cluster.tickAll(3);
    assertThat(cluster.node(4).commands()).containsExactly("a");
    assertThat(cluster.node(4).status().membership().voters()).isEqualTo(IdSet.of(1, 2, 3, 4));
    assertThat(cluster.node(4).status().membership().isBound()).isTrue();
  }
}
