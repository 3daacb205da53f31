// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.contract.MemoryLogEngine;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A backup of a member's directory comes back: what was voted and acknowledged after it was made is
 * forgotten, and entries that a majority holds may be held by none.
 */
@Tag("W28")
class OlderCopyTest {
  private final TestCluster cluster = TestCluster.ofThree();

  private CompletableFuture<Integer> propose(TestMember leader, String command) {
    CompletableFuture<Integer> future = leader.node().propose(Tally.command(command));
    cluster.tickUntilDone(future);
    return future;
  }

  /** The process is gone and comes back; then it is a follower that the others have heard from. */
  private void restart(TestMember member) {
    cluster.crash(member.id);
    cluster.start(member.id);
    cluster.tick(30);
  }

  /** A copy that has missed two starts: its next one is a number that has been before. */
  private MemoryLogEngine backup(TestMember member) {
    MemoryLogEngine backup = member.disk.copy();
    restart(member);
    restart(member);
    return backup;
  }

  private void restore(TestMember member, MemoryLogEngine backup) {
    cluster.crash(member.id);
    member.disk = backup.reopen();
    cluster.start(member.id);
  }

  @Test
  void itIsRefusedAndStopsAndTheOthersGoOn() {
    TestMember leader = cluster.leader();
    TestMember restored = cluster.follower();
    TestMember third = cluster.other(leader, restored);
    MemoryLogEngine backup = backup(restored);
    assertThat(propose(leader, "acknowledged later")).isCompleted();
    restore(restored, backup);
    cluster.tickUntil(() -> restored.fatal != null);
    cluster.tickUntil(() -> restored.host.terminated().isDone());
    assertThat(restored.fatal)
        .hasMessageContaining("refused by member")
        .hasMessageContaining("older copy")
        .hasMessageContaining("started 2 times, peers have seen start 3")
        .hasMessageContaining("remove the member and add it anew");
    assertThat(restored.isRunning(1)).isFalse();
    restored.host = null;
    TestMember now = cluster.leader();
    assertThat(propose(now, "without it")).isCompleted();
    cluster.tick(2);
    for (TestMember member : new TestMember[] {leader, third}) {
      assertThat(member.fatal).isNull();
      assertThat(member.machine().commands()).containsExactly("acknowledged later", "without it");
    }
  }

  /**
   * No vote and no acknowledgement of it counts, though its id and directory are the right ones.
   */
  @Test
  void itNeverMakesAMajority() {
    TestMember leader = cluster.leader();
    TestMember restored = cluster.follower();
    MemoryLogEngine backup = backup(restored);
    TestMember third = cluster.other(leader, restored);
    cluster.crash(third.id);
    restore(restored, backup);
    CompletableFuture<Integer> future = leader.node().propose(Tally.command("alone"));
    cluster.tick(100);
    assertThat(future.isDone() && !future.isCompletedExceptionally()).isFalse();
    assertThat(restored.fatal).isNotNull();
  }

  @Test
  void aRestartFromItsOwnDirectoryIsWelcome() {
    TestMember leader = cluster.leader();
    TestMember restarted = cluster.follower();
    for (int start = 0; start < 3; start++) {
      restart(restarted);
    }
    assertThat(propose(leader, "a")).isCompleted();
    cluster.tick(2);
    assertThat(restarted.fatal).isNull();
    assertThat(restarted.machine().commands()).containsExactly("a");
  }
}
