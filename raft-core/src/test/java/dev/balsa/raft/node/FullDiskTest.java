// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Disks without room, and disks that do not answer: the host goes on, and says what it can. */
class FullDiskTest {
  private final TestCluster cluster = TestCluster.ofThree();

  @Test
  @Tag("W16")
  void aMemberAloneTakesNothingWithoutRoomAndGoesOnWithIt() {
    TestCluster alone = new TestCluster(1, 1, options -> {});
    TestMember member = alone.leader();
    member.disk.fillUp();
    // What is under way can still be written; after that write the member knows.
    CompletableFuture<Integer> last = member.node().propose(Tally.command("last"));
    alone.settle();
    assertThat(last).isCompletedWithValue(1);
    CompletableFuture<Integer> refused = member.node().propose(Tally.command("refused"));
    alone.settle();
    assertThat(OutcomeTest.refusal(refused)).isEqualTo(Refusal.Reason.STORAGE_FULL);
    // It still leads, and reads are served.
    CompletableFuture<Long> read = member.node().readIndex();
    alone.tick(40);
    assertThat(read).isCompleted();
    assertThat(member.status().role()).isEqualTo(RoleType.LEADER);
    CompletableFuture<Integer> still = member.node().propose(Tally.command("still"));
    alone.settle();
    assertThat(OutcomeTest.refusal(still)).isEqualTo(Refusal.Reason.STORAGE_FULL);
    // It looks for room by itself.
    member.disk.makeRoom();
    alone.tick(11);
    CompletableFuture<Integer> again = member.node().propose(Tally.command("again"));
    alone.settle();
    assertThat(again).isCompletedWithValue(2);
    assertThat(member.machine().commands()).containsExactly("last", "again");
  }

  @Test
  @Tag("W16")
  void aLeaderWithoutRoomHandsOverToOneThatHasSome() {
    TestMember leader = cluster.leader();
    leader.disk.fillUp();
    leader.node().propose(Tally.command("last"));
    cluster.tickUntil(() -> cluster.leader() != leader);
    TestMember next = cluster.leader();
    CompletableFuture<Integer> more = next.node().propose(Tally.command("more"));
    cluster.tickUntilDone(more);
    assertThat(more).isCompletedWithValue(2);
  }

  /**
   * The disk answers nothing any more, and the thread that waits for it is stuck: the leader hands
   * over, what it was asked ends, and the host stops as soon as the disk lets go.
   */
  @Test
  @Tag("R-76")
  @Tag("W29")
  void aLeaderWhoseDiskStallsLeadsNoMoreAndWhatItWasAskedEnds() {
    TestMember leader = cluster.leader();
    cluster.tick(20);
    leader.held.add("log");
    List<CompletableFuture<Integer>> asked = new ArrayList<>();
    asked.add(leader.node().propose(Tally.command("a")));
    cluster.tickUntil(() -> leader.status().role() != RoleType.LEADER);
    assertThat(cluster.leader()).isNotSameAs(leader);
    asked.add(leader.node().propose(Tally.command("b")));
    cluster.tick(80);
    for (CompletableFuture<Integer> each : asked) {
      assertThat(each).isDone();
      if (each.isCompletedExceptionally()) {
        assertThat(OutcomeTest.failure(each)).isInstanceOf(RaftException.class);
      }
    }
    // Nobody waits for the disk but the log worker.
    CompletableFuture<Integer> elsewhere =
        cluster.leader().node().propose(Tally.command("elsewhere"));
    cluster.settle();
    assertThat(elsewhere).isCompleted();
    leader.node().close();
    cluster.tick(20);
    CompletableFuture<Integer> late = leader.node().propose(Tally.command("late"));
    assertThat(OutcomeTest.refusal(late)).isEqualTo(Refusal.Reason.STOPPED);
    assertThat(leader.host.terminated()).isNotDone();
    leader.held.clear();
    cluster.tickUntilDone(leader.host.terminated());
    assertThat(leader.host.terminated()).isCompleted();
  }
}
