// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Members come, go and change their roles while everything else goes wrong. */
class MembershipScenariosTest {
  private static final MembershipChange CHANGE = MembershipChange.none();

  private static Member bound(long id) {
    return Member.of(id, "").bound(1000 + id);
  }

  /** A leader whose first entry all have acknowledged. */
  private static TestNode leader(int size) {
    TestNode leader = TestNode.member(1, size).start().becomeLeader();
    for (long peer = 2; peer <= size; peer++) {
      leader.receive(leader.peer(peer).accepts(1, 1));
    }
    leader.sent().clear();
    return leader;
  }

  private static Membership withLearner(long learner, long... voters) {
    Membership all =
        TestNode.boundVoters(
            LongStream.concat(Arrays.stream(voters), LongStream.of(learner)).toArray());
    IdSet none = IdSet.EMPTY;
    return new Membership(
        EntryId.ZERO, all.members(), IdSet.of(voters), none, IdSet.of(learner), none, false, 0);
  }

  private static Reason refusal(ProposeResult result) {
    return result.refusal().reason();
  }

  /** What this leader would send to a member that has everything before its last entry. */
  private static AppendEntries lastAppend(TestNode leader) {
    List<AppendEntries> sent = leader.takeSent(AppendEntries.class);
    return sent.get(sent.size() - 1);
  }

  // ---------------------------------------------------------------- when a change may be made

