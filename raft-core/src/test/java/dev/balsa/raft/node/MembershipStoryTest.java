// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Members that come and go, as their operators see it. */
class MembershipStoryTest {
  private final TestCluster cluster = TestCluster.ofThree();

  private static Member member(long id) {
    return Member.of(id, "m" + id);
  }

  private CompletableFuture<Membership> change(MembershipChange change) {
    CompletableFuture<Membership> future = settledLeader().node().changeMembership(change);
    cluster.tickUntilDone(future);
    return future;
  }

  /** One that may change who the members are: its own entry is committed, and theirs are bound. */
  private TestMember settledLeader() {
    cluster.tickUntil(
        () -> {
          TestMember leader = cluster.leader();
          Membership membership = leader.status().membership();
          return membership.isBound()
              && membership.id().index() <= leader.status().hardState().commit();
        });
    return cluster.leader();
  }

  private void propose(String text) {
    CompletableFuture<Integer> future = settledLeader().node().propose(Tally.command(text));
    cluster.tickUntilDone(future);
    assertThat(future).isCompleted();
  }

  @Test
  void aMemberJoinsIsPromotedAndTheOldLeaderLeavesAndAllComeBack() {
    propose("a");
    TestMember joiner = cluster.join(4);
    Membership with = change(MembershipChange.none().addLearner(member(4))).join();
    assertThat(with.learners().contains(4)).isTrue();
    cluster.tickUntil(() -> joiner.machine().commands().contains("a"));
    Membership promoted = change(MembershipChange.none().promote(4)).join();
    assertThat(promoted.voters().size()).isEqualTo(4);
    assertThat(promoted.isJoint()).isFalse();
    TestMember old = settledLeader();
    Membership without = change(MembershipChange.none().remove(old.id)).join();
    assertThat(without.contains(old.id)).isFalse();
    // It learns of it, says so once, and the others go on without it.
    cluster.tickUntil(() -> old.node().state() == NodeState.REMOVED);
    cluster.tick(20);
    assertThat(old.removedFrom).containsExactly(1L);
    assertThat(old.status().role()).isNotEqualTo(RoleType.LEADER);
    cluster.crash(old.id);
    propose("b");
    for (TestMember each : cluster.all()) {
      if (each != old) {
        cluster.crash(each.id);
      }
    }
    for (TestMember each : cluster.all()) {
      if (each != old) {
        cluster.start(each.id);
      }
    }
    propose("c");
    cluster.tick(3);
    for (TestMember each : cluster.all()) {
      if (each != old) {
        assertThat(each.machine().commands()).containsExactly("a", "b", "c");
        assertThat(each.node().state()).isEqualTo(NodeState.RUNNING);
        assertThat(each.status().membership().contains(old.id)).isFalse();
      }
    }
  }

  /** The leader has it on its way when the address would be forgotten. */
  @Test
  void aFollowerThatIsRemovedHearsOfIt() {
    TestMember leader = settledLeader();
    TestMember removed = cluster.other(leader);
    CompletableFuture<Membership> change =
        leader.node().changeMembership(MembershipChange.none().remove(removed.id));
    cluster.tick(2);
    assertThat(change).isCompleted();
    assertThat(removed.node().state()).isEqualTo(NodeState.REMOVED);
    // It is sent to for an election timeout, in case it was away; and then no more.
    long bursts = cluster.network.bursts(leader.id, removed.id);
    cluster.tick(30);
    long after = cluster.network.bursts(leader.id, removed.id);
    assertThat(after - bursts).isBetween(5L, 12L);
  }

