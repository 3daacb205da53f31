// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What clients ask of a healthy cluster. */
class RequestTest {
  private final TestCluster cluster = TestCluster.ofThree();

  @Test
  void aCommandProposedAtTheLeaderIsAppliedOnAll() {
    TestMember leader = cluster.leader();
    CompletableFuture<Integer> future = leader.node().propose(Tally.command("a"));
    cluster.settle();
    assertThat(future).isCompletedWithValue(1);
    cluster.tick(2);
    for (TestMember member : cluster.all()) {
      assertThat(member.machine().commands()).containsExactly("a");
    }
  }

  @Test
  void aCommandProposedAtAFollowerGoesToTheLeaderAndCompletesHere() {
    TestMember follower = cluster.follower();
    CompletableFuture<Integer> future = follower.node().propose(Tally.command("a"));
    cluster.settle();
    assertThat(future).isCompletedWithValue(1);
    assertThat(follower.machine().commands()).containsExactly("a");
    assertThat(follower.host.metrics().proposalsForwarded.value()).isEqualTo(1);
  }

  @Test
  void commandsOfOneTurnShareAnAppendAndKeepTheirOrder() {
    TestMember leader = cluster.leader();
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      futures.add(leader.node().propose(Tally.command("c" + i)));
    }
    long syncs = leader.host.metrics().syncs.value();
    cluster.settle();
    for (int i = 0; i < 100; i++) {
      assertThat(futures.get(i)).isCompletedWithValue(i + 1);
    }
    assertThat(leader.host.metrics().syncs.value() - syncs).isEqualTo(1);
    assertThat(leader.host.metrics().commandsPerProposal.sum()).isEqualTo(100);
  }

  @Test
  void aReadOnAnyMemberSeesWhatWasAcknowledgedBefore() {
    TestMember leader = cluster.leader();
    for (TestMember member : cluster.all()) {
      CompletableFuture<Integer> write = leader.node().propose(Tally.command("for " + member.id));
      cluster.settle();
      int after = write.join();
      CompletableFuture<Integer> read =
          member.node().read(() -> member.machine().commands().size());
      cluster.settle();
      assertThat(read).isCompletedWithValue(after);
    }
  }

  @Test
  void readsOfOneTurnShareARequest() {
    TestMember follower = cluster.follower();
    List<CompletableFuture<Long>> reads = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      reads.add(follower.node().readIndex());
    }
    cluster.settle();
    assertThat(reads).allMatch(CompletableFuture::isDone);
    assertThat(follower.host.metrics().readBatches.value()).isEqualTo(1);
  }
}
