// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.balsa.raft.model.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** How requests end when things go wrong: refused for certain, or unknown, and never confused. */
class OutcomeTest {
  private TestCluster cluster = TestCluster.ofThree();

  static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    Throwable thrown = catchThrowable(future::join);
    return thrown instanceof CompletionException ? thrown.getCause() : thrown;
  }

  static Refusal.Reason refusal(CompletableFuture<?> future) {
    assertThat(failure(future)).isInstanceOf(RefusedException.class);
    return ((RefusedException) failure(future)).refusal().reason();
  }

  /** The entry that takes its place commits: the command is definitely not in the log. */
  @Test
  void aCommandWhosePlaceAnotherTermTookIsRefused() {
    TestMember old = cluster.leader();
    cluster.cutOff(old.id);
    CompletableFuture<Integer> lost = old.node().propose(Tally.command("lost"));
    cluster.tickUntil(() -> cluster.leader() != old);
    assertThat(lost).isNotDone();
    CompletableFuture<Integer> kept = cluster.leader().node().propose(Tally.command("kept"));
    cluster.settle();
    assertThat(kept).isCompleted();
    cluster.network.healAll();
    cluster.tickUntilDone(lost);
    assertThat(refusal(lost)).isEqualTo(Refusal.Reason.LEADER_CHANGED);
    for (TestMember member : cluster.all()) {
      assertThat(member.machine().commands()).containsExactly("kept");
    }
  }

  /** A later term's entry commits before its place: no log can hold both. */
  @Test
  void aCommandBeyondAnotherTermsEntryIsRefused() {
    TestMember old = cluster.leader();
    cluster.cutOff(old.id);
    List<CompletableFuture<Integer>> lost = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lost.add(old.node().propose(Tally.command("lost" + i)));
      cluster.settle();
    }
    cluster.tickUntil(() -> cluster.leader() != old);
    cluster.network.healAll();
    cluster.tickUntil(() -> lost.stream().allMatch(CompletableFuture::isDone));
    for (CompletableFuture<Integer> each : lost) {
      assertThat(refusal(each)).isEqualTo(Refusal.Reason.LEADER_CHANGED);
    }
  }

  /** A leader that is cut off cannot tell what becomes of its entries. */
  @Test
  void aCommandOfALeaderThatIsCutOffEndsUnknown() {
    TestMember old = cluster.leader();
    cluster.cutOff(old.id);
    CompletableFuture<Integer> open = old.node().propose(Tally.command("open"));
    cluster.tickUntilDone(open);
    assertThat(failure(open)).isInstanceOf(OutcomeUnknownException.class);
  }

  /** The next leader has the entry and commits it: the old one's client learns of it. */
  @Test
  void aCommandThatTheNextLeaderCommitsSucceeds() {
    TestMember old = cluster.leader();
    TestMember heir = cluster.follower();
    TestMember other = cluster.other(old, heir);
    cluster.network.cut(old.id, other.id);
    // It gets there, but the acknowledgement does not come back.
    cluster.network.cut(heir.id, old.id);
    CompletableFuture<Integer> future = old.node().propose(Tally.command("inherited"));
    cluster.settle();
    assertThat(future).isNotDone();
    cluster.cutOff(old.id);
    cluster.tickUntil(() -> cluster.leader() != old);
    assertThat(future).isNotDone();
    cluster.network.healAll();
    cluster.tickUntilDone(future);
    assertThat(future).isCompletedWithValue(1);
    assertThat(heir.machine().commands()).containsExactly("inherited");
  }

  /** Nobody answers a forwarded command: it may have arrived, and is not sent again. */
  @Test
  void aForwardedCommandWithoutAnswerEndsUnknown() {
    TestMember leader = cluster.leader();
    TestMember follower = cluster.follower();
    cluster.network.cut(leader.id, follower.id);
    CompletableFuture<Integer> future = follower.node().propose(Tally.command("once"));
    cluster.settle();
    cluster.network.healAll();
    cluster.tickUntilDone(future);
    assertThat(failure(future)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(leader.machine().commands()).containsExactly("once");
  }

  /**
   * The transport has lost the leader: a command sent to it now would vanish, and its outcome be
   * unknown for good. It waits where it is certain that nobody has it.
   */
  @Test
  void aCommandIsNotForwardedToALeaderThatCannotBeReached() {
    TestMember leader = cluster.leader();
    TestMember follower = cluster.follower();
    cluster.network.cut(follower.id, leader.id);
    // The answer to a heartbeat is what the transport cannot deliver.
    cluster.tick(1);
    long forwarded = follower.host.metrics().proposalsForwarded.value();
    CompletableFuture<Integer> future = follower.node().propose(Tally.command("patient"));
    cluster.settle();
    assertThat(follower.host.metrics().proposalsForwarded.value()).isEqualTo(forwarded);
    assertThat(future).isNotDone();
  }

  /** What a snapshot covers is not told apart any more. */
  @Test
  void aCommandThatASnapshotCoversEndsUnknown() {
    cluster =
        new TestCluster(
            3, 1, options -> options.snapshotEvery(5).trailingEntries(0).electionTicks(40));
    TestMember leader = cluster.leader();
    TestMember follower = cluster.follower();
    // The answer gets through, the entry does not.
    CompletableFuture<Integer> future = follower.node().propose(Tally.command("covered"));
    follower.turn("loop");
    cluster.network.deliverAll();
    leader.turn("loop");
    cluster.network.deliverOne();
    follower.turn("loop");
    cluster.cutOff(follower.id);
    cluster.settle();
    for (int i = 0; i < 20; i++) {
      leader.node().propose(Tally.command("more" + i));
      cluster.settle();
    }
    assertThat(leader.taken).isNotEmpty();
    assertThat(future).isNotDone();
    cluster.network.healAll();
    cluster.tickUntilDone(future);
    assertThat(follower.installed).isNotEmpty();
    assertThat(failure(future))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("snapshot");
  }

  /** Without a leader a command waits where it is certain that nobody has it. */
  @Test
  void aCommandThatNeverFindsALeaderIsRefused() {
    TestMember leader = cluster.leader();
    TestMember follower = cluster.follower();
    cluster.crash(leader.id);
    cluster.crash(cluster.other(follower, leader).id);
    cluster.tickUntil(() -> follower.status().leader() == 0);
    CompletableFuture<Integer> future = follower.node().propose(Tally.command("never"));
    CompletableFuture<Long> read = follower.node().readIndex();
    cluster.settle();
    assertThat(future).isNotDone();
    assertThat(read).isNotDone();
    cluster.tickUntilDone(future);
    assertThat(refusal(future)).isEqualTo(Refusal.Reason.TIMED_OUT);
    assertThat(refusal(read)).isEqualTo(Refusal.Reason.TIMED_OUT);
  }

  /** A command that waited for a leader is proposed when there is one. */
  @Test
  void aCommandWaitsForALeader() {
    TestMember follower = cluster.follower();
    cluster.cutOff(follower.id);
    cluster.tickUntil(() -> follower.status().leader() == 0);
    CompletableFuture<Integer> future = follower.node().propose(Tally.command("patient"));
    CompletableFuture<Long> read = follower.node().readIndex();
    cluster.tick(3);
    assertThat(future).isNotDone();
    cluster.network.healAll();
    cluster.tickUntilDone(future);
    assertThat(future).isCompletedWithValue(1);
    cluster.tickUntilDone(read);
    assertThat(read).isCompleted();
  }

  /** A deposed leader answers no read with what it has. */
  @Test
  void aReadOnALeaderThatIsCutOffIsNotServed() {
    TestMember old = cluster.leader();
    cluster.cutOff(old.id);
    CompletableFuture<Long> read = old.node().readIndex();
    cluster.settle();
    assertThat(read).isNotDone();
    cluster.tickUntil(() -> cluster.leader() != old);
    CompletableFuture<Integer> write = cluster.leader().node().propose(Tally.command("new"));
    cluster.settle();
    assertThat(write).isCompletedWithValue(1);
    cluster.network.healAll();
    cluster.tickUntilDone(read);
    if (!read.isCompletedExceptionally()) {
      // Then it was asked of the new leader, and waited for what that had committed.
      assertThat(old.machine().commands()).containsExactly("new");
    }
  }

  @Test
  void aFullHouseRefusesAtTheDoor() {
    cluster = new TestCluster(3, 1, options -> options.inboxCapacity(2));
    TestMember leader = cluster.leader();
    CompletableFuture<Integer> first = leader.node().propose(Tally.command("a"));
    CompletableFuture<Integer> second = leader.node().propose(Tally.command("b"));
    CompletableFuture<Integer> third = leader.node().propose(Tally.command("c"));
    CompletableFuture<Long> read = leader.node().readIndex();
    assertThat(refusal(third)).isEqualTo(Refusal.Reason.OVERLOADED);
    assertThat(refusal(read)).isEqualTo(Refusal.Reason.OVERLOADED);
    cluster.settle();
    assertThat(first).isCompletedWithValue(1);
    assertThat(second).isCompletedWithValue(2);
    CompletableFuture<Integer> fourth = leader.node().propose(Tally.command("d"));
    cluster.settle();
    assertThat(fourth).isCompletedWithValue(3);
  }

  @Test
  void bytesAreCountedAtTheDoorToo() {
    cluster = new TestCluster(1, 1, options -> options.maxCommandBytes(10).inboxBytes(15));
    TestMember leader = cluster.leader();
    CompletableFuture<Integer> fits = leader.node().propose(new byte[10]);
    assertThat(refusal(leader.node().propose(new byte[6]))).isEqualTo(Refusal.Reason.OVERLOADED);
    assertThat(refusal(leader.node().propose(new byte[11]))).isEqualTo(Refusal.Reason.TOO_LARGE);
    cluster.settle();
    assertThat(fits).isCompleted();
    CompletableFuture<Integer> next = leader.node().propose(new byte[6]);
    cluster.settle();
    assertThat(next).isCompleted();
  }

  @Test
  void whatALeaderCannotTakeOnIsRefused() {
    cluster = new TestCluster(3, 1, options -> options.maxUncommittedBytes(200));
    TestMember leader = cluster.leader();
    cluster.cutOff(leader.id);
    CompletableFuture<Integer> first = leader.node().propose(new byte[100]);
    cluster.settle();
    CompletableFuture<Integer> second = leader.node().propose(new byte[100]);
    cluster.settle();
    assertThat(first).isNotDone();
    assertThat(refusal(second)).isEqualTo(Refusal.Reason.TOO_MANY_UNCOMMITTED);
  }
}
