// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a host ends: in order when asked, loudly when something breaks. */
class StopTest {
  private final TestCluster cluster = TestCluster.ofThree();

  @Test
  void aLeaderThatStopsHandsOverAndFinishesWhatItHas() {
    TestMember leader = cluster.leader();
    CompletableFuture<Integer> before = leader.node().propose(Tally.command("before"));
    leader.node().close();
    CompletableFuture<Integer> after = leader.node().propose(Tally.command("after"));
    assertThat(OutcomeTest.refusal(after)).isEqualTo(Refusal.Reason.STOPPED);
    cluster.settle();
    assertThat(before).isCompletedWithValue(1);
    cluster.tickUntilDone(leader.host.terminated());
    assertThat(leader.host.terminated()).isCompleted();
    assertThat(leader.fatal).isNull();
    leader.host = null;
    // No election timeout passes: the heir was told to campaign.
    assertThat(
            cluster.all().stream()
                .filter(member -> member.host != null)
                .anyMatch(member -> member.status().role() == RoleType.LEADER))
        .isTrue();
  }

  @Test
  void aSingleMemberStopsAtOnce() {
    TestCluster alone = new TestCluster(1, 1, options -> {});
    TestMember member = alone.leader();
    CompletableFuture<Integer> future = member.node().propose(Tally.command("a"));
    member.node().close();
    alone.settle();
    assertThat(future).isCompletedWithValue(1);
    assertThat(member.host.terminated()).isCompleted();
  }