  @Test
  void whoHasNotBeenAdmittedNeitherVotesNorCampaigns() {
    TestMember joiner = cluster.join(4);
    propose("a");
    cluster.tick(100);
    assertThat(joiner.status().role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(joiner.status().hardState().term()).isZero();
    assertThat(joiner.status().membership().members()).isEmpty();
    assertThat(joiner.node().state()).isEqualTo(NodeState.RUNNING);
    // It waits on after a restart, and is admitted then.
    cluster.crash(4);
    cluster.start(4);
    assertThat(change(MembershipChange.none().addVoter(member(4)))).isCompleted();
    cluster.tickUntil(() -> joiner.machine().commands().contains("a"));
  }

  /** Whom it once asked matters no more when it has a configuration of its own. */
  @Test
  void aRestartAfterAdmissionIgnoresWhomItJoined() {
    TestMember joiner = cluster.join(4);
    assertThat(change(MembershipChange.none().addVoter(member(4)))).isCompleted();
    cluster.tickUntil(() -> joiner.status().membership().contains(4));
    cluster.crash(4);
    joiner.contacts = Members.of("7=nowhere");
    cluster.start(4);
    propose("a");
    cluster.tickUntil(() -> joiner.machine().commands().contains("a"));
  }

  /** What the log no longer has comes by a snapshot, and the configuration with it. */
  @Test
  void aSnapshotBringsItsConfiguration() {
    TestCluster compacting =
        new TestCluster(3, 1, options -> options.snapshotEvery(10).trailingEntries(0));
    TestMember leader = compacting.leader();
    compacting.tick(30);
    for (int i = 0; i < 40; i++) {
      leader.node().propose(Tally.command("c" + i));
      compacting.settle();
    }
    TestMember joiner = compacting.join(4);
    CompletableFuture<Membership> added =
        leader.node().changeMembership(MembershipChange.none().addLearner(member(4)));
    compacting.tickUntilDone(added);
    compacting.tickUntil(() -> joiner.machine().commands().size() == 40);
    assertThat(joiner.installed).isNotEmpty();
    compacting.tickUntil(() -> joiner.status().membership().contains(4));
    assertThat(joiner.status().membership().learners().contains(4)).isTrue();
  }

  @Test
  void aFollowerRefusesAndNamesTheLeader() {
    TestMember leader = settledLeader();
    CompletableFuture<Membership> future =
        cluster.follower().node().changeMembership(MembershipChange.none().remove(leader.id));
    cluster.settle();
    assertThat(OutcomeTest.refusal(future)).isEqualTo(Refusal.Reason.NOT_LEADER);
    RefusedException refused = (RefusedException) OutcomeTest.failure(future);
    assertThat(refused.refusal().leader()).isEqualTo(leader.id);
  }

  @Test
  void whatNobodyCanDoIsRefused() {
    assertThat(OutcomeTest.refusal(change(MembershipChange.none().promote(99))))
        .isEqualTo(Refusal.Reason.INVALID_CHANGE);
  }

  /** Done is a change of several voters only when the old ones have no say any more. */
  @Test
  void aChangeOfSeveralVotersIsDoneWhenTheJointPhaseIsOver() {
    cluster.join(4);
    cluster.join(5);
    Membership five =
        change(MembershipChange.none().addVoter(member(4)).addVoter(member(5))).join();
    assertThat(five.isJoint()).isFalse();
    assertThat(five.voters().size()).isEqualTo(5);
    assertThat(settledLeader().status().membership().voters()).isEqualTo(five.voters());
  }

  @Test
  void aJointConfigurationMayBeLeftByHand() {
    cluster.join(4);
    cluster.join(5);
    Membership joint =
        change(MembershipChange.none().addVoter(member(4)).addVoter(member(5)).leavingExplicitly())
            .join();
    assertThat(joint.isJoint()).isTrue();
    cluster.tick(20);
    assertThat(cluster.leader().status().membership().isJoint()).isTrue();
    // Whose directories are whose was written down since, in a configuration of its own.
    Membership bound = settledLeader().status().membership();
    CompletableFuture<Membership> left = cluster.leader().node().leaveJoint(bound.id());
    cluster.tickUntilDone(left);
    assertThat(left.join().isJoint()).isFalse();
    assertThat(left.join().voters().size()).isEqualTo(5);
  }

  @Test
  void aChangeWhosePlaceAnotherTermTookIsRefused() {
    TestMember old = settledLeader();
    cluster.cutOff(old.id);
    CompletableFuture<Membership> lost =
        old.node().changeMembership(MembershipChange.none().addLearner(member(4)));
    cluster.tickUntil(() -> cluster.leader() != old);
    assertThat(lost).isNotDone();
    propose("kept");
    cluster.network.healAll();
    cluster.tickUntilDone(lost);
    assertThat(OutcomeTest.refusal(lost)).isEqualTo(Refusal.Reason.LEADER_CHANGED);
    cluster.tickUntil(() -> !old.status().membership().contains(4));
  }

  @Test
  void aChangeOfALeaderThatStaysCutOffEndsUnknown() {
    TestMember old = settledLeader();
    cluster.cutOff(old.id);
    CompletableFuture<Membership> open =
        old.node().changeMembership(MembershipChange.none().addLearner(member(4)));
    cluster.tickUntilDone(open);
    assertThat(OutcomeTest.failure(open)).isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void aNodeThatStopsEndsItsChanges() {
    TestMember old = settledLeader();
    cluster.cutOff(old.id);
    CompletableFuture<Membership> open =
        old.node().changeMembership(MembershipChange.none().addLearner(member(4)));
    cluster.settle();
    old.node().close();
    cluster.tickUntilDone(old.host.terminated());
    assertThat(OutcomeTest.failure(open)).isInstanceOf(OutcomeUnknownException.class);
    CompletableFuture<Membership> late =
        old.node().changeMembership(MembershipChange.none().addLearner(member(4)));
    assertThat(OutcomeTest.refusal(late)).isEqualTo(Refusal.Reason.STOPPED);
  }
}
