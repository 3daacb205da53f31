// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A disk without room takes no commands, and everything that keeps the cluster alive. */
class StorageFullTest {
  private static CoreCluster started() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.tickAll(12);
    return cluster;
  }

  private static TestNode leader() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.sent().clear();
    return leader;
  }

  private static void setFull(CoreCluster cluster, long id, boolean full) {
    cluster.node(id).raw().storageFull(full);
  }

  @Test
  @Tag("D01")
  @Tag("W16")
  void aFullLeaderRefusesProposalsAndHandsOverToOneThatHasRoom() {
    CoreCluster cluster = started();
    setFull(cluster, 1, true);
    assertThat(cluster.node(1).propose("a").refusal().reason()).isEqualTo(Reason.STORAGE_FULL);
    assertThat(cluster.node(1).propose("a").refusal().leader()).isEqualTo(1);
    cluster.tickAll(3);
    assertThat(cluster.leader().id()).isNotEqualTo(1);
    cluster.propose(cluster.leader().id(), "b");
    cluster.tickAll(3);
    assertThat(cluster.leader().commands()).containsExactly("b");
    assertThat(cluster.node(1).commands()).as("no room for it").isEmpty();
    setFull(cluster, 1, false);
    cluster.tickUntilStable(20);
    assertThat(cluster.node(1).commands()).containsExactly("b");
  }

  @Test
  void aForwardedProposalIsRefusedToo() {
    TestNode leader = leader();
    leader.raw().storageFull(true);
    leader.receive(leader.peer(2).forwards(1, 1, "a"));
    ProposeResponse answer = leader.takeOnly(ProposeResponse.class);
    assertThat(answer.result().refusal().reason()).isEqualTo(Reason.STORAGE_FULL);
    assertThat(answer.result().refusal().leader()).isEqualTo(1);
    leader.raw().storageFull(false);
    assertThat(leader.propose("a").isAccepted()).isTrue();
  }

  /** An operator's change waits for room; what brings the configuration to rest does not. */
  @Test
  void aFullLeaderTakesNoNewChangeOfMembersAndFinishesTheOneUnderWay() {
    TestNode leader = leader();
    leader.raw().storageFull(true);
    Membership before = leader.status().membership();
    Refusal refusal = leader.change(MembershipChange.none().remove(2)).refusal();
    assertThat(refusal.reason()).isEqualTo(Reason.STORAGE_FULL);
    assertThat(leader.status().membership()).isEqualTo(before);

    leader.raw().storageFull(false);
    MembershipChange replace = MembershipChange.none().addVoter(Member.of(4, "").bound(1004));
    EntryId joint = leader.change(replace.remove(2).leavingExplicitly()).first();
    leader.receive(leader.peer(2).accepts(1, joint.index()));
    leader.receive(leader.peer(3).accepts(1, joint.index()));
    leader.receive(leader.peer(4).accepts(1, joint.index()));
    assertThat(leader.commit()).isEqualTo(joint.index());
    leader.raw().storageFull(true);
    assertThat(leader.leaveJoint(joint).isAccepted()).isTrue();
    assertThat(leader.status().membership().isJoint()).isFalse();
  }

  /** Which is how a new cluster writes down whose data directories it is made of. */
  @Test
  void aFullLeaderBindsIncarnations() {
    TestNode leader = TestNode.member(1, 3).membership(TestNode.voters(1, 2, 3)).start();
    leader.becomeLeader().raw().storageFull(true);
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1)).tick(1);
    assertThat(leader.status().membership().members())
        .allMatch(member -> member.memberId().incarnation() != 0);
  }

  @Test
  @Tag("W16")
  void aFullFollowerTakesNoCommandsButVotesAndAnswers() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    node.sent().clear();
    node.raw().storageFull(true);
    node.receive(node.peer(2).appends(1, id(1, 1), 3, 1, 1));
    AppendEntriesResponse answer = node.takeOnly(AppendEntriesResponse.class);
    assertThat(answer.rejected()).as("the logs agree").isFalse();
    assertThat(answer.index()).isEqualTo(1);
    assertThat(node.status().last()).isEqualTo(id(1, 1));
    assertThat(node.commit()).as("no further than it holds").isEqualTo(1);
    node.receive(node.peer(2).beats(1, id(1, 1)));
    assertThat(node.takeOnly(HeartbeatResponse.class).storageFull()).isTrue();
    node.tick(10).receive(node.peer(3).asksForVote(2, id(1, 3)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
    assertThat(node.disk().hardState().votedFor()).isEqualTo(3);
    node.raw().storageFull(false);
    node.receive(node.peer(3).appends(2, id(1, 1), 0, 1, 1, 2));
    assertThat(node.status().last()).isEqualTo(id(2, 4));
    node.receive(node.peer(3).beats(2, id(2, 4)));
    assertThat(node.takeOnly(HeartbeatResponse.class).storageFull()).isFalse();
  }

  @Test
  void whatItHoldsAlreadyIsAcknowledgedAndNothingIsCutOff() {
    TestNode node = TestNode.member(1, 3).terms(1, 1, 2).start();
    node.raw().storageFull(true);
    node.receive(node.peer(2).appends(3, EntryId.ZERO, 0, 1, 1, 3));
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(2);
    assertThat(node.logTerms()).as("nothing is put in the third's place").containsExactly(1, 1, 2);
  }

  /** With everybody full a new leader still opens its term, so that reads go on. */
  @Test
  @Tag("D02")
  void withEverybodyFullALeaderIsElectedAndServesReads() {
    CoreCluster cluster = started();
    cluster.propose(1, "a");
    cluster.tickAll(2);
    for (long id = 1; id <= 3; id++) {
      setFull(cluster, id, true);
    }
    cluster.crash(1);
    cluster.tickUntilSomebodyLeadsAmong(2, 3);
    cluster.settle();
    TestNode leader = cluster.leader();
    assertThat(leader.commit()).isEqualTo(leader.status().last().index());
    assertThat(leader.propose("b").refusal().reason()).isEqualTo(Reason.STORAGE_FULL);
    assertThat(leader.readIndex(1)).isNull();
    cluster.settle();
    assertThat(leader.reads()).singleElement().matches(read -> read.refusal() == null);
    long term = leader.term();
    for (int i = 0; i < 50; i++) {
      cluster.tick(2, 1).tick(3, 1).settle();
    }
    assertThat(cluster.leader().term()).as("nobody hands over in vain").isEqualTo(term);
  }

  @Test
  @Tag("D03")
  void theLeaderBacksOffFromAFullFollowerAndGoesOnWhenThereIsRoom() {
    CoreCluster cluster = started();
    setFull(cluster, 3, true);
    cluster.tickAll(1);
    long[] appends = new long[1];
    cluster.overhear(m -> appends[0] += m instanceof AppendEntries && m.to() == 3 ? 1 : 0);
    for (int i = 0; i < 100; i++) {
      cluster.propose(1, "c" + i);
      cluster.tickAll(1);
      assertThat(cluster.leader().id()).isEqualTo(1);
    }
    assertThat(appends[0]).as("appends that it would refuse").isLessThanOrEqualTo(3);
    assertThat(cluster.node(1).commands()).hasSize(100);
    Status.PeerProgress peer = cluster.node(1).status().progress().get(1);
    assertThat(peer.storageFull()).isTrue();
    assertThat(peer.active()).isTrue();
    assertThat(peer.match()).as("what it has acknowledged").isPositive();
    setFull(cluster, 3, false);
    cluster.tickAll(3);
    assertThat(cluster.node(3).commands()).hasSize(100);
    assertThat(cluster.leader().term()).isEqualTo(1);
  }

  @Test
  void beforeTheLeaderKnowsItSendsAWindowAtMost() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxInflightAppends(4)).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.sent().clear();
    for (int i = 0; i < 50; i++) {
      leader.propose("a").first();
      leader.receive(leader.peer(2).accepts(1, leader.status().last().index()));
      // The third takes none of it, and says how far it is.
      leader.receive(leader.peer(3).accepts(1, 1));
    }
    assertThat(leader.takeSent(AppendEntries.class).stream().filter(a -> a.to() == 3).count())
        .isLessThanOrEqualTo(5);
    long match = leader.status().progress().get(1).match();
    leader.receive(leader.peer(3).answersBeatFull(1, 0));
    assertThat(leader.status().progress().get(1).match()).isEqualTo(match);
    assertThat(leader.takeSent(AppendEntries.class)).isEmpty();
    for (int i = 0; i < 10; i++) {
      leader.tick(1).receive(leader.peer(3).answersBeatFull(1, 0));
    }
    assertThat(leader.takeSent(AppendEntries.class).stream().filter(a -> a.to() == 3)).isEmpty();
    leader.receive(leader.peer(3).answersBeat(1, 0));
    AppendEntries next = leader.takeOnly(AppendEntries.class);
    assertThat(next.prev()).as("from where it is").isEqualTo(id(1, 1));
    assertThat(next.entries()).isNotEmpty().allMatch(e -> e.type() == EntryType.NORMAL);
  }

  @Test
  void aHandOverThatFailsIsTriedAgainAfterAWhile() {
    TestNode leader = leader();
    leader.raw().storageFull(true);
    int begun = 0;
    long before = 0;
    for (int i = 0; i < 100; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
      long now = leader.status().transferee();
      begun += before == 0 && now != 0 ? 1 : 0;
      before = now;
    }
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    assertThat(begun).isBetween(3, 6);
  }

  @Test
  void noHandOverToOneThatIsFullAsWell() {
    TestNode leader = leader();
    leader.raw().storageFull(true);
    for (int i = 0; i < 12; i++) {
      leader.receive(leader.peer(2).answersBeatFull(1, 0), leader.peer(3).answersBeatFull(1, 0));
      leader.tick(1);
      assertThat(leader.status().transferee()).isZero();
    }
    leader.receive(leader.peer(3).answersBeat(1, 0)).tick(1);
    assertThat(leader.status().transferee()).isEqualTo(3);
  }

  /** Somebody asked for that target; it is given its time before the leader chooses by itself. */
  @Test
  void aHandOverThatWasAskedForIsNotReplaced() {
    TestNode leader = leader();
    for (int i = 0; i < 12; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
    }
    leader.propose("a");
    leader.receive(leader.peer(3).accepts(1, 2));
    leader.transferTo(2);
    leader.raw().storageFull(true);
    for (int i = 0; i < 9; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
      assertThat(leader.status().transferee()).isEqualTo(2);
    }
  }

  /** Else a change that is to help a full cluster could not commit. */
  @Test
  void aFullPeerIsSentWhatItWouldTake() {
    TestNode leader = leader();
    leader.receive(leader.peer(2).answersBeatFull(1, 0), leader.peer(2).accepts(1, 1));
    leader.sent().clear();
    assertThat(leader.change(MembershipChange.none().remove(3)).isAccepted()).isTrue();
    assertThat(leader.takeSent(AppendEntries.class))
        .filteredOn(append -> append.to() == 2)
        .singleElement()
        .matches(append -> append.entries().get(0).type() == EntryType.CONFIGURATION);
  }
}
