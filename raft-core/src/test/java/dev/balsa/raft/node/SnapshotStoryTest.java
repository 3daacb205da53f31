// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Snapshots and restarts: state outlives its log, and members that lag get it in one piece. */
class SnapshotStoryTest {
  private TestCluster cluster =
      new TestCluster(3, 1, options -> options.snapshotEvery(10).trailingEntries(3));

  private void propose(int count) {
    for (int i = 0; i < count; i++) {
      CompletableFuture<Integer> future = cluster.leader().node().propose(Tally.command("c" + i));
      cluster.settle();
      assertThat(future).isCompleted();
    }
    cluster.tick(2);
  }

  @Test
  void aSnapshotIsTakenEverySoManyEntriesAndTheLogKeepsATail() {
    propose(25);
    for (TestMember member : cluster.all()) {
      assertThat(member.taken).hasSizeGreaterThanOrEqualTo(2);
      long latest = member.taken.get(member.taken.size() - 1).index();
      assertThat(member.status().snapshotIndex()).isEqualTo(latest);
      assertThat(member.status().firstIndex()).isEqualTo(latest + 1 - 3);
    }
  }

  @Test
  @Tag("R-70")
  void membersDoNotAllTakeTheirsAtTheSameIndexes() {
    propose(80);
    List<List<Long>> taken =
        cluster.all().stream()
            .map(member -> member.taken.stream().map(SnapshotMetadata::index).toList())
            .toList();
    assertThat(taken.get(0)).hasSizeGreaterThanOrEqualTo(7);
    assertThat(taken).doesNotHaveDuplicates();
  }

  @Test
  void olderSnapshotsGoOnlyWhenTheLogNoLongerBeginsWithThem() throws Exception {
    propose(25);
    TestMember leader = cluster.leader();
    EntryId oldest = leader.taken.get(0).id();
    EntryId latest = leader.taken.get(leader.taken.size() - 1).id();
    assertThat(isThere(leader, oldest)).isFalse();
    assertThat(isThere(leader, latest)).isTrue();
    // The record that names a snapshot is synced by a later write only.
    while (leader.taken.get(leader.taken.size() - 1).id().equals(latest)) {
      leader.node().propose(Tally.command("one more"));
      cluster.settle();
    }
    assertThat(isThere(leader, latest)).isTrue();
    propose(1);
    assertThat(isThere(leader, latest)).isFalse();
  }

  private static boolean isThere(TestMember member, EntryId snapshot) throws IOException {
    try (SnapshotStore.Source source = member.disk.snapshots().open(1, snapshot)) {
      return source != null;
    }
  }

  @Test
  void aMemberThatMissedWhatIsCompactedGetsTheSnapshot() {
    TestMember lagging = cluster.follower();
    cluster.crash(lagging.id);
    propose(30);
    cluster.start(lagging.id);
    cluster.tickUntil(() -> lagging.machine().commands().size() == 30);
    assertThat(lagging.installed).hasSize(1);
    assertThat(lagging.machine().commands()).isEqualTo(cluster.leader().machine().commands());
    propose(3);
    cluster.tickUntil(() -> lagging.machine().commands().size() == 33);
    assertThat(lagging.machine().restores).isEqualTo(1);
  }

  @Test
  void aMemberThatGotASnapshotRestartsFromIt() {
    TestMember lagging = cluster.follower();
    cluster.crash(lagging.id);
    propose(30);
    cluster.start(lagging.id);
    cluster.tickUntil(() -> lagging.machine().commands().size() == 30);
    cluster.crash(lagging.id);
    cluster.start(lagging.id);
    assertThat(lagging.machine().restores).isEqualTo(1);
    cluster.tickUntil(() -> lagging.machine().commands().size() == 30);
  }

  @Test
  void aTransferThatBreaksOffIsTakenUpAgain() {
    TestMember lagging = cluster.follower();
    cluster.crash(lagging.id);
    propose(30);
    TestMember leader = cluster.leader();
    cluster.start(lagging.id);
    // Offers come through, the fetch does not.
    cluster.network.cut(lagging.id, leader.id);
    cluster.tick(3);
    assertThat(lagging.machine().commands()).isEmpty();
    cluster.network.healAll();
    cluster.tickUntil(() -> lagging.machine().commands().size() == 30);
  }

  /**
   * Each attempt begins with an offer of the leader's, who repeats it as soon as one has failed.
   */
  @Test
  void aFetchThatFailsIsTriedAgainMoreAndMoreSeldom() throws Exception {
    TestMember lagging = memberWhoseLeaderHasLostItsSnapshot();
    List<Integer> pauses = new ArrayList<>();
    long attempts = 0;
    int last = 0;
    for (int tick = 1; tick <= 80; tick++) {
      cluster.tick(1);
      long now = lagging.host.metrics().snapshotFetches.value();
      if (now > attempts) {
        pauses.add(tick - last);
        assertThat(now - attempts).isEqualTo(1);
        last = tick;
      }
      attempts = now;
    }
    assertThat(pauses.subList(1, 9)).containsExactly(1, 2, 4, 8, 10, 10, 10, 10);
    // A newer one can be had.
    propose(15);
    cluster.tickUntil(() -> lagging.machine().commands().size() == 45);
  }