  @Test
  @Tag("R-22")
  @Tag("M02")
  void nothingChangesBeforeTheLeaderHasCommittedInItsTerm() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    assertThat(refusal(leader.change(CHANGE.remove(3)))).isEqualTo(Reason.NO_COMMIT_IN_TERM);
    assertThat(refusal(leader.leaveJoint(null))).isEqualTo(Reason.NO_COMMIT_IN_TERM);
    assertThat(leader.status().last()).isEqualTo(id(1, 1));
    leader.receive(leader.peer(2).accepts(1, 1));
    assertThat(leader.change(CHANGE.remove(3)).isAccepted()).isTrue();
  }

  @Test
  @Tag("R-32")
  @Tag("R-35")
  void concurrentChangesAreSerialisedAndTheRefusedOneIsTold() {
    TestNode leader = leader(3);
    EntryId seen = leader.status().membership().id();
    assertThat(leader.change(CHANGE.addLearner(bound(4)).expecting(seen)).isAccepted()).isTrue();
    assertThat(refusal(leader.change(CHANGE.addLearner(bound(5)).expecting(seen))))
        .isEqualTo(Reason.CHANGE_PENDING);
    assertThat(leader.status().last()).as("and leaves no trace").isEqualTo(id(1, 2));
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(refusal(leader.change(CHANGE.remove(9)))).isEqualTo(Reason.INVALID_CHANGE);
    assertThat(leader.status().last()).as("nor does this one").isEqualTo(id(1, 2));
    ProposeResult outdated = leader.change(CHANGE.addLearner(bound(5)).expecting(seen));
    assertThat(refusal(outdated)).isEqualTo(Reason.CONFIGURATION_MISMATCH);
    assertThat(outdated.refusal().detail()).contains("1/2 is in force");
    assertThat(leader.change(CHANGE.addLearner(bound(5)).expecting(id(1, 2))).isAccepted())
        .isTrue();
    assertThat(leader.status().membership().learners()).isEqualTo(IdSet.of(4, 5));
  }

  @Test
  void aLearnerIsPromotedOnlyOnceItHasCaughtUp() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxBytesPerAppend(100)).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.change(CHANGE.addLearner(bound(4)));
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(refusal(leader.change(CHANGE.promote(4)))).isEqualTo(Reason.LEARNER_BEHIND);
    for (int i = 0; i < 10; i++) {
      leader.propose("a command of some length");
    }
    leader.receive(leader.peer(2).accepts(1, 12), leader.peer(4).accepts(1, 3));
    assertThat(refusal(leader.change(CHANGE.promote(4)))).isEqualTo(Reason.LEARNER_BEHIND);
    leader.receive(leader.peer(4).accepts(1, 11));
    assertThat(leader.change(CHANGE.promote(4)).isAccepted()).isTrue();
    assertThat(leader.status().membership().voters()).isEqualTo(IdSet.of(1, 2, 3, 4));
  }

  @Test
  void aLearnerThatFellSilentHasNotCaughtUp() {
    TestNode leader = leader(3);
    leader.change(CHANGE.addLearner(bound(4)));
    leader.receive(leader.peer(2).accepts(1, 2), leader.peer(4).accepts(1, 2));
    for (int i = 0; i < 10; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0));
    }
    assertThat(refusal(leader.change(CHANGE.promote(4)))).isEqualTo(Reason.LEARNER_BEHIND);
  }

  /** The quota is for what clients propose; a full one must not keep a joint phase from ending. */
  @Test
  void aFullQuotaStopsNoChange() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxUncommittedBytes(10)).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.propose("fills it");
    assertThat(refusal(leader.propose("b"))).isEqualTo(Reason.TOO_MANY_UNCOMMITTED);
    assertThat(leader.change(CHANGE.remove(3)).isAccepted()).isTrue();
  }

  // ---------------------------------------------------------------- joint

  @Test
  @Tag("R-23")
  @Tag("R-24")
  @Tag("M01")
  void aNewLeaderEndsTheJointPhaseThatItFindsInItsLogOnce() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.tickAll(3);
    cluster.join(4).join(5);
    cluster.change(1, CHANGE.addVoter(bound(4)).addVoter(bound(5)));
    cluster.deliverIf(m -> m.to() == 2 || m.to() == 3);
    cluster.crash(1).drop(m -> true);
    assertThat(cluster.node(2).status().membership().isJoint()).isTrue();
    cluster.tickUntilSomebodyLeadsAmong(2, 3);
    cluster.tickAll(5);
    TestNode leader = cluster.leader();
    assertThat(leader.status().membership().isJoint()).isFalse();
    assertThat(leader.status().membership().voters()).isEqualTo(IdSet.of(1, 2, 3, 4, 5));
    EntryId left = leader.status().membership().id();
    cluster.restart(1).tickAll(30);
    assertThat(cluster.node(1).status().membership().id()).as("left once").isEqualTo(left);
  }

  @Test
  @Tag("R-23")
  void andInItsSnapshot() {
    Membership joint =
        new Membership(
            EntryId.ZERO,
            TestNode.boundVoters(1, 2, 3).members(),
            IdSet.of(1, 2),
            IdSet.of(1, 2, 3),
            IdSet.EMPTY,
            IdSet.of(3),
            true,
            0);
    TestNode node = TestNode.member(1, 3).membership(joint).snapshotAt(1, 5).start();
    node.becomeLeader();
    node.tick(1);
    assertThat(node.status().membership().isJoint()).as("no commit in its term").isTrue();
    node.receive(node.peer(2).accepts(node.term(), 6));
    assertThat(node.status().membership().isJoint()).isFalse();
    assertThat(node.status().membership().learners()).isEqualTo(IdSet.of(3));
    node.receive(node.peer(2).accepts(node.term(), 7)).tick(1);
    assertThat(node.status().last().index()).as("once").isEqualTo(7);
  }

  @Test
  @Tag("R-24")
  void aJointPhaseThatIsLeftByHandStaysUntilThen() {
    TestNode leader = leader(3);
    ProposeResult result = leader.change(CHANGE.remove(2).addVoter(bound(4)).leavingExplicitly());
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).as("4 has not answered").isEqualTo(1);
    assertThat(refusal(leader.leaveJoint(null))).isEqualTo(Reason.CHANGE_PENDING);
    leader.receive(leader.peer(3).accepts(1, 2)).tick(3);
    assertThat(leader.commit()).isEqualTo(2);
    assertThat(leader.status().membership().isJoint()).isTrue();
    assertThat(refusal(leader.change(CHANGE.remove(3)))).isEqualTo(Reason.CHANGE_PENDING);
    assertThat(refusal(leader.leaveJoint(id(1, 1)))).isEqualTo(Reason.CONFIGURATION_MISMATCH);
    assertThat(leader.leaveJoint(result.first()).first()).isEqualTo(id(1, 3));
    leader.receive(leader.peer(3).accepts(1, 3));
    assertThat(refusal(leader.leaveJoint(null))).as("twice").isEqualTo(Reason.INVALID_CHANGE);
    assertThat(leader.status().last()).isEqualTo(id(1, 3));
  }

  // ---------------------------------------------------------------- a leader that goes

  @Test
  @Tag("R-25")
  @Tag("R-80")
  void aRemovedLeaderLeadsOnWithoutCountingItselfThenHandsOver() {
    TestNode leader = leader(3);
    leader.change(CHANGE.remove(1));
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).as("one of 2 and 3").isEqualTo(1);
    assertThat(leader.propose("a").isAccepted()).as("it leads").isTrue();
    leader.receive(leader.peer(3).accepts(1, 3));
    assertThat(leader.commit()).isEqualTo(2);
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    assertThat(refusal(leader.propose("b"))).isEqualTo(Reason.TRANSFERRING);
    TimeoutNow handOver = leader.takeOnly(TimeoutNow.class);
    assertThat(handOver.to()).as("who has everything").isEqualTo(3);
    for (int i = 0; i < 9; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
    }
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    leader.tick(1);
    assertThat(leader.role()).as("nobody took over in time").isEqualTo(RoleType.FOLLOWER);
    leader.tick(50);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  @Tag("R-33")
  void aLeaderThatIsDemotedStepsDownWhenTheJointPhaseHasEnded() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.tickAll(3);
    cluster.join(4);
    cluster.change(1, CHANGE.demote(1).addVoter(bound(4)));
    assertThat(cluster.node(1).leads()).isTrue();
    cluster.tickAll(5);
    assertThat(cluster.leader().id()).isNotEqualTo(1);
    assertThat(cluster.node(1).status().membership().learners()).isEqualTo(IdSet.of(1));
    cluster.propose(cluster.leader().id(), "a");
    cluster.tickAll(2);
    assertThat(cluster.node(1).commands()).as("it learns").contains("a");
    cluster.tick(1, 100);
    assertThat(cluster.node(1).role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  @Tag("M03")
  void oneOfTwoFinishesTheRemovalOfTheOtherThatLeads() {
    CoreCluster cluster = CoreCluster.of(2).elect(1);
    cluster.tickAll(3);
    cluster.change(1, CHANGE.remove(1));
    cluster.crash(1).drop(m -> true);
    // 1 alone knows of it, and may not count itself; 2 has never heard of it.
    cluster.restart(1);
    cluster.tickUntilSomebodyLeadsAmong(1, 2);
    cluster.tickAll(30);
    cluster.propose(cluster.leader().id(), "a");
    cluster.tickAll(1);
    assertThat(cluster.leader().commands()).contains("a");
  }

  @Test
  @Tag("R-37")
  void aTransferEndsWhenItsTargetIsRemoved() {
    TestNode leader = leader(3);
    leader.propose("a");
    assertThat(leader.transferTo(3)).isNull();
    assertThat(refusal(leader.propose("b"))).isEqualTo(Reason.TRANSFERRING);
    assertThat(leader.change(CHANGE.remove(3)).isAccepted()).isTrue();
    assertThat(leader.status().transferee()).isZero();
    assertThat(leader.propose("b").isAccepted()).isTrue();
    leader.receive(leader.peer(3).accepts(1, 4));
    assertThat(leader.takeSent(TimeoutNow.class)).isEmpty();
    assertThat(leader.transferTo(3).reason()).isEqualTo(Reason.NOT_A_MEMBER);
  }

  /** Who is on the way out would have to hand over again as soon as the joint phase ends. */
  @Test
  @Tag("R-38")
  void nobodyHandsOverToAVoterThatIsOnItsWayOut() {
    TestNode leader = leader(3);
    leader.change(CHANGE.remove(3).addVoter(bound(4)).leavingExplicitly());
    assertThat(leader.status().membership().outgoingVoters().contains(3)).isTrue();
    assertThat(leader.transferTo(3).reason()).isEqualTo(Reason.NOT_A_MEMBER);
    assertThat(leader.transferTo(4)).isNull();
  }

  // ---------------------------------------------------------------- who votes and who does not

  @Test
  @Tag("R-26")
  @Tag("M05")
  void whoKnowsNothingOfBeingAVoterVotesAllTheSame() {
    TestNode outsider = TestNode.outsider(4).start();
    outsider.receive(outsider.peer(1).asksForVote(2, id(1, 5)));
    assertThat(outsider.takeOnly(RequestVoteResponse.class).granted()).isTrue();
    TestNode learner = TestNode.member(3, 3).membership(withLearner(3, 1, 2)).start();
    learner.receive(learner.peer(9).asksForVote(2, id(1, 5)));
    assertThat(learner.takeOnly(RequestVoteResponse.class).granted()).isTrue();
    learner.receive(learner.peer(1).asksForVote(2, id(1, 5)));
    assertThat(learner.takeOnly(RequestVoteResponse.class).granted()).as("one a term").isFalse();
  }

  /** Else a single member that adds a second one, and restarts, could never lead again. */
  @Test
  @Tag("R-26")
  void aSingleMemberThatAddedAnotherAndCrashedIsElectedByIt() {
    CoreCluster cluster = CoreCluster.of(1).elect(1);
    cluster.tickAll(3);
    cluster.join(2);
    cluster.change(1, CHANGE.addVoter(bound(2)));
    cluster.drop(m -> true).crash(1).restart(1);
    assertThat(cluster.node(2).status().membership()).isEqualTo(Membership.NONE);
    cluster.tickUntilSomebodyLeadsAmong(1, 2).tickAll(3);
    assertThat(cluster.node(2).status().membership().voters()).isEqualTo(IdSet.of(1, 2));
  }

  /** The new quorum may need its vote and its log; whoever has the entry may lead by it. */
  @Test
  @Tag("R-26")
  void aVoterStandsByTheConfigurationInForceBeforeItIsCommitted() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.tickAll(3);
    cluster.join(4);
    cluster.change(1, CHANGE.addVoter(bound(4)));
    for (int i = 0; i < 6; i++) {
      cluster.deliverIf(m -> m.to() == 4 || m.from() == 4);
    }
    assertThat(cluster.node(1).commit()).as("two of four").isLessThan(3);
    TestNode fourth = cluster.node(4);
    assertThat(fourth.status().membership().voters()).isEqualTo(IdSet.of(1, 2, 3, 4));
    cluster.crash(1).isolate(4).tick(4, 20);
    assertThat(fourth.role()).isEqualTo(RoleType.PRE_CANDIDATE);
  }

  @Test
  @Tag("R-17")
  void aLearnerNeverCampaignsEvenOnTimeoutNow() {
    TestNode learner = TestNode.member(3, 3).membership(withLearner(3, 1, 2)).start();
    learner.receive(learner.peer(1).beats(1, EntryId.ZERO), learner.peer(1).saysTimeoutNow(1));
    assertThat(learner.role()).isEqualTo(RoleType.FOLLOWER);
    learner.campaign().tick(100);
    assertThat(learner.term()).isEqualTo(1);
  }

  @Test
  @Tag("R-38")
  void aLearnerCountsForNothing() {
    TestNode leader = TestNode.member(1, 3).membership(withLearner(3, 1, 2)).start();
    leader.campaign();
    leader.receive(leader.peer(3).preVotes(1, true), leader.peer(3).votes(1, true));
    assertThat(leader.leads()).as("no vote").isFalse();
    leader.becomeLeader();
    leader.receive(leader.peer(3).accepts(1, 1));
    assertThat(leader.commit()).as("no commit").isZero();
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.readIndex(1);
    leader.receive(leader.peer(3).answersBeat(1, 1));
    assertThat(leader.reads()).as("no read").isEmpty();
    for (int i = 0; i < 10; i++) {
      leader.receive(leader.peer(3).answersBeat(1, 0)).tick(1);
    }
    assertThat(leader.leads()).as("no contact with a quorum").isFalse();
  }

  @Test
  @Tag("R-16")
  void aRemovedMemberOfANewerTermDoesNotDeposeTheLeader() {
    TestNode leader = leader(3);
    leader.change(CHANGE.remove(3));
    leader.receive(leader.peer(2).accepts(1, 2));
    leader.receive(new AppendEntriesResponse(leader.peer(3).route(), 9, true, 0, EntryId.ZERO));
    assertThat(leader.leads()).isTrue();
    leader.receive(leader.peer(3).asksForVote(9, id(1, 2)));
    assertThat(leader.leads()).isTrue();
    assertThat(leader.term()).isEqualTo(1);
  }

  @Test
  @Tag("R-16")
  @Tag("M04")
  void aRemovedMemberLearnsOfItAndIsQuiet() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.tickAll(3);
    cluster.change(1, CHANGE.remove(3));
    cluster.tickAll(15);
    assertThat(cluster.node(3).status().membership().voters()).isEqualTo(IdSet.of(1, 2));
    assertThat(cluster.node(3).commit()).isEqualTo(cluster.node(1).commit());
    long term = cluster.node(1).term();
    cluster.tick(3, 600);
    assertThat(cluster.node(3).term()).isEqualTo(term);
    assertThat(cluster.inFlight()).as("nor is it sent to").noneMatch(m -> m.to() == 3);
    assertThat(cluster.inFlight()).as("nor does it ask for votes").noneMatch(m -> m.from() == 3);
    assertThat(cluster.node(1).leads()).isTrue();
  }

  // ---------------------------------------------------------------- joining

  @Test
  @Tag("R-36")
  void aNewMemberIsSentToAtOnce() {
    TestNode leader = leader(3);
    leader.change(CHANGE.addLearner(bound(4)));
    assertThat(lastAppend(leader).to()).isEqualTo(4);
    leader.receive(leader.peer(4).rejects(1, 2, EntryId.ZERO));
    AppendEntries first = lastAppend(leader);
    assertThat(first.prev()).isEqualTo(EntryId.ZERO);
    assertThat(first.entries()).hasSize(2);
  }

  @Test
  @Tag("R-30")
  void whoIsNotInItsSnapshotFollowsAsAnOutsider() {
    TestNode node = TestNode.outsider(4).start();
    SnapshotMetadata snapshot = new SnapshotMetadata(id(1, 9), TestNode.boundVoters(1, 2, 3));
    node.receive(node.peer(1).offers(2, snapshot));
    node.completeSnapshotFetch(new TestNode.SnapshotFile(snapshot, List.of("a")));
    assertThat(node.commands()).containsExactly("a");
    assertThat(node.status().membership().contains(4)).isFalse();
    node.tick(100).campaign();
    assertThat(node.term()).isEqualTo(2);
    node.receive(node.peer(1).appends(2, id(1, 9), 10, 2));
    assertThat(node.commit()).isEqualTo(10);
  }

  @Test
  @Tag("R-34")
  void whatTheOldDiskAcknowledgedCountsForNothingUnderTheNewOne() {
    TestNode leader = leader(3);
    leader.propose("a");
    AppendEntriesResponse late = leader.peer(3).accepts(1, 2);
    leader.change(CHANGE.remove(3));
    leader.receive(leader.peer(2).accepts(1, 3));
    leader.change(CHANGE.addVoter(Member.of(3, "")));
    leader.receive(late);
    assertThat(leader.violations()).containsExactly(Kind.WRONG_INCARNATION);
    assertThat(leader.status().progress().get(1).match()).isZero();
    leader.receive(leader.peer(3).withIncarnation(2003).accepts(1, 1));
    assertThat(leader.status().progress().get(1).match()).isEqualTo(1);
    leader.receive(leader.peer(2).accepts(1, 4)).tick(1);
    assertThat(leader.status().membership().member(3).memberId().incarnation()).isEqualTo(2003);
  }

  // ---------------------------------------------------------------- the log decides

  @Test
  @Tag("R-27")
  @Tag("R-31")
  @Tag("R-28")
  void aRestartFindsWhatTheLogSaysAndATruncationTakesItBack() {
    TestNode leader = leader(3);
    leader.change(CHANGE.remove(3));
    AppendEntries append = lastAppend(leader);
    TestNode node = TestNode.member(2, 3).start();
    node.receive(node.peer(1).appends(1, EntryId.ZERO, 1, 1));
    node.receive(new AppendEntries(node.peer(1).route(), 1, append.prev(), append.entries(), 1));
    Membership uncommitted = node.status().membership();
    assertThat(uncommitted.voters()).isEqualTo(IdSet.of(1, 2));
    // What is in force follows from the log alone, and nothing else is written: however often the
    // log is read, and wherever the crash was, the same comes out.
    node.crash(0);
    node.restart();
    node.crash(0);
    node.restart();
    assertThat(node.status().membership()).isEqualTo(uncommitted);
    assertThat(node.raw().snapshotMetadata(0).membership().voters()).isEqualTo(IdSet.of(1, 2, 3));
    node.receive(node.peer(3).appends(2, id(1, 1), 1, 2));
    assertThat(node.status().membership().voters()).isEqualTo(IdSet.of(1, 2, 3));
  }

  @Test
  @Tag("R-29")
  void aSnapshotDiscardsAnUncommittedConfiguration() {
    TestNode leader = leader(3);
    leader.change(CHANGE.remove(3));
    AppendEntries append = lastAppend(leader);
    TestNode node = TestNode.member(2, 3).start();
    node.receive(node.peer(1).appends(1, EntryId.ZERO, 1, 1));
    node.receive(new AppendEntries(node.peer(1).route(), 1, append.prev(), append.entries(), 1));
    SnapshotMetadata snapshot =
        new SnapshotMetadata(id(2, 5), TestNode.boundVoters(1, 2, 3, 4).at(id(2, 3)));
    node.receive(node.peer(3).offers(2, snapshot));
    node.completeSnapshotFetch(new TestNode.SnapshotFile(snapshot, List.of()));
    assertThat(node.status().membership()).isEqualTo(snapshot.membership());
    node.crash(0);
    node.restart();
    assertThat(node.status().membership()).isEqualTo(snapshot.membership());
  }

  /** Reads that wait for one who is removed do not wait any more. */
  @Test
  void readsAreConfirmedByThoseWhoAreLeft() {
    TestNode leader = leader(2);
    leader.readIndex(1);
    assertThat(leader.reads()).isEmpty();
    leader.change(CHANGE.remove(2));
    assertThat(leader.reads()).hasSize(1);
    assertThat(leader.commit()).isEqualTo(2);
  }

  /** Its time as one that left is over as soon as it is a member again. */
  @Test
  @Tag("R-34")
  void whoComesBackIsNotForgottenWhenItsTimeToLeaveIsUp() {
    TestNode leader = leader(3);
    leader.change(CHANGE.remove(3));
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.change(CHANGE.addVoter(bound(3))).isAccepted()).isTrue();
    leader.receive(leader.peer(2).accepts(1, 3), leader.peer(3).accepts(1, 3));
    assertThat(leader.commit()).as("the same directory, by name").isEqualTo(3);
    for (int i = 0; i < 30; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0));
    }
    assertThat(leader.status().progress()).hasSize(2);
    leader.propose("a");
    leader.receive(leader.peer(3).accepts(1, 4));
    assertThat(leader.commit()).isEqualTo(4);
  }

  /** What commits before the removal does not start the time for which the removed is sent to. */
  @Test
  void whoIsBeingRemovedIsSentToUntilTheRemovalIsCommitted() {
    TestNode leader = leader(3);
    leader.propose("a");
    leader.change(CHANGE.remove(3));
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).isEqualTo(2);
    for (int i = 0; i < 15; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0));
    }
    assertThat(leader.status().progress()).as("3 as well").hasSize(2);
    leader.receive(leader.peer(2).accepts(1, 3));
    for (int i = 0; i < 15; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0));
    }
    assertThat(leader.status().progress()).hasSize(1);
  }
}
