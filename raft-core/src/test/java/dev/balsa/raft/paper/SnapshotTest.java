// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.paper;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import dev.balsa.raft.testkit.TestNode.SnapshotFile;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Paper, section 7: log compaction. */
class SnapshotTest {
  private static SnapshotMetadata snapshot(TestNode node, long term, long index) {
    return new SnapshotMetadata(id(term, index), node.status().membership());
  }

  private static TestNode follower(long... terms) {
    return TestNode.member(1, 3).terms(terms).start();
  }

  /** A leader whose log begins at 11. */
  private static TestNode compactedLeader() {
    return TestNode.member(1, 3).snapshotAt(1, 10).hardState(1, 0, 10).start().becomeLeader();
  }

  // ---------------------------------------------------------------- the leader

  @Test
  @Tag("R-56")
  void section7_aFollowerWhoseNextEntryIsGoneIsOfferedTheSnapshot() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).rejects(2, 10, EntryId.ZERO));
    InstallSnapshot offer = leader.takeOnly(InstallSnapshot.class);
    assertThat(offer.to()).isEqualTo(2);
    assertThat(offer.snapshot().id()).isEqualTo(id(1, 10));
    leader.propose("a");
    assertThat(leader.takeSent(AppendEntries.class))
        .as("nothing meanwhile")
        .noneMatch(a -> a.to() == 2);
  }

  @Test
  @Tag("R-63")
  void section7_anAcknowledgementThatConnectsEndsIt() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).rejects(2, 10, EntryId.ZERO));
    leader.sent().clear();
    leader.receive(leader.peer(2).accepts(2, 10));
    AppendEntries next = leader.takeOnly(AppendEntries.class);
    assertThat(next.prev()).isEqualTo(id(1, 10));
    assertThat(leader.status().progress().get(0).state()).isEqualTo("replicate");
  }

  @Test
  void section7_anAcknowledgementThatDoesNotConnectDoesNotEndIt() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).rejects(2, 10, EntryId.ZERO));
    leader.sent().clear();
    leader.receive(leader.peer(2).accepts(2, 0));
    assertThat(leader.sent()).as("nothing new: it goes on").isEmpty();
    leader.receive(leader.peer(2).accepts(2, 4));
    assertThat(leader.takeSent(AppendEntries.class)).isEmpty();
    assertThat(leader.takeOnly(InstallSnapshot.class).snapshot().id()).isEqualTo(id(1, 10));
  }

  @Test
  @Tag("R-64")
  void section7_aFailureIsFollowedByAnotherOffer() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).rejects(2, 10, EntryId.ZERO));
    leader.sent().clear();
    leader.receive(leader.peer(2).answersOffer(2, id(1, 9), false));
    leader.receive(leader.peer(2).answersOffer(2, id(1, 10), true));
    assertThat(leader.takeSent(InstallSnapshot.class)).as("not that one").isEmpty();
    leader.receive(leader.peer(2).answersOffer(2, id(1, 10), false));
    assertThat(leader.takeOnly(InstallSnapshot.class).snapshot().id()).isEqualTo(id(1, 10));
  }

  @Test
  void section7_aFailureOfWhatWasNotOfferedChangesNothing() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).accepts(2, 11));
    leader.receive(leader.peer(2).answersOffer(2, EntryId.ZERO, false));
    assertThat(leader.status().progress().get(0).state()).isEqualTo("replicate");
  }

  /** The entry before those that are being read is gone when they arrive. */
  @Test
  @Tag("R-56")
  void section7_compactionOvertakesWhatIsBeingRead() {
    TestNode leader = TestNode.member(1, 3).terms(1, 1, 1, 1, 1, 1, 1, 1).start().becomeLeader();
    leader.receive(leader.peer(3).accepts(2, 9)).holdFetches(true);
    leader.receive(leader.peer(2).rejects(2, 8, id(1, 3)));
    assertThat(leader.fetchesUnderWay()).isEqualTo(1);
    assertThat(leader.snapshot(6)).isTrue();
    assertThat(leader.status().firstIndex()).isEqualTo(4);
    leader.sent().clear();
    leader.holdFetches(false);
    assertThat(leader.takeOnly(InstallSnapshot.class).to()).isEqualTo(2);
    assertThat(leader.takeSent(AppendEntries.class)).isEmpty();
  }

  @Test
  @Tag("R-63")
  void section7_anOfferThatGotLostIsRepeatedAfterATimeout() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).rejects(2, 10, EntryId.ZERO));
    leader.sent().clear();
    for (int i = 0; i < 9; i++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(2, 0));
    }
    assertThat(leader.takeSent(InstallSnapshot.class)).isEmpty();
    leader.tick(1).receive(leader.peer(2).answersBeat(2, 0));
    assertThat(leader.takeSent(InstallSnapshot.class)).hasSize(1);
  }

  /** What was sent and not acknowledged has been compacted: the answer to a heartbeat finds out. */
  @Test
  @Tag("R-56")
  void section7_compactionOvertakesWhatIsInFlight() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxInflightAppends(2)).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    for (int i = 2; i <= 6; i++) {
      leader.propose("c" + i);
      leader.receive(leader.peer(2).accepts(1, i));
    }
    assertThat(leader.snapshot(0)).isTrue();
    leader.sent().clear();
    leader.receive(leader.peer(3).answersBeat(1, 0));
    assertThat(leader.takeOnly(InstallSnapshot.class).to()).isEqualTo(3);
  }

  // ---------------------------------------------------------------- the follower

  @Test
  void section7_asksForABetterSnapshotAndInstallsItWhole() {
    TestNode node = follower(1, 1, 2);
    SnapshotMetadata offered = snapshot(node, 4, 10);
    node.receive(node.peer(2).offers(5, offered));
    assertThat(node.snapshotFetch().snapshot()).isEqualTo(offered);
    assertThat(node.snapshotFetch().from()).isEqualTo(TestNode.memberId(2));
    assertThat(node.takeOnly(InstallSnapshotResponse.class).accepted()).isTrue();
    assertThat(node.logTerms()).as("untouched until it is here").containsExactly(1, 1, 2);

    node.completeSnapshotFetch(new SnapshotFile(offered, List.of("x", "y")));
    assertThat(node.status().last()).isEqualTo(id(4, 10));
    assertThat(node.commit()).isEqualTo(10);
    assertThat(node.commands()).containsExactly("x", "y");
    assertThat(node.disk().lastIndex()).isEqualTo(10);
    AppendEntriesResponse told = node.takeOnly(AppendEntriesResponse.class);
    assertThat(told.rejected()).isFalse();
    assertThat(told.index()).isEqualTo(10);
    node.receive(node.peer(2).appends(5, id(4, 10), 11, 5));
    assertThat(node.commands()).containsExactly("x", "y", "5/11");
  }

  /** Figure 13, rule 6: entries that follow the snapshot's last one are kept. */
  @Test
  void section7_keepsWhatFollowsIfItHoldsTheLastIncludedEntry() {
    TestNode node = follower(1, 1, 2, 2, 2);
    node.receive(node.peer(2).offers(5, snapshot(node, 2, 4)));
    assertThat(node.snapshotFetch()).isNull();
    assertThat(node.logTerms()).containsExactly(1, 1, 2, 2, 2);
    assertThat(node.commit()).as("a snapshot holds only what is committed").isEqualTo(4);
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(4);
  }

  /** The entries arrive while the snapshot is on its way: then it is not needed any more. */
  @Test
  void section7_aLogThatCaughtUpMeanwhileIsNotThrownAway() {
    TestNode node = follower(1, 1);
    SnapshotMetadata offered = snapshot(node, 2, 4);
    node.receive(node.peer(2).offers(5, offered));
    node.receive(node.peer(2).appends(5, id(1, 2), 0, 2, 2, 2, 2));
    node.completeSnapshotFetch(new SnapshotFile(offered, List.of("x")));
    assertThat(node.logTerms()).containsExactly(1, 1, 2, 2, 2, 2);
    assertThat(node.commit()).isEqualTo(4);
    assertThat(node.commands()).hasSize(4);
  }

  /** What was being fetched is given up with it, so that nothing newer waits for it. */
  @Test
  void section7_aLogThatCaughtUpFetchesTheNextSnapshotThatItNeeds() {
    TestNode node = follower(1, 1);
    node.receive(node.peer(2).offers(5, snapshot(node, 2, 4)));
    node.receive(node.peer(2).appends(5, id(1, 2), 0, 2, 2, 2, 2));
    node.receive(node.peer(2).offers(5, snapshot(node, 2, 5)));
    assertThat(node.commit()).isEqualTo(5);
    SnapshotMetadata next = snapshot(node, 2, 10);
    node.receive(node.peer(2).offers(5, next));
    assertThat(node.snapshotFetch().snapshot()).isEqualTo(next);
  }

  @Test
  @Tag("R-68")
  void section7_anOlderSnapshotIsNotInstalled() {
    TestNode node = follower(1, 1, 1, 1);
    node.receive(node.peer(2).appends(5, id(1, 4), 4));
    node.takeSent(AppendEntriesResponse.class);
    node.receive(node.peer(2).offers(5, snapshot(node, 1, 2)));
    assertThat(node.snapshotFetch()).isNull();
    assertThat(node.commit()).isEqualTo(4);
    assertThat(node.logTerms()).hasSize(4);
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(4);
  }

  /**
   * Its entries are compacted here, so their terms are not known; they are committed all the same.
   */
  @Test
  @Tag("R-68")
  void section7_norOneOfWhichNothingIsKnownAnyMore() {
    TestNode node = TestNode.member(1, 3).snapshotAt(3, 10).hardState(3, 0, 10).start();
    node.receive(node.peer(2).offers(5, snapshot(node, 2, 5)));
    assertThat(node.snapshotFetch()).isNull();
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(10);
  }

  @Test
  @Tag("R-66")
  void section7_aNewLeadersOfferBeginsAnotherFetch() {
    TestNode node = follower(1);
    node.receive(node.peer(2).offers(5, snapshot(node, 1, 10)));
    assertThat(node.snapshotFetch().from()).isEqualTo(TestNode.memberId(2));
    node.receive(node.peer(3).offers(6, snapshot(node, 1, 12)));
    assertThat(node.snapshotFetch().from()).isEqualTo(TestNode.memberId(3));
    node.raw().onSnapshotReceived(snapshot(node, 1, 10));
    node.settle();
    assertThat(node.status().last()).as("the first one is of no use any more").isEqualTo(id(1, 1));
  }

  @Test
  @Tag("R-66")
  void section7_oneThatArrivesAfterTheLeaderChangedIsNotInstalled() {
    TestNode node = follower(1);
    SnapshotMetadata offered = snapshot(node, 1, 10);
    node.receive(node.peer(2).offers(5, offered), node.peer(3).beats(6, EntryId.ZERO));
    node.completeSnapshotFetch(new SnapshotFile(offered, List.of("x")));
    assertThat(node.status().last()).isEqualTo(id(1, 1));
    node.receive(node.peer(3).offers(6, offered));
    assertThat(node.snapshotFetch().from()).isEqualTo(TestNode.memberId(3));
  }

  @Test
  @Tag("R-66")
  void section7_oneThatWasNotAskedForIsNotInstalled() {
    TestNode node = follower(1);
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.raw().onSnapshotReceived(snapshot(node, 1, 10));
    node.raw().onSnapshotFailed(id(1, 10));
    node.settle();
    assertThat(node.status().last()).isEqualTo(id(1, 1));
    node.receive(node.peer(2).offers(1, snapshot(node, 1, 10)));
    node.raw().onSnapshotReceived(snapshot(node, 1, 12));
    node.settle();
    assertThat(node.status().last()).isEqualTo(id(1, 1));
  }

  /** A leader that takes snapshots faster than they travel must still get one across. */
  @Test
  @Tag("R-65")
  void section7_aFetchGoesOnThoughThereIsANewerOne() {
    TestNode node = follower(1);
    SnapshotMetadata first = snapshot(node, 1, 10);
    node.receive(node.peer(2).offers(1, first));
    node.receive(node.peer(2).offers(1, snapshot(node, 1, 20)));
    assertThat(node.snapshotFetch().snapshot()).isEqualTo(first);
    node.completeSnapshotFetch(new SnapshotFile(first, List.of("x")));
    assertThat(node.status().last()).isEqualTo(id(1, 10));
    node.receive(node.peer(2).offers(1, snapshot(node, 1, 30)));
    assertThat(node.snapshotFetch().snapshot().id()).isEqualTo(id(1, 30));
  }

  @Test
  @Tag("R-64")
  void section7_aFetchThatFailedIsToldAndBegunAgain() {
    TestNode node = follower(1);
    SnapshotMetadata offered = snapshot(node, 1, 10);
    node.receive(node.peer(2).offers(1, offered));
    node.takeSent(InstallSnapshotResponse.class);
    node.completeSnapshotFetch(null);
    InstallSnapshotResponse told = node.takeOnly(InstallSnapshotResponse.class);
    assertThat(told.accepted()).isFalse();
    assertThat(told.snapshot()).isEqualTo(id(1, 10));
    node.receive(node.peer(2).offers(1, offered));
    assertThat(node.snapshotFetch()).isNotNull();
  }

  /** What it applied last before says nothing of the snapshot, on which all that follows rests. */
  @Test
  void section7_nothingIsAppliedBeforeTheSnapshotIsRestored() {
    TestNode node = follower().holdApplies(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 1, 1));
    assertThat(node.appliesUnderWay()).isEqualTo(1);
    SnapshotMetadata offered = snapshot(node, 1, 10);
    node.receive(node.peer(2).offers(1, offered));
    node.completeSnapshotFetch(new SnapshotFile(offered, List.of("x")));
    node.receive(node.peer(2).appends(1, id(1, 10), 11, 1));
    assertThat(node.appliesUnderWay()).as("the snapshot").isEqualTo(2);
    node.completeApply();
    assertThat(node.settle().appliesUnderWay()).as("only the old entry is done").isEqualTo(1);
    node.completeApply();
    assertThat(node.settle().appliesUnderWay()).as("now the next").isEqualTo(1);
    node.holdApplies(false);
    assertThat(node.commands()).containsExactly("x", "1/11");
  }

  @Test
  @Tag("R-64")
  void section7_theFailureOfAnotherFetchIsNoFailureOfThisOne() {
    TestNode node = follower(1);
    SnapshotMetadata offered = snapshot(node, 1, 10);
    node.raw().onSnapshotFailed(id(1, 10));
    node.receive(node.peer(2).offers(1, offered));
    node.takeSent(InstallSnapshotResponse.class);
    node.raw().onSnapshotFailed(id(1, 9));
    assertThat(node.settle().takeSent(InstallSnapshotResponse.class)).isEmpty();
    node.completeSnapshotFetch(new SnapshotFile(offered, List.of("x")));
    assertThat(node.status().last()).isEqualTo(id(1, 10));
  }

  /** A copy speaks as its original would have, and its trace hears nothing of it. */
  @Test
  void section7_aCopyTellsOfAFailedFetchAsWell() {
    TestNode node = follower(1);
    node.receive(node.peer(2).offers(1, snapshot(node, 1, 10)));
    node.takeSent(InstallSnapshotResponse.class);
    node.goOnWithCopy();
    node.completeSnapshotFetch(null);
    assertThat(node.takeOnly(InstallSnapshotResponse.class).accepted()).isFalse();
  }

  /** Whatever the old log said of the members, the snapshot's configuration is in force now. */
  @Test
  @Tag("R-29")
  void section7_theConfigurationComesWithTheSnapshot() {
    TestNode node = follower(1);
    SnapshotMetadata offered =
        new SnapshotMetadata(id(4, 10), TestNode.boundVoters(1, 2, 3, 4, 5).at(id(4, 7)));
    node.receive(node.peer(2).offers(5, offered));
    node.completeSnapshotFetch(new SnapshotFile(offered, List.of()));
    assertThat(node.status().membership()).isEqualTo(offered.membership());
    assertThat(node.readies().stream().filter(r -> r.membership() != null)).hasSize(2);
    node.tick(20).becomeLeader();
    node.receive(node.peer(2).accepts(6, 11));
    assertThat(node.commit()).as("two of five").isEqualTo(10);
  }

  /** It follows without being counted, and waits to be admitted (again). */
  @Test
  @Tag("R-30")
  void section7_aMemberThatTheSnapshotDoesNotNameFollowsAsAnOutsider() {
    TestNode node = follower(1);
    SnapshotMetadata offered =
        new SnapshotMetadata(id(4, 10), TestNode.boundVoters(2, 3, 4).at(id(4, 7)));
    node.receive(node.peer(2).offers(5, offered));
    node.completeSnapshotFetch(new SnapshotFile(offered, List.of()));
    node.tick(50).campaign();
    assertThat(node.term()).isEqualTo(5);
    assertThat(node.takeSent(RequestVote.class)).isEmpty();
    node.receive(node.peer(2).appends(5, id(4, 10), 11, 5));
    assertThat(node.machineIndex()).isEqualTo(11);
  }

  @Test
  void section7_aSnapshotOfALaterTermThanItsLeadersIsNotBelieved() {
    TestNode node = follower(1);
    node.receive(node.peer(2).offers(5, snapshot(node, 6, 10)));
    assertThat(node.snapshotFetch()).isNull();
    assertThat(node.violations()).containsExactly(Kind.MALFORMED);
  }

  // ---------------------------------------------------------------- clusters

  @Test
  void section7_aFollowerThatWasAwayForLongIsBroughtUpBySnapshot() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.isolate(3);
    for (int i = 0; i < 20; i++) {
      cluster.propose(1, "c" + i);
      cluster.settle();
    }
    cluster.node(1).snapshot(0);
    assertThat(cluster.node(1).status().firstIndex()).isGreaterThan(20);
    cluster.heal().tickUntilStable(60);
    assertThat(cluster.node(3).commands()).hasSize(20).isEqualTo(cluster.node(1).commands());
    assertThat(cluster.node(3).disk().snapshot().index()).isPositive();
  }

  /** The record that resets the log is on the disk, or it is not: both are a log to start from. */
  @Test
  @Tag("R-67")
  @Tag("R-69")
  @Tag("P07")
  void section7_aCrashWhileInstallingLeavesOneOrTheOther() {
    for (int survivors = 0; survivors <= 4; survivors++) {
      CoreCluster cluster = CoreCluster.of(3).elect(1);
      cluster.settle();
      cluster.isolate(3);
      for (int i = 0; i < 5; i++) {
        cluster.propose(1, "c" + i);
        cluster.settle();
      }
      cluster.node(1).snapshot(0);
      cluster.node(3).holdWrites(true);
      cluster.heal().tickAll(12);
      cluster.crash(3, survivors).restart(3);
      cluster.node(3).holdWrites(false);
      cluster.tickUntilStable(60);
      assertThat(cluster.node(3).commands()).hasSize(5);
    }
  }

  @Test
  void section7_aRestartResumesFromTheSnapshotAndTheLogBehindIt() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    for (int i = 0; i < 5; i++) {
      cluster.propose(1, "c" + i);
      cluster.settle();
    }
    cluster.node(1).snapshot(3);
    cluster.propose(1, "last");
    cluster.settle();
    cluster.crash(1).restart(1);
    TestNode node = cluster.node(1);
    assertThat(node.status().snapshotIndex()).isEqualTo(6);
    assertThat(node.status().firstIndex()).isEqualTo(4);
    assertThat(node.commands()).startsWith("c0", "c1", "c2", "c3", "c4");
    cluster.tickUntilStable(100);
    assertThat(node.commands()).endsWith("last");
  }

  /** The snapshot travels by another way than the messages that were dropped. */
  @Test
  void section7_droppedMessagesDoNotEndAnOffer() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).rejects(2, 10, EntryId.ZERO));
    leader.sent().clear();
    leader.raw().unreachable(2);
    leader.settle();
    assertThat(leader.status().progress().get(0).state()).isEqualTo("snapshot");
    assertThat(leader.sent()).isEmpty();
  }

  /** A failure that was told under an earlier term is of another offer. */
  @Test
  @Tag("R-64")
  void section7_aFailureOfAnEarlierTermChangesNothing() {
    TestNode leader = compactedLeader();
    leader.receive(leader.peer(2).rejects(2, 10, EntryId.ZERO));
    leader.sent().clear();
    leader.receive(leader.peer(2).answersOffer(1, id(1, 10), false));
    assertThat(leader.takeSent(InstallSnapshot.class)).isEmpty();
    assertThat(leader.status().progress().get(0).state()).isEqualTo("snapshot");
  }

  /** The fetch from the former leader has failed, and the one from the new leader goes on. */
  @Test
  @Tag("R-64")
  void section7_aFailureOfAnEarlierFetchDoesNotEndTheNewOne() {
    TestNode node = follower(1);
    SnapshotMetadata second = snapshot(node, 1, 12);
    node.receive(node.peer(2).offers(5, snapshot(node, 1, 10)), node.peer(3).offers(6, second));
    node.sent().clear();
    node.raw().onSnapshotFailed(id(1, 10));
    node.settle();
    assertThat(node.takeSent(InstallSnapshotResponse.class)).isEmpty();
    node.completeSnapshotFetch(new SnapshotFile(second, List.of("x")));
    assertThat(node.status().last()).isEqualTo(id(1, 12));
  }

  /** What is compacted was committed, and cannot be compared any more. */
  @Test
  @Tag("R-62")
  void section7_anOldAppendFromBeforeTheLogsBeginningIsNoContradiction() {
    TestNode node = TestNode.member(1, 3).snapshotAt(2, 10).hardState(2, 0, 10).start();
    node.receive(node.peer(2).appends(2, id(1, 3), 3, 1, 2, 2));
    assertThat(node.violations()).isEmpty();
    AppendEntriesResponse answer = node.takeOnly(AppendEntriesResponse.class);
    assertThat(answer.rejected()).isFalse();
    assertThat(answer.index()).isEqualTo(10);
  }
}
