// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What one group of a host does to the others: nothing. */
class IsolationTest {
  private final TestCluster cluster = new TestCluster(3, 2, options -> {});

  private TestMember leaderOf(long group) {
    cluster.tickUntil(
        () ->
            cluster.all().stream()
                .anyMatch(member -> member.isRunning(group) && member.leads(group)));
    return cluster.all().stream()
        .filter(member -> member.isRunning(group) && member.leads(group))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @Tag("R-78")
  void aStateMachineThatThrowsStopsItsGroupAndSaysSo() {
    TestMember sick = leaderOf(1);
    sick.machine().poison = "bad";
    CompletableFuture<Integer> bad = sick.node().propose(Tally.command("bad"));
    cluster.settle();
    assertThat(OutcomeTest.failure(bad)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(sick.node().state()).isEqualTo(NodeState.FAILED);
    assertThat(OutcomeTest.failure(sick.node().terminated()))
        .hasRootCauseMessage("poisoned by bad");
    assertThat(sick.failedGroups).containsExactly(1L);
    // The host goes on, and so does the other group there.
    assertThat(sick.fatal).isNull();
    assertThat(sick.host.terminated()).isNotDone();
    assertThat(sick.nodes.get(2L).state()).isEqualTo(NodeState.RUNNING);
    CompletableFuture<Integer> other = sick.nodes.get(2L).propose(Tally.command("other"));
    cluster.tickUntilDone(other);
    assertThat(other).isCompletedWithValue(1);
    // Whatever is asked of the failed group ends, and it is heard of no more: the others elect.
    CompletableFuture<Integer> late = sick.node().propose(Tally.command("late"));
    CompletableFuture<Long> read = sick.node().readIndex();
    cluster.settle();
    assertThat(OutcomeTest.refusal(late)).isEqualTo(Refusal.Reason.STOPPED);
    assertThat(OutcomeTest.refusal(read)).isEqualTo(Refusal.Reason.STOPPED);
    TestMember next = leaderOf(1);
    assertThat(next).isNotSameAs(sick);
    assertThat(next.machine().commands()).containsExactly("bad");
  }

  /** A group that has failed acknowledges nothing more, so its leader cannot count it. */
  @Test
  void aFailedGroupAcknowledgesNothing() {
    TestMember leader = leaderOf(1);
    List<TestMember> others = new ArrayList<>(cluster.all());
    others.remove(leader);
    for (TestMember other : others) {
      other.machine().poison = "bad";
    }
    CompletableFuture<Integer> bad = leader.node().propose(Tally.command("bad"));
    cluster.tick(2);
    assertThat(bad).isCompletedWithValue(1);
    CompletableFuture<Integer> lonely = leader.node().propose(Tally.command("lonely"));
    cluster.tick(3);
    assertThat(lonely).isNotDone();
    for (TestMember other : others) {
      assertThat(other.node().state()).isEqualTo(NodeState.FAILED);
    }
  }

  /** Nor what it was still writing when it failed: whatever broke may have promised too much. */
  @Test
  void aFailedGroupAcknowledgesNothingThatItWasStillWriting() {
    TestMember leader = leaderOf(1);
    TestMember sick = cluster.other(leader);
    sick.machine().poison = "bad";
    sick.held.add("apply");
    CompletableFuture<Integer> bad = leader.node().propose(Tally.command("bad"));
    cluster.tick(2);
    assertThat(bad).isCompletedWithValue(1);
    sick.held.add("log");
    cluster.crash(cluster.other(leader, sick).id);
    CompletableFuture<Integer> open = leader.node().propose(Tally.command("open"));
    cluster.settle();
    sick.held.remove("apply");
    cluster.settle();
    assertThat(sick.node().state()).isEqualTo(NodeState.FAILED);
    sick.held.clear();
    cluster.settle();
    assertThat(open).isNotDone();
    // The other group's write was in the same batch, and counts.
    assertThat(sick.nodes.get(2L).state()).isEqualTo(NodeState.RUNNING);
  }

  @Test
  void theHostStopsWithItsLastGroup() {
    TestMember sick = leaderOf(1);
    for (long group = 1; group <= 2; group++) {
      assertThat(sick.fatal).isNull();
      sick.machines.get(group).poison = "bad";
      leaderOf(group).nodes.get(group).propose(Tally.command("bad"));
      cluster.tick(3);
      assertThat(sick.nodes.get(group).state()).isEqualTo(NodeState.FAILED);
    }
    assertThat(sick.fatal).hasMessageContaining("the last one");
    assertThat(sick.host.terminated()).isCompletedExceptionally();
  }

  @Test
  void aFailedWriteStopsAllGroups() {
    TestMember sick = leaderOf(1);
    sick.disk.failWrites(new IOException("the disk is gone"));
    sick.node().propose(Tally.command("a"));
    cluster.settle();
    assertThat(sick.host.terminated()).isCompletedExceptionally();
    for (RaftNode<Integer> node : sick.nodes.values()) {
      assertThat(node.state()).isEqualTo(NodeState.FAILED);
      assertThat(OutcomeTest.failure(node.terminated())).hasRootCauseMessage("the disk is gone");
    }
  }

  /** A busy group leaves room at the door for one that has asked for nothing yet. */
  @Test
  void aBusyGroupLeavesRoomForTheOthers() {
    TestCluster small = new TestCluster(3, 2, options -> options.inboxCapacity(10));
    TestMember member = small.leader();
    small.tick(40);
    List<CompletableFuture<Integer>> busy = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      busy.add(member.node().propose(Tally.command("busy" + i)));
    }
    long accepted = busy.stream().filter(future -> !future.isDone()).count();
    assertThat(accepted).isEqualTo(5);
    CompletableFuture<Integer> quiet = member.nodes.get(2L).propose(Tally.command("quiet"));
    small.settle();
    assertThat(quiet).isCompletedWithValue(1);
    assertThat(busy.stream().filter(future -> !future.isCompletedExceptionally())).hasSize(5);
  }

  /** Several loops: each group is somewhere, and the host stops when all of them have. */
  @Test
  void groupsOnSeveralLoopsServeAndStop() {
    TestCluster wide = new TestCluster(3, 5, options -> options.loops(3));
    TestMember one = wide.leader();
    wide.tick(40);
    assertThat(one.host.agents().stream().map(Agent::name)).contains("loop", "loop-2", "loop-3");
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    for (RaftNode<Integer> node : one.nodes.values()) {
      futures.add(node.propose(Tally.command("a")));
    }
    wide.settle();
    assertThat(futures).allMatch(future -> future.join() == 1);
    long led = one.nodes.values().stream().filter(TestMember::leads).count();
    assertThat(led).isPositive();
    one.host.shutdown();
    wide.tickUntilDone(one.host.terminated());
    for (RaftNode<Integer> node : one.nodes.values()) {
      assertThat(node.terminated()).isCompleted();
      assertThat(node.state()).isEqualTo(NodeState.STOPPED);
    }
    one.host = null;
    // They were told to campaign, so nobody waits for an election timeout.
    for (long group = 1; group <= 5; group++) {
      long id = group;
      assertThat(wide.all())
          .anyMatch(member -> member.host != null && member.role(id) == RoleType.LEADER);
    }
  }
}