  @Test
  void aHostThatCannotHandOverStopsAllTheSameAndEndsEveryFuture() {
    TestMember leader = cluster.leader();
    cluster.cutOff(leader.id);
    CompletableFuture<Integer> proposal = leader.node().propose(Tally.command("a"));
    CompletableFuture<Long> read = leader.node().readIndex();
    cluster.settle();
    leader.node().close();
    cluster.tickUntilDone(leader.host.terminated());
    assertThat(OutcomeTest.failure(proposal)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(OutcomeTest.refusal(read)).isEqualTo(Refusal.Reason.STOPPED);
    assertThat(OutcomeTest.refusal(leader.node().readIndex())).isEqualTo(Refusal.Reason.STOPPED);
  }

  @Test
  void aHostThatNeverStartedStops() throws IOException {
    TestCluster other = new TestCluster(1, 1, options -> {});
    RaftHost host =
        RaftHost.builder(() -> 0)
            .storage(TestCluster.disk(1, 5))
            .transport(other.network.transport("unstarted"))
            .build();
    RaftNode<Integer> node = host.group(1, new Tally(), Members.of("1=unstarted"));
    CompletableFuture<Integer> future = node.propose(Tally.command("a"));
    host.shutdown();
    for (int i = 0; i < 10; i++) {
      host.agents().forEach(Agent::doWork);
    }
    assertThat(host.terminated()).isCompleted();
    assertThat(future).isCompletedExceptionally();
  }

  /** What was not known to be written is not acknowledged: not to peers, not to clients. */
  @Test
  @Tag("W14")
  @Tag("W15")
  void aFailedWriteStopsTheNodeAndNothingIsAcknowledgedAfterIt() {
    TestMember leader = cluster.leader();
    TestMember follower = cluster.follower();
    TestMember third = cluster.other(leader, follower);
    cluster.crash(third.id);
    follower.disk.failWrites(new IOException("the disk is gone"));
    CompletableFuture<Integer> future = leader.node().propose(Tally.command("a"));
    cluster.settle();
    assertThat(follower.fatal).isNotNull();
    assertThat(follower.host.terminated()).isCompletedExceptionally();
    assertThat(OutcomeTest.failure(follower.node().terminated()))
        .hasMessageContaining("log")
        .hasRootCauseMessage("the disk is gone");
    // With the follower's acknowledgement it would be committed.
    assertThat(future).isNotDone();
    assertThat(OutcomeTest.refusal(follower.node().readIndex())).isEqualTo(Refusal.Reason.STOPPED);
  }

  @Test
  @Tag("W14")
  void aLeaderWhoseDiskFailsEndsItsFuturesUnknown() {
    TestMember leader = cluster.leader();
    leader.disk.failWrites(new IOException("the disk is gone"));
    CompletableFuture<Integer> future = leader.node().propose(Tally.command("a"));
    cluster.settle();
    assertThat(OutcomeTest.failure(future)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(leader.host.terminated()).isCompletedExceptionally();
    // The others have it, and go on.
    leader.host = null;
    TestMember next = cluster.leader();
    cluster.tick(2);
    assertThat(next.machine().commands()).containsExactly("a");
  }

  @Test
  void aStateMachineThatThrowsStopsTheNode() {
    TestMember leader = cluster.leader();
    leader.machine().poison = "bad";
    CompletableFuture<Integer> good = leader.node().propose(Tally.command("good"));
    cluster.settle();
    CompletableFuture<Integer> bad = leader.node().propose(Tally.command("bad"));
    cluster.settle();
    assertThat(good).isCompletedWithValue(1);
    assertThat(OutcomeTest.failure(bad)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(OutcomeTest.failure(leader.node().terminated()))
        .hasRootCauseMessage("poisoned by bad");
    assertThat(leader.machine().commands()).containsExactly("good");
    assertThat(leader.fatal).isNotNull();
  }

  /** Completions come back late and in a heap: nothing is vouched for before its time. */
  @Test
  void workersMayBeSlow() {
    TestMember leader = cluster.leader();
    TestMember follower = cluster.follower();
    cluster.crash(cluster.other(leader, follower).id);
    follower.held.add("log");
    CompletableFuture<Integer> first = leader.node().propose(Tally.command("a"));
    cluster.settle();
    CompletableFuture<Integer> second = leader.node().propose(Tally.command("b"));
    cluster.settle();
    assertThat(first).isNotDone();
    long writes = follower.host.metrics().readysPerWrite.count();
    follower.held.clear();
    cluster.settle();
    assertThat(first).isCompletedWithValue(1);
    assertThat(second).isCompletedWithValue(2);
    assertThat(follower.host.metrics().readysPerWrite.count()).isEqualTo(writes + 1);
    leader.held.add("apply");
    CompletableFuture<Integer> third = leader.node().propose(Tally.command("c"));
    CompletableFuture<Long> read = leader.node().readIndex();
    cluster.settle();
    assertThat(third).isNotDone();
    assertThat(read).isNotDone();
    leader.held.clear();
    cluster.settle();
    assertThat(third).isCompletedWithValue(3);
    assertThat(read).isCompleted();
  }

  /**
   * A Ready with nothing to write waits behind the one that writes: the leader asks again for what
   * it has sent, and the answer must not promise what is not durable yet.
   */
  @Test
  void anAnswerWaitsForTheWritesBeforeIt() {
    TestMember leader = cluster.leader();
    TestMember follower = cluster.follower();
    cluster.crash(cluster.other(leader, follower).id);
    follower.held.add("log");
    CompletableFuture<Integer> future = leader.node().propose(Tally.command("a"));
    cluster.tick(5);
    assertThat(follower.host.metrics().messagesReceived.value()).isGreaterThan(3);
    assertThat(future).isNotDone();
    follower.held.clear();
    cluster.settle();
    assertThat(future).isCompletedWithValue(1);
  }

  /** The leader's own disk counts only when it says so. */
  @Test
  void aCommandIsNotAppliedBeforeItIsDurableHere() {
    TestMember leader = cluster.leader();
    leader.held.add("log");
    CompletableFuture<Integer> future = leader.node().propose(Tally.command("a"));
    cluster.settle();
    assertThat(future).isNotDone();
    assertThat(leader.machine().commands()).isEmpty();
    leader.held.clear();
    cluster.settle();
    assertThat(future).isCompletedWithValue(1);
  }

  @Test
  void leadershipIsHandedToWhomeverIsNamed() {
    TestMember leader = cluster.leader();
    TestMember heir = cluster.follower();
    CompletableFuture<Void> transfer = leader.node().transferLeadership(heir.id);
    cluster.settle();
    assertThat(transfer).isCompleted();
    assertThat(cluster.leader()).isSameAs(heir);
    CompletableFuture<Void> again = leader.node().transferLeadership(heir.id);
    cluster.settle();
    assertThat(OutcomeTest.refusal(again)).isEqualTo(Refusal.Reason.NOT_LEADER);
  }

  @Test
  void aTransferThatDoesNotComeAboutIsRefused() {
    TestMember leader = cluster.leader();
    TestMember heir = cluster.follower();
    cluster.cutOff(heir.id);
    CompletableFuture<Integer> write = leader.node().propose(Tally.command("a"));
    CompletableFuture<Void> transfer = leader.node().transferLeadership(heir.id);
    cluster.settle();
    assertThat(write).isCompleted();
    assertThat(transfer).isNotDone();
    CompletableFuture<Integer> held = leader.node().propose(Tally.command("b"));
    cluster.tickUntilDone(transfer);
    assertThat(OutcomeTest.refusal(transfer)).isEqualTo(Refusal.Reason.TIMED_OUT);
    cluster.tickUntilDone(held);
    assertThat(held).isCompletedWithValue(2);
  }
}