  /** What one leader could not give, the next one is asked for at once. */
  @Test
  void anotherLeadersSnapshotIsFetchedWithoutAPause() throws Exception {
    TestMember lagging = memberWhoseLeaderHasLostItsSnapshot();
    TestMember old = cluster.leader();
    cluster.tickUntil(() -> lagging.host.metrics().snapshotFetches.value() == 6);
    TestMember next = cluster.other(old, lagging);
    old.node().transferLeadership(next.id);
    cluster.settle();
    assertThat(lagging.machine().commands()).hasSize(30);
    assertThat(lagging.host.metrics().snapshotFetches.value()).isEqualTo(7);
  }

  /** A follower that lacks all, of a leader that offers a snapshot and cannot open it. */
  private TestMember memberWhoseLeaderHasLostItsSnapshot() throws IOException {
    TestMember lagging = cluster.follower();
    cluster.crash(lagging.id);
    propose(30);
    cluster.leader().disk.snapshots().retainFrom(1, new EntryId(Long.MAX_VALUE, Long.MAX_VALUE));
    cluster.start(lagging.id);
    return lagging;
  }

  @Test
  void allStateIsThereAfterAllRestart() {
    propose(25);
    for (TestMember member : cluster.all()) {
      cluster.crash(member.id);
    }
    for (TestMember member : cluster.all()) {
      cluster.start(member.id);
      assertThat(member.machine().restores).isEqualTo(1);
    }
    cluster.leader();
    cluster.tick(3);
    for (TestMember member : cluster.all()) {
      assertThat(member.machine().commands()).hasSize(25);
    }
  }

  @Test
  void aRestartWithoutSnapshotAppliesTheLogAnew() {
    propose(5);
    TestMember member = cluster.follower();
    cluster.crash(member.id);
    cluster.start(member.id);
    assertThat(member.machine().commands()).isEmpty();
    cluster.tickUntil(() -> member.machine().commands().size() == 5);
    assertThat(member.machine().restores).isZero();
  }

  /** Entries that left memory are read from the log, for a member that lags and for the machine. */
  @Test
  void whatIsNotInMemoryIsReadFromTheLog() {
    cluster = new TestCluster(3, 1, options -> options.snapshotEvery(0).entryCacheBytes(100));
    TestMember lagging = cluster.follower();
    cluster.crash(lagging.id);
    propose(40);
    cluster.start(lagging.id);
    cluster.tickUntil(() -> lagging.machine().commands().size() == 40);
    assertThat(lagging.installed).isEmpty();
    cluster.crash(lagging.id);
    cluster.start(lagging.id);
    cluster.tickUntil(() -> lagging.machine().commands().size() == 40);
  }

  /** Nobody takes snapshots but for the member that asks. */
  @Test
  void aMemberWhoseStateMachineIsDamagedGetsTheLeadersState() {
    cluster = new TestCluster(3, 1, options -> options.snapshotEvery(0));
    propose(5);
    TestMember damaged = cluster.follower();
    damaged.machine().commands().clear();
    CompletableFuture<Void> asked = damaged.node().requestSnapshot();
    cluster.tickUntil(() -> damaged.machine().commands().size() == 5);
    assertThat(asked).isCompleted();
    assertThat(damaged.installed).hasSize(1);
    propose(2);
    cluster.tickUntil(() -> damaged.machine().commands().size() == 7);
    assertThat(damaged.machine().commands()).isEqualTo(cluster.leader().machine().commands());
    CompletableFuture<Void> refused = cluster.leader().node().requestSnapshot();
    cluster.settle();
    assertThat(refused).isCompletedExceptionally();
  }

  /** A transfer that runs while the log is compacted again needs no second snapshot. */
  @Test
  void theLogKeepsWhatARunningTransferNeeds() {
    cluster =
        new TestCluster(
            3, 1, options -> options.snapshotEvery(10).trailingEntries(0).electionTicks(50));
    TestMember lagging = cluster.follower();
    cluster.crash(lagging.id);
    propose(15);
    TestMember leader = cluster.leader();
    cluster.start(lagging.id);
    // The bytes arrive, but the record that takes them up is not written yet.
    lagging.held.add("log");
    cluster.tickUntil(
        () ->
            leader.status().progress().stream()
                .anyMatch(peer -> peer.id() == lagging.id && peer.state().equals("snapshot")));
    long offered = leader.status().snapshotIndex();
    propose(15);
    assertThat(leader.status().snapshotIndex()).isGreaterThan(offered);
    lagging.held.clear();
    cluster.tickUntil(() -> lagging.machine().commands().size() == 30);
    assertThat(lagging.machine().restores).isEqualTo(1);
  }
}
