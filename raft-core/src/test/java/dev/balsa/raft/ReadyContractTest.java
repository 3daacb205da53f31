// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.SoftState;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract between the core and its host, line by line. */
class ReadyContractTest {
  private static TestNode follower(long... terms) {
    return TestNode.member(1, 3).terms(terms).start();
  }

  private static Ready last(TestNode node) {
    return node.readies().get(node.readies().size() - 1);
  }

  // ---------------------------------------------------------------- 1: one protocol

  @Test
  void readiesAreNumberedFromOneWithoutGapsAndImmutable() {
    TestNode node = follower();
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 1, 1, 1));
    List<Ready> readies = node.readies();
    for (int i = 0; i < readies.size(); i++) {
      assertThat(readies.get(i).number()).isEqualTo(i + 1);
    }
    Ready ready = readies.get(1);
    assertThatThrownBy(() -> ready.messagesAfterPersist().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> ready.persist().entries().remove(0))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void onPersistedAcknowledgesAllBeforeIt() {
    TestNode node = follower().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    node.receive(node.peer(2).appends(1, id(1, 1), 0, 1));
    assertThat(node.writesUnderWay()).isGreaterThan(1);
    assertThat(node.status().durableIndex()).isZero();
    node.completeWrites(100);
    assertThat(node.status().durableIndex()).isEqualTo(2);
  }

  @Test
  void anAcknowledgementOfAReadyThatNeverWasIsALocalError() {
    TestNode node = follower();
    assertThatThrownBy(() -> node.raw().onPersisted(99))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void appliesAndWritesAreAcknowledgedApart() {
    TestNode node = follower().holdWrites(true).holdApplies(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 1, 1, 1));
    node.completeWrites(100);
    node.settle();
    node.receive(node.peer(2).appends(1, id(1, 2), 1, 1));
    node.holdApplies(false);
    assertThat(node.status().appliedIndex()).isEqualTo(1);
    assertThat(node.status().durableIndex()).isEqualTo(2);
    assertThat(node.status().last().index()).isEqualTo(3);
  }

  @Test
  void anIdleNodeHasNothingToSay() {
    TestNode node = follower();
    assertThat(node.raw().hasReady()).isFalse();
    node.raw().tick(0);
    assertThat(node.raw().hasReady()).isFalse();
  }

  // ---------------------------------------------------------------- 2: what waits for the disk

  @Test
  @Tag("R-02")
  @Tag("P06")
  @Tag("W13")
  void aVoteLeavesOnlyWhenDurable() {
    TestNode node = follower().holdWrites(true);
    node.receive(node.peer(2).asksForVote(1, EntryId.ZERO));
    assertThat(node.takeSent(RequestVoteResponse.class)).isEmpty();
    Ready ready = last(node);
    assertThat(ready.persist().hardState()).isEqualTo(new HardState(1, 2, 0));
    assertThat(ready.persist().mustSync()).isTrue();
    node.holdWrites(false);
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
  }

  /** Sent earlier, the candidate could win, crash, and win the same term again. */
  @Test
  @Tag("R-02")
  void aRequestForVotesLeavesOnlyWhenItsTermIsDurable() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().holdWrites(true);
    node.campaign();
    assertThat(node.takeSent(RequestVote.class)).isEmpty();
    node.holdWrites(false);
    assertThat(node.takeSent(RequestVote.class)).hasSize(2);
  }

  @Test
  void anAcknowledgementLeavesOnlyWhenDurable() {
    TestNode node = follower().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    node.receive(node.peer(2).appends(1, id(1, 5), 0));
    assertThat(node.takeSent(AppendEntriesResponse.class)).isEmpty();
    node.holdWrites(false);
    assertThat(node.takeSent(AppendEntriesResponse.class)).hasSize(3);
  }

  @Test
  void preVotesHeartbeatsAndAppendsLeaveAtOnce() {
    TestNode node = TestNode.member(1, 3).hardState(1, 0, 0).start().holdWrites(true);
    node.receive(node.peer(2).asksForPreVote(2, EntryId.ZERO));
    assertThat(node.takeSent(RequestVoteResponse.class)).hasSize(1);
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    assertThat(node.takeSent(HeartbeatResponse.class)).hasSize(1);
    TestNode asking = TestNode.member(1, 3).start().holdWrites(true).campaign();
    assertThat(asking.takeSent(RequestVote.class)).hasSize(2);
    TestNode leader = TestNode.member(1, 3).start().becomeLeader().holdWrites(true);
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.takeSent(AppendEntries.class);
    leader.propose("a");
    assertThat(leader.takeOnly(AppendEntries.class).to()).isEqualTo(2);
    leader.tick(1);
    assertThat(leader.takeSent(Heartbeat.class)).isNotEmpty();
  }

  @Test
  void aMereCommitUpdateIsNotAnswered() {
    TestNode node = follower(1);
    node.receive(new Heartbeat(node.peer(2).route(), 1, id(1, 1), 0, false));
    assertThat(node.commit()).isEqualTo(1);
    assertThat(node.takeSent(HeartbeatResponse.class)).isEmpty();
  }

  // ---------------------------------------------------------------- 3: nothing to itself

  @Test
  void aLeaderCountsItselfOnlyAsFarAsItsOwnDisk() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.holdWrites(true);
    leader.propose("a");
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).as("two of three, but one only in memory").isEqualTo(1);
    leader.holdWrites(false);
    assertThat(leader.commit()).isEqualTo(2);
  }

  @Test
  void othersMayCommitWhatItsOwnDiskDoesNotHave() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader().holdWrites(true);
    leader.propose("a");
    leader.receive(leader.peer(2).accepts(1, 2), leader.peer(3).accepts(1, 2));
    assertThat(leader.commit()).isEqualTo(2);
    assertThat(leader.commands()).as("and does not apply it").isEmpty();
    leader.holdWrites(false);
    assertThat(leader.commands()).containsExactly("a");
  }

  @Test
  @Tag("R-06")
  void aCandidatesOwnVoteCountsWhenItsDiskSaysSo() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().holdWrites(true);
    node.campaign();
    node.receive(node.peer(2).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    node.holdWrites(false);
    assertThat(node.role()).isEqualTo(RoleType.LEADER);
  }

  /** All others have voted for it, yet nobody leads in a term that its own disk does not know. */
  @Test
  void nobodyLeadsInATermThatIsNotDurableHere() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().holdWrites(true);
    node.campaign();
    node.receive(node.peer(2).votes(1, true), node.peer(3).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    node.holdWrites(false);
    assertThat(node.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  @Tag("R-06")
  void aVoteForItselfThatIsStoredTooLateCountsForNothing() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().holdWrites(true);
    node.campaign().campaign();
    assertThat(node.term()).isEqualTo(2);
    node.receive(node.peer(2).votes(2, true));
    for (int i = 0; i < 5 && node.disk().hardState().term() < 1; i++) {
      node.completeWrites(1);
    }
    node.settle();
    assertThat(node.disk().hardState().term()).isEqualTo(1);
    assertThat(node.role()).as("the vote of term 1 is durable").isEqualTo(RoleType.CANDIDATE);
    node.holdWrites(false);
    assertThat(node.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  @Tag("R-06")
  void aVoteForItselfThatIsStoredAfterItLostIsIgnored() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().holdWrites(true);
    node.campaign();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.holdWrites(false);
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.status().leader()).isEqualTo(2);
  }

  // ---------------------------------------------------------------- 4: what is applied

  @Test
  void committedEntriesAreHandedOutOnlyWhenDurable() {
    TestNode node = follower().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 2, 1, 1));
    assertThat(node.commit()).isEqualTo(2);
    assertThat(last(node).committed()).isEmpty();
    node.holdWrites(false);
    assertThat(node.commands()).containsExactly("1/1", "1/2");
  }

  @Test
  void committedEntriesAreHandedOutOnceAndWithinTheBounds() {
    TestNode node =
        TestNode.member(1, 3)
            .config(c -> c.maxBytesPerApply(110).maxUnappliedBytes(200))
            .start()
            .holdApplies(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    assertThat(node.appliesUnderWay()).as("two entries each, until 200 bytes").isEqualTo(2);
    List<Integer> sizes =
        node.readies().stream().map(r -> r.committed().size()).filter(n -> n > 0).toList();
    assertThat(sizes).containsExactly(2, 2);
    node.completeApply();
    node.settle();
    assertThat(node.appliesUnderWay()).isEqualTo(2);
    node.holdApplies(false);
    assertThat(node.commands()).hasSize(9);
  }

  @Test
  void appliesNothingPastAnUnfinishedSnapshot() {
    TestNode node = follower(1).holdApplies(true);
    SnapshotMetadata snapshot = new SnapshotMetadata(id(1, 10), node.status().membership());
    node.receive(node.peer(2).offers(1, snapshot));
    node.completeSnapshotFetch(new TestNode.SnapshotFile(snapshot, List.of("state")));
    node.receive(node.peer(2).appends(1, id(1, 10), 11, 1));
    assertThat(node.commit()).isEqualTo(11);
    assertThat(node.readies()).filteredOn(r -> r.restore() != null).hasSize(1);
    assertThat(node.readies()).allMatch(r -> r.committed().isEmpty());
    node.holdApplies(false);
    assertThat(node.commands()).containsExactly("state", "1/11");
  }

  /** What was committed and not handed out is in the snapshot: nobody needs to read it any more. */
  @Test
  void asksForNoEntriesThatASnapshotReplaced() {
    TestNode node = follower().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 3, 1, 1, 1));
    int before = node.writesUnderWay();
    SnapshotMetadata snapshot = new SnapshotMetadata(id(1, 10), node.status().membership());
    node.receive(node.peer(2).offers(1, snapshot));
    node.completeSnapshotFetch(new TestNode.SnapshotFile(snapshot, List.of("state")));
    node.completeWrites(before);
    node.settle();
    assertThat(node.readies()).allMatch(r -> r.fetches().isEmpty() && r.committed().isEmpty());
    node.holdWrites(false);
    assertThat(node.commands()).containsExactly("state");
  }

  @Test
  void aSnapshotIsRestoredOnlyOnceItsRecordIsDurable() {
    TestNode node = follower(1).holdWrites(true);
    SnapshotMetadata snapshot = new SnapshotMetadata(id(1, 10), node.status().membership());
    node.receive(node.peer(2).offers(1, snapshot));
    node.completeSnapshotFetch(new TestNode.SnapshotFile(snapshot, List.of("state")));
    assertThat(node.readies()).allMatch(r -> r.restore() == null);
    assertThat(node.takeSent(AppendEntriesResponse.class)).isEmpty();
    node.holdWrites(false);
    assertThat(node.commands()).containsExactly("state");
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(10);
  }

  // ---------------------------------------------------------------- 5: by position

  /**
   * An entry is written, overwritten by another leader, and written again with its old term and
   * index, all before the first write is done: the first completion does not vouch for the third.
   */
  @Test
  @Tag("R-50")
  @Tag("R-51")
  void aCompletionVouchesByPosition() {
    TestNode node = follower(1).holdWrites(true);
    node.receive(node.peer(2).appends(2, id(1, 1), 0, 1, 1));
    int before = node.writesUnderWay();
    node.receive(node.peer(3).appends(3, id(1, 1), 0, 3, 3));
    node.receive(node.peer(2).appends(4, id(1, 1), 3, 1, 1));
    assertThat(node.logTerms()).containsExactly(1, 1, 1);
    node.completeWrites(before);
    node.settle();
    assertThat(node.status().durableIndex()).isEqualTo(1);
    assertThat(node.commands()).as("not what only seems durable").containsExactly("1/1");
    node.holdWrites(false);
    assertThat(node.commands()).containsExactly("1/1", "1/2", "1/3");
  }

  /** The entries that a snapshot replaced reach the disk late: that does not make it durable. */
  @Test
  @Tag("R-50")
  @Tag("R-67")
  void aLateCompletionDoesNotVouchForTheSnapshotThatReplacedItsEntries() {
    TestNode node = follower(1).holdWrites(true);
    node.receive(node.peer(2).appends(1, id(1, 1), 1, 1, 1, 1, 1, 1, 1));
    int before = node.writesUnderWay();
    SnapshotMetadata snapshot = new SnapshotMetadata(id(2, 5), node.status().membership());
    node.receive(node.peer(3).offers(2, snapshot));
    node.completeSnapshotFetch(new TestNode.SnapshotFile(snapshot, List.of("state")));
    assertThat(node.status().last()).isEqualTo(id(2, 5));
    node.completeWrites(before);
    node.settle();
    assertThat(node.readies()).allMatch(r -> r.restore() == null);
    node.holdWrites(false);
    assertThat(node.commands()).containsExactly("state");
  }

  @Test
  @Tag("R-50")
  void aTruncationTakesBackWhatWasDurable() {
    TestNode node = follower(1, 1, 1).holdWrites(true);
    assertThat(node.status().durableIndex()).isEqualTo(3);
    node.receive(node.peer(2).appends(2, id(1, 1), 0, 2, 2, 2));
    assertThat(node.status().durableIndex()).isEqualTo(1);
  }

  // ---------------------------------------------------------------- 6: what must be synced

  @Test
  void aMereCommitIsNotWrittenAndRidesWithTheNextAppend() {
    TestNode node = follower(1, 1);
    node.receive(node.peer(2).appends(1, id(1, 2), 0));
    int readies = node.readies().size();
    node.receive(node.peer(2).beats(1, id(1, 2)));
    assertThat(node.commit()).isEqualTo(2);
    assertThat(node.readies().subList(readies, node.readies().size()))
        .isNotEmpty()
        .allMatch(r -> r.persist().isEmpty() && !r.persist().mustSync());
    node.receive(node.peer(2).appends(1, id(1, 2), 2, 1));
    Persist persist = persistWithEntries(node);
    assertThat(persist.hardState().commit()).isEqualTo(2);
    assertThat(persist.mustSync()).isTrue();
  }

  private static Persist persistWithEntries(TestNode node) {
    return node.readies().stream()
        .map(Ready::persist)
        .filter(p -> !p.entries().isEmpty())
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  /** Nothing to write of its own, but what it says rests on a write that is still under way. */
  @Test
  void aReadyWithNothingToWriteWaitsItsTurn() {
    TestNode node = follower().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    int writing = node.writesUnderWay();
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    assertThat(last(node).persist().isEmpty()).isTrue();
    assertThat(last(node).messagesAfterPersist()).hasSize(1);
    node.completeWrites(writing);
    assertThat(node.takeSent(AppendEntriesResponse.class)).hasSize(1);
  }

  @Test
  void anEntryIsHandedOutForWritingOnce() {
    TestNode node = follower().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1, 1));
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1, 1, 1));
    assertThat(node.readies().stream().mapToInt(r -> r.persist().entries().size()).sum())
        .isEqualTo(3);
  }

  @Test
  void aCompactionIsOrderedLikeAWriteAndNeedsNoSync() {
    TestNode node = follower(1, 1, 1);
    node.receive(node.peer(2).appends(1, id(1, 3), 3));
    assertThat(node.snapshot(1)).isTrue();
    Persist persist = node.readies().get(node.readies().size() - 1).persist();
    assertThat(persist.compaction().snapshot().id()).isEqualTo(id(1, 3));
    assertThat(persist.compaction().firstIndex()).isEqualTo(3);
    assertThat(persist.mustSync()).isFalse();
    assertThat(node.disk().firstIndex()).isEqualTo(3);
    assertThat(node.raw().compact(persist.compaction().snapshot(), 3)).as("again").isFalse();
  }

  /** The log engine writes the compaction after the reset: it must not bring the old one back. */
  @Test
  void aCompactionThatAResetOvertookIsDropped() {
    TestNode node = follower(1, 1, 1);
    node.receive(node.peer(2).appends(1, id(1, 3), 3));
    SnapshotMetadata newer = new SnapshotMetadata(id(1, 9), node.status().membership());
    node.receive(node.peer(2).offers(1, newer));
    node.raw().compact(node.raw().snapshotMetadata(2), 2);
    node.completeSnapshotFetch(new TestNode.SnapshotFile(newer, List.of("state")));
    assertThat(node.disk().snapshot().id()).isEqualTo(id(1, 9));
    assertThat(node.disk().lastIndex()).isEqualTo(9);
  }

  // ---------------------------------------------------------------- 7: proposals

  @Test
  void aProposalReturnsTheIdOfItsEntryOrARefusal() {
    TestNode node = follower();
    ProposeResult nobody = node.propose("a");
    assertThat(nobody.isAccepted()).isFalse();
    assertThat(nobody.refusal().reason()).isEqualTo(Reason.NO_LEADER);
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    assertThat(node.propose("a").refusal().reason()).isEqualTo(Reason.NOT_LEADER);
    assertThat(node.propose("a").refusal().leader()).isEqualTo(2);
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    assertThat(leader.propose("a", "b").first()).isEqualTo(id(1, 2));
    assertThat(leader.propose("c").first()).isEqualTo(id(1, 4));
  }

  @Test
  void tooManyUncommittedBytesAreRefusedUntilSomeCommit() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxUncommittedBytes(120)).start().becomeLeader();
    assertThat(leader.propose("a".repeat(500)).isAccepted()).as("one always may").isTrue();
    assertThat(leader.propose("b").refusal().reason()).isEqualTo(Reason.TOO_MANY_UNCOMMITTED);
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.propose("b", "c").isAccepted()).isTrue();
    assertThat(leader.propose("d").refusal().reason()).isEqualTo(Reason.TOO_MANY_UNCOMMITTED);
  }

  @Test
  @Tag("R-54")
  void theCountOfUncommittedBytesEndsWithTheLeadership() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxUncommittedBytes(120)).start().becomeLeader();
    leader.propose("a".repeat(500));
    leader.receive(leader.peer(2).beats(2, EntryId.ZERO));
    leader.tick(20).becomeLeader();
    assertThat(leader.propose("b").isAccepted()).isTrue();
  }

  @Test
  @Tag("R-54")
  void whatIsCommittedIsNotCountedAnyMore() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxUncommittedBytes(120)).start().becomeLeader();
    for (int i = 2; i < 50; i++) {
      assertThat(leader.propose("a".repeat(100)).isAccepted()).isTrue();
      leader.receive(leader.peer(2).accepts(1, i));
    }
  }

  @Test
  void proposingNothingIsALocalError() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    assertThatThrownBy(() -> leader.raw().propose(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---------------------------------------------------------------- 8 and 9: inputs

  @Test
  void rolesLeadersAndConfigurationsAreToldWhenTheyChange() {
    TestNode node = TestNode.member(1, 3).start();
    Membership first = node.readies().get(0).membership();
    assertThat(first.voters().size()).isEqualTo(3);
    node.receive(node.peer(2).beats(1, EntryId.ZERO), node.peer(2).beats(1, EntryId.ZERO));
    node.tick(20);
    List<SoftState> told =
        node.readies().stream().map(Ready::softState).filter(s -> s != null).toList();
    assertThat(told)
        .containsExactly(
            new SoftState(RoleType.FOLLOWER, 2), new SoftState(RoleType.PRE_CANDIDATE, 0));
    assertThat(node.readies().stream().filter(r -> r.membership() != null)).hasSize(1);
  }

  @Test
  void aCampaignOfALeaderIsANoOp() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.campaign();
    assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    assertThat(leader.term()).isEqualTo(1);
  }

  @Test
  void unreachableEndsPipeliningToThatPeer() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.raw().unreachable(2);
    leader.settle();
    assertThat(leader.status().progress().get(0).state()).isEqualTo("probe");
    leader.raw().unreachable(99);
  }

  // ---------------------------------------------------------------- fetches

  @Test
  void whatIsNotInMemoryIsFetchedForTheStateMachine() {
    TestNode node =
        TestNode.member(1, 3)
            .config(c -> c.maxBytesPerApply(110))
            .terms(1, 1, 1, 1)
            .hardState(1, 0, 3)
            .start();
    assertThat(node.commands()).containsExactly("1/1", "1/2", "1/3");
    FetchRequest request = node.readies().get(0).fetches().get(0);
    assertThat(request).isEqualTo(new FetchRequest(0, new IndexRange(1, 3), 110));
  }

  @Test
  void aFetchedRangeThatIsNotTheOneWantedIsAskedForAgain() {
    TestNode node = TestNode.member(1, 3).config(c -> c).terms(1, 1).start().holdFetches(true);
    node.receive(node.peer(2).beats(1, id(1, 2)));
    FetchRequest request = last(node).fetches().get(0);
    node.raw().onFetched(request, List.of(TestNode.entry(1, 2)));
    node.settle();
    assertThat(node.commands()).isEmpty();
    node.raw().onFetched(request, List.of(TestNode.entry(9, 1)));
    node.settle();
    assertThat(node.commands()).isEmpty();
    node.raw().onFetched(request, List.of());
    node.settle();
    node.holdFetches(false);
    assertThat(node.commands()).containsExactly("1/1", "1/2");
  }

  @Test
  void moreThanWasAskedForIsNotApplied() {
    TestNode node = TestNode.member(1, 3).terms(1, 1).start().holdFetches(true);
    node.receive(node.peer(2).beats(1, id(1, 1)));
    FetchRequest request = last(node).fetches().get(0);
    node.raw().onFetched(request, List.of(TestNode.entry(1, 1), TestNode.entry(1, 2)));
    node.settle();
    assertThat(node.commands()).as("2 is not committed").isEmpty();
    node.holdFetches(false);
    assertThat(node.commands()).containsExactly("1/1");
  }

  @Test
  void whatIsNotInMemoryIsFetchedForAPeer() {
    TestNode leader =
        TestNode.member(1, 3).terms(1, 1, 1, 1).start().becomeLeader().holdFetches(true);
    leader.receive(leader.peer(2).rejects(2, 4, id(1, 1)));
    FetchRequest request = last(leader).fetches().get(0);
    assertThat(request.consumer()).isEqualTo(2);
    assertThat(request.range().first()).isEqualTo(2);
    leader.sent().clear();
    leader.raw().onFetched(request, List.of(TestNode.entry(9, 2)));
    leader.settle();
    assertThat(leader.takeSent(AppendEntries.class)).as("not this log's").isEmpty();
    leader.raw().onFetched(request, List.of(TestNode.entry(1, 3)));
    leader.settle();
    assertThat(leader.takeSent(AppendEntries.class)).as("not the next one").isEmpty();
    leader.raw().onFetched(request, List.of());
    leader.settle();
    assertThat(leader.takeSent(AppendEntries.class)).as("nothing").isEmpty();
    leader.holdFetches(false);
    AppendEntries sent = leader.takeOnly(AppendEntries.class);
    assertThat(sent.prev()).isEqualTo(id(1, 1));
    assertThat(sent.entries()).extracting(Entry::index).startsWith(2L, 3L, 4L);
  }

  @Test
  void entriesThatNobodyWaitsForAreNotSent() {
    TestNode leader = TestNode.member(1, 3).terms(1, 1).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(2, 3));
    leader.sent().clear();
    List<Entry> entries = List.of(TestNode.entry(1, 1));
    leader.raw().onFetched(new FetchRequest(2, new IndexRange(1, 1), 100), entries);
    leader.raw().onFetched(new FetchRequest(99, new IndexRange(1, 1), 100), entries);
    leader.settle();
    assertThat(leader.sent()).isEmpty();
  }

  // ---------------------------------------------------------------- RawNode's own words

  @Test
  void startsAsAnOutsiderWhereNothingSaysWhoTheMembersAre() {
    RaftConfig config = RaftConfig.builder(TestNode.memberId(1)).build();
    RecoveredLog none = new RecoveredLog(HardState.EMPTY, null, 1, 0, List.of(), List.of());
    RawNode outsider = new RawNode(config, none, 0);
    for (int i = 0; i < 100; i++) {
      outsider.tick(0);
    }
    outsider.campaign();
    assertThat(outsider.status().role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(outsider.status().hardState()).isEqualTo(HardState.EMPTY);
    assertThat(outsider.ready().messages()).isEmpty();
    assertThat(outsider.snapshotMetadata(0).membership()).isEqualTo(Membership.NONE);
  }

  @Test
  void aSnapshotIsDescribedOnlyWhereItCanBeTaken() {
    TestNode node = follower(1, 1, 1);
    node.receive(node.peer(2).appends(1, id(1, 3), 2));
    assertThat(node.raw().snapshotMetadata(2).id()).isEqualTo(id(1, 2));
    assertThat(node.raw().snapshotMetadata(0).id()).isEqualTo(EntryId.ZERO);
    assertThatThrownBy(() -> node.raw().snapshotMetadata(3))
        .isInstanceOf(IllegalArgumentException.class);
    node.snapshot(0);
    assertThatThrownBy(() -> node.raw().snapshotMetadata(1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The answer to a forwarded proposal leaves ahead of the entry it names. */
  @Test
  void aForwardedProposalIsAnsweredAtOnce() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader().holdWrites(true);
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.sent().clear();
    leader.receive(leader.peer(2).forwards(1, 1, "x"));
    assertThat(leader.sent().get(0)).isInstanceOf(ProposeResponse.class);
    assertThat(leader.sent().get(1)).isInstanceOf(AppendEntries.class);
  }
}
