// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.paper;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.Status.PeerProgress;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Paper, section 5.3: log replication. */
class ReplicationTest {
  private static TestNode leader() {
    return TestNode.member(1, 3).start().becomeLeader();
  }

  private static TestNode follower(long... terms) {
    return TestNode.member(1, 3).terms(terms).start();
  }

  // ---------------------------------------------------------------- the leader

  @Test
  void section53_appendsTheCommandAndSendsItToAll() {
    TestNode leader = leader();
    acceptAll(leader, 1);
    leader.takeSent(AppendEntries.class);
    assertThat(leader.propose("a", "b").first()).isEqualTo(id(1, 2));
    List<AppendEntries> sent = leader.takeSent(AppendEntries.class);
    assertThat(sent).extracting(AppendEntries::to).containsExactly(2L, 3L);
    assertThat(sent)
        .allMatch(a -> a.prev().equals(id(1, 1)) && a.entries().size() == 2 && a.term() == 1);
    assertThat(leader.view().lastIndex()).isEqualTo(3);
  }

  private static void acceptAll(TestNode leader, long index) {
    leader.receive(
        leader.peer(2).accepts(leader.term(), index), leader.peer(3).accepts(leader.term(), index));
  }

  @Test
  void section53_commitsWhatAMajorityHoldsAndTellsTheOthers() {
    TestNode leader = leader();
    acceptAll(leader, 1);
    leader.propose("a");
    assertThat(leader.commit()).isEqualTo(1);
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).isEqualTo(2);
    assertThat(leader.commands()).containsExactly("a");
    assertThat(leader.takeSent(Heartbeat.class))
        .filteredOn(beat -> beat.commit().index() == 2)
        .extracting(Heartbeat::to)
        .containsExactly(2L);
  }

  @Test
  void section53_ofFourMembersThreeAreAMajority() {
    TestNode leader = TestNode.member(1, 4).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1));
    assertThat(leader.commit()).isZero();
    leader.receive(leader.peer(3).accepts(1, 1));
    assertThat(leader.commit()).isEqualTo(1);
  }

  @Test
  void section53_strangersDoNotCountTowardsACommit() {
    TestNode leader = TestNode.member(1, 5).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1));
    leader.receive(leader.peer(8).accepts(1, 1), leader.peer(9).accepts(1, 1));
    assertThat(leader.commit()).isZero();
  }

  @Test
  @Tag("R-47")
  void section53_duplicatesAndLateArrivalsOfAcknowledgementsChangeNothing() {
    TestNode leader = TestNode.member(1, 5).start().becomeLeader();
    leader.propose("a", "b");
    leader.receive(
        leader.peer(2).accepts(1, 3),
        leader.peer(2).accepts(1, 1),
        leader.peer(2).rejects(1, 2, id(0, 0)),
        leader.peer(2).accepts(1, 3));
    assertThat(progress(leader, 2).match()).isEqualTo(3);
    assertThat(progress(leader, 2).next()).isEqualTo(4);
    leader.receive(leader.peer(3).accepts(1, 3));
    assertThat(leader.commit()).isEqualTo(3);
  }

  private static PeerProgress progress(TestNode leader, long id) {
    return leader.status().progress().stream().filter(p -> p.id() == id).findFirst().orElseThrow();
  }

  @Test
  void section53_anAcknowledgementOfWhatWasNeverSentIsNotBelieved() {
    TestNode leader = leader();
    leader.receive(leader.peer(2).accepts(1, 2), leader.peer(3).accepts(1, Long.MAX_VALUE));
    assertThat(leader.commit()).isZero();
    assertThat(progress(leader, 2).match()).isZero();
    assertThat(leader.violations())
        .containsExactly(Kind.IMPOSSIBLE_ACKNOWLEDGEMENT, Kind.IMPOSSIBLE_ACKNOWLEDGEMENT);
  }

  @Test
  void section53_startsAtItsOwnEndAndBacksOffUntilTheLogsAgree() {
    TestNode leader = follower(1, 1, 1, 4, 4, 5, 5).becomeLeader();
    leader.tick(1).receive(leader.peer(2).answersBeat(6, 0));
    AppendEntries probe = lastAppendTo(leader, 2);
    assertThat(probe.prev()).isEqualTo(id(5, 7));
    leader.receive(leader.peer(2).rejects(6, 7, id(3, 5)));
    AppendEntries retry = lastAppendTo(leader, 2);
    assertThat(retry.prev()).as("skips terms 4 and 5 at once").isEqualTo(id(1, 3));
    leader.receive(leader.peer(2).accepts(6, 8));
    assertThat(progress(leader, 2).match()).isEqualTo(8);
  }

  private static AppendEntries lastAppendTo(TestNode leader, long to) {
    List<AppendEntries> sent =
        leader.takeSent(AppendEntries.class).stream().filter(a -> a.to() == to).toList();
    return sent.get(sent.size() - 1);
  }

  /** Two logs that differ in many terms and many entries: a step for each term, not each entry. */
  @Test
  @Tag("R-57")
  @Tag("R-58")
  void section53_theSearchTakesAStepForEachTerm() {
    long[] leading = new long[400];
    long[] following = new long[400];
    for (int i = 0; i < 400; i++) {
      leading[i] = i < 10 ? 1 : 2 + i / 50 * 2;
      following[i] = i < 10 ? 1 : 3 + i / 50 * 2;
    }
    CoreCluster cluster =
        CoreCluster.ofMembers(
            TestNode.member(1, 3).terms(leading).hardState(30, 0, 0).start(),
            TestNode.member(2, 3).terms(following).hardState(30, 0, 0).start(),
            TestNode.member(3, 3).terms(leading).hardState(30, 0, 0).start());
    cluster.cut(1, 2).cut(3, 2).elect(1);
    cluster.heal().hold(m -> m.to() == 3 || m.from() == 3);
    long appends = 0;
    cluster.tick(1, 1);
    for (int round = 0; round < 100 && cluster.node(2).view().termOf(401) != 31; round++) {
      appends += cluster.inFlight(AppendEntries.class).stream().filter(m -> m.to() == 2).count();
      cluster.deliverIf(m -> m.to() == 2).deliverIf(m -> m.from() == 2);
    }
    assertThat(cluster.node(2).logTerms()).isEqualTo(cluster.node(1).logTerms());
    assertThat(appends).isLessThan(20);
  }

  @Test
  void section53_bringsAnyFollowersLogToItsOwn() {
    for (int seed = 1; seed <= 60; seed++) {
      Dice dice = new Dice(seed);
      long[][] logs = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
      for (int i = 0; i < 3; i++) {
        logs[i] = randomLog(dice, 2 + i);
      }
      CoreCluster cluster =
          CoreCluster.ofMembers(
              TestNode.member(1, 3).terms(logs[0]).hardState(40, 0, 0).start(),
              TestNode.member(2, 3).terms(logs[1]).hardState(40, 0, 0).start(),
              TestNode.member(3, 3).terms(logs[2]).hardState(40, 0, 0).start());
      cluster.tickUntilStable(200);
      assertThat(cluster.node(2).logTerms()).isEqualTo(cluster.node(1).logTerms());
      assertThat(cluster.node(3).logTerms()).isEqualTo(cluster.node(1).logTerms());
    }
  }

  /** Three entries of term 1 that all share, then terms of which no two members share one. */
  private static long[] randomLog(Dice dice, long firstTerm) {
    long[] terms = new long[3 + dice.below(12)];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = i < 3 ? 1 : i == 3 ? firstTerm : terms[i - 1] + (dice.chance(60) ? 0 : 3);
    }
    return terms;
  }

  // ---------------------------------------------------------------- followers

  @Test
  void section53_rejectsWhatDoesNotFollowItsLogAndSaysWhereTheyMayAgree() {
    TestNode node = follower(1, 1, 2, 2);
    node.receive(node.peer(2).appends(5, id(4, 9), 9, 5));
    AppendEntriesResponse beyond = node.takeOnly(AppendEntriesResponse.class);
    assertThat(beyond.rejected()).isTrue();
    assertThat(beyond.index()).isEqualTo(9);
    assertThat(beyond.hint()).isEqualTo(id(2, 4));
    node.receive(node.peer(2).appends(5, id(1, 4), 9, 5));
    AppendEntriesResponse other = node.takeOnly(AppendEntriesResponse.class);
    assertThat(other.rejected()).isTrue();
    assertThat(other.hint()).as("skips all of term 2").isEqualTo(id(1, 2));
    assertThat(node.logTerms()).containsExactly(1, 1, 2, 2);
    assertThat(node.commit()).isZero();
  }

  @Test
  void section53_replacesWhatConflictsAndAllThatFollows() {
    TestNode node = follower(1, 1, 2, 2, 2);
    node.receive(node.peer(2).appends(5, id(1, 2), 0, 3));
    assertThat(node.logTerms()).containsExactly(1, 1, 3);
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(3);
    assertThat(node.disk().lastIndex()).isEqualTo(3);
  }

  @Test
  @Tag("R-48")
  void section53_aLateShortAppendDoesNotCutOffWhatFollows() {
    TestNode node = follower(1, 1);
    node.receive(node.peer(2).appends(5, id(1, 2), 0, 5, 5, 5));
    node.receive(node.peer(2).appends(5, id(1, 2), 0, 5));
    node.receive(node.peer(2).appends(5, id(1, 1), 0));
    assertThat(node.status().last()).isEqualTo(id(5, 5));
    assertThat(node.logTerms()).containsExactly(1, 1, 5, 5, 5);
  }

  /** A longer append than what is held: the part that is known stays, the rest is added. */
  @Test
  void section53_addsOnlyWhatIsMissing() {
    TestNode node = follower(1, 1, 2);
    node.receive(node.peer(2).appends(5, id(1, 1), 0, 1, 2, 5));
    assertThat(node.logTerms()).containsExactly(1, 1, 2, 5);
    assertThat(node.readies().get(node.readies().size() - 1).persist().entries()).hasSize(1);
  }

  @Test
  @Tag("R-49")
  void section53_commitsAndAcknowledgesOnlyWhatThisAppendVouchesFor() {
    TestNode node = follower(1, 1, 2, 2);
    node.receive(node.peer(2).appends(5, id(1, 1), 4, 1));
    assertThat(node.commit()).as("3 and 4 may be of a log that is replaced yet").isEqualTo(2);
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(2);
    node.receive(node.peer(2).appends(5, id(1, 2), 4));
    assertThat(node.commit()).isEqualTo(2);
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(2);
  }

  @Test
  void section53_commitsNoFurtherThanTheLeader() {
    TestNode node = follower(1);
    node.receive(node.peer(2).appends(5, id(1, 1), 2, 5, 5));
    assertThat(node.commit()).isEqualTo(2);
    assertThat(node.commands()).containsExactly("1/1", "5/2");
  }

  @Test
  void section53_anOldAppendIsAnsweredWithWhatIsCommitted() {
    TestNode node = follower(1, 1, 1, 1);
    node.receive(node.peer(2).appends(2, id(1, 4), 4));
    node.takeSent(AppendEntriesResponse.class);
    node.receive(node.peer(2).appends(2, id(1, 1), 1, 1));
    AppendEntriesResponse answer = node.takeOnly(AppendEntriesResponse.class);
    assertThat(answer.rejected()).isFalse();
    assertThat(answer.index()).isEqualTo(4);
  }

  @Test
  @Tag("R-62")
  void section53_whatIsCommittedIsNeverReplaced() {
    TestNode node = follower(1, 1, 2, 2);
    node.receive(node.peer(2).appends(5, id(2, 4), 3));
    node.takeSent(AppendEntriesResponse.class);
    node.receive(node.peer(2).appends(5, id(1, 1), 5, 3, 3, 3, 3));
    node.receive(node.peer(2).appends(5, id(4, 3), 5, 5));
    node.receive(node.peer(2).appends(5, id(4, 2), 5));
    assertThat(node.logTerms()).containsExactly(1, 1, 2, 2);
    assertThat(node.commit()).isEqualTo(3);
    assertThat(node.violations())
        .containsExactly(
            Kind.TRUNCATES_COMMITTED, Kind.TRUNCATES_COMMITTED, Kind.TRUNCATES_COMMITTED);
    assertThat(node.takeSent(AppendEntriesResponse.class)).isEmpty();
  }

  @Test
  void section53_entriesThatAreNotALogAreRefused() {
    TestNode node = follower();
    AppendEntries gap =
        new AppendEntries(
            node.peer(2).route(),
            5,
            EntryId.ZERO,
            List.of(TestNode.entry(5, 1), TestNode.entry(5, 3)),
            0);
    AppendEntries falling =
        new AppendEntries(
            node.peer(2).route(),
            5,
            EntryId.ZERO,
            List.of(TestNode.entry(5, 1), TestNode.entry(4, 2)),
            0);
    AppendEntries future =
        new AppendEntries(node.peer(2).route(), 5, EntryId.ZERO, List.of(TestNode.entry(6, 1)), 0);
    AppendEntries configuration =
        new AppendEntries(
            node.peer(2).route(),
            5,
            EntryId.ZERO,
            List.of(Entry.of(id(5, 1), EntryType.CONFIGURATION, new byte[] {9})),
            0);
    node.receive(gap, falling, future, configuration);
    assertThat(node.status().last()).isEqualTo(EntryId.ZERO);
    assertThat(node.term()).as("nothing of it is believed").isZero();
    assertThat(node.violations())
        .containsExactly(Kind.MALFORMED, Kind.MALFORMED, Kind.MALFORMED, Kind.MALFORMED);
  }

  // ---------------------------------------------------------------- heartbeats

  /** docs/divergence.md: a heartbeat commits by term and index, so it cannot commit what is not. */
  @Test
  @Tag("R-49")
  void section53_aHeartbeatCommitsOnlyTheVeryEntryThatItNames() {
    TestNode node = follower(1, 1, 2);
    node.receive(node.peer(2).beats(5, id(3, 3)));
    assertThat(node.commit()).as("another entry stands there").isZero();
    node.receive(node.peer(2).beats(5, id(5, 9)));
    assertThat(node.commit()).as("nothing stands there").isZero();
    node.receive(node.peer(2).beats(5, id(2, 3)));
    assertThat(node.commit()).isEqualTo(3);
    node.receive(node.peer(2).beats(5, id(1, 1)));
    assertThat(node.commit()).as("an old one").isEqualTo(3);
  }

  @Test
  void section53_aHeartbeatNamesNothingBeyondWhatItsReceiverHasAcknowledged() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.propose("a", "b");
    leader.receive(leader.peer(2).accepts(1, 3));
    assertThat(leader.commit()).isEqualTo(3);
    leader.receive(leader.peer(3).accepts(1, 1));
    leader.takeSent(Heartbeat.class);
    leader.tick(1);
    List<Heartbeat> beats = leader.takeSent(Heartbeat.class);
    assertThat(beats).extracting(Heartbeat::to).containsExactly(2L, 3L);
    assertThat(beats).extracting(Heartbeat::commit).containsExactly(id(1, 3), id(1, 1));
    assertThat(beats).allMatch(Heartbeat::needsAck);
  }

  /** A lost last append shows in nothing else: the answer to a heartbeat makes the leader ask. */
  @Test
  void section53_aLostAppendIsFoundByTheNextHeartbeat() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.propose(1, "a");
    cluster.drop(m -> m instanceof AppendEntries && m.to() == 2).settle();
    assertThat(cluster.node(2).view().lastIndex()).isEqualTo(1);
    cluster.tickAll(2);
    assertThat(cluster.node(2).commands()).containsExactly("a");
  }

  @Test
  void section53_aPeerThatHasEverythingIsSentNothing() {
    TestNode leader = leader();
    acceptAll(leader, 1);
    leader.takeSent(AppendEntries.class);
    leader.tick(3).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
    assertThat(leader.takeSent(AppendEntries.class)).isEmpty();
  }

  @Test
  void section53_aFollowerThatWasAwayCatchesUp() {
    CoreCluster cluster = CoreCluster.of(3).elect(1).isolate(3);
    for (int i = 0; i < 50; i++) {
      cluster.propose(1, "c" + i);
      cluster.settle();
    }
    cluster.heal().tickUntilStable(40);
    assertThat(cluster.node(3).commands()).hasSize(50);
  }
}
