// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A member is its id and its data directory: one that lost its disk has forgotten its votes and the
 * entries it acknowledged, and must not be taken for the one it was.
 */
@Tag("R-34")
@Tag("P09")
class IncarnationTest {
  private static List<Long> boundIncarnations(TestNode node) {
    return node.status().membership().members().stream()
        .map(Member::memberId)
        .map(member -> member.incarnation())
        .toList();
  }

  private static TestNode unboundLeader(int size) {
    TestNode leader =
        TestNode.member(1, size)
            .membership(TestNode.voters(TestNode.ids(size)))
            .start()
            .becomeLeader();
    leader.sent().clear();
    return leader;
  }

  @Test
  void theFirstLeaderWritesDownWhichDirectoriesTheIdsStandFor() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    assertThat(boundIncarnations(cluster.node(1))).containsExactly(0L, 0L, 0L);
    cluster.tickUntilStable(5);
    for (TestNode node : cluster.nodes()) {
      assertThat(boundIncarnations(node)).containsExactly(1001L, 1002L, 1003L);
      assertThat(node.view().entry(2).type()).isEqualTo(EntryType.CONFIGURATION);
    }
    cluster.tickAll(30);
    assertThat(cluster.node(1).status().last()).as("once").isEqualTo(id(1, 2));
  }

  @Test
  void itWaitsForItsFirstCommitAndThenForTheOthersButNotForEver() {
    TestNode leader = unboundLeader(3);
    leader.receive(leader.peer(2).answersBeat(1, 0)).tick(1);
    assertThat(leader.status().last()).as("nothing is committed yet").isEqualTo(id(1, 1));
    leader.receive(leader.peer(2).accepts(1, 1));
    for (int tick = 2; tick < 10; tick++) {
      leader.tick(1).receive(leader.peer(2).answersBeat(1, 0));
      assertThat(leader.status().last()).as("3 may still come").isEqualTo(id(1, 1));
    }
    leader.tick(1);
    assertThat(boundIncarnations(leader)).containsExactly(1001L, 1002L, 0L);
    assertThat(leader.status().last()).isEqualTo(id(1, 2));
    leader.receive(leader.peer(3).answersBeat(1, 0)).tick(1);
    assertThat(leader.status().last()).as("one change at a time").isEqualTo(id(1, 2));
    leader.receive(leader.peer(2).accepts(1, 2)).tick(1);
    assertThat(boundIncarnations(leader)).containsExactly(1001L, 1002L, 1003L);
  }

  /** All that were heard are bound already when the last one shows itself. */
  @Test
  void oneThatShowsItselfLateIsBoundAsWell() {
    TestNode leader = unboundLeader(3);
    leader.receive(leader.peer(2).accepts(1, 1));
    for (int tick = 0; tick < 20; tick++) {
      leader.tick(1).receive(leader.peer(2).accepts(1, leader.status().last().index()));
    }
    assertThat(boundIncarnations(leader)).containsExactly(1001L, 1002L, 0L);
    leader.receive(leader.peer(3).answersBeat(1, 0)).tick(1);
    assertThat(boundIncarnations(leader)).containsExactly(1001L, 1002L, 1003L);
  }

  /** Until then the configuration before it is not known to be committed under this leader. */
  @Test
  void itChangesNothingBeforeItsFirstCommit() {
    TestNode leader = unboundLeader(3);
    leader.receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0)).tick(1);
    assertThat(leader.status().last()).isEqualTo(id(1, 1));
    leader.receive(leader.peer(2).accepts(1, 1)).tick(1);
    assertThat(leader.status().last()).isEqualTo(id(1, 2));
  }

  @Test
  void anAcknowledgementOfAnotherDirectoryCountsForNothing() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).withIncarnation(7).accepts(1, 1));
    leader.receive(leader.peer(3).withIncarnation(8).accepts(1, 1));
    assertThat(leader.commit()).isZero();
    assertThat(leader.violations()).containsExactly(Kind.WRONG_INCARNATION, Kind.WRONG_INCARNATION);
  }

  @Test
  void norDoesItsVote() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start().campaign();
    node.receive(node.peer(2).withIncarnation(7).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
  }

  @Test
  void norIsItVotedForOrFollowed() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(
        node.peer(2).withIncarnation(7).asksForVote(9, id(9, 9)),
        node.peer(2).withIncarnation(7).appends(9, EntryId.ZERO, 0, 9));
    assertThat(node.term()).isZero();
    assertThat(node.takeSent(RequestVoteResponse.class)).isEmpty();
  }

  /** Nothing is bound yet, but one leader has already heard another directory under this id. */
  @Test
  void aDirectoryThatChangesBeforeItIsBoundIsNotedByTheLeader() {
    TestNode leader = unboundLeader(5);
    leader.receive(leader.peer(2).answersBeat(1, 0));
    leader.receive(leader.peer(3).accepts(1, 1));
    leader.receive(leader.peer(2).withIncarnation(7).accepts(1, 1));
    assertThat(leader.commit()).as("two of five").isZero();
    assertThat(leader.violations()).containsExactly(Kind.WRONG_INCARNATION);
    leader.receive(leader.peer(2).accepts(1, 1));
    assertThat(leader.commit()).isEqualTo(1);
  }

  /** Nobody has left, so nobody is taken for one who has. */
  @Test
  void aMemberThatDoesNotNameItsDirectoryIsHeardUntilItIsBound() {
    TestNode leader = unboundLeader(3);
    leader.receive(leader.peer(2).withIncarnation(0).accepts(1, 1));
    assertThat(leader.commit()).isEqualTo(1);
    assertThat(leader.violations()).isEmpty();
  }

  /** The wiped member never hears a word: what is sent is for the directory that was. */
  @Test
  void messagesNameTheDirectoryThatTheyAreFor() {
    TestNode leader = unboundLeader(3);
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1)).tick(1);
    assertThat(boundIncarnations(leader)).containsExactly(1001L, 1002L, 1003L);
    leader.sent().clear();
    leader.propose("a");
    leader.receive(leader.peer(2).accepts(1, 3), leader.peer(3).accepts(1, 3));
    assertThat(leader.sent())
        .isNotEmpty()
        .allMatch(m -> m.route().to().incarnation() == 1000 + m.to());
  }

  /**
   * The leader's configuration entry is replaced by another leader: the binding is taken back with
   * it, on every member that had it.
   */
  @Test
  @Tag("R-28")
  void aBindingThatIsTruncatedIsTakenBack() {
    TestNode leader = unboundLeader(3);
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1)).tick(1);
    AppendEntries binding =
        leader.takeSent(AppendEntries.class).stream()
            .filter(a -> a.to() == 2 && a.entries().size() == 1)
            .reduce((a, b) -> b)
            .orElseThrow();
    TestNode node = TestNode.member(2, 3).membership(TestNode.voters(1, 2, 3)).start();
    node.receive(node.peer(1).appends(1, EntryId.ZERO, 1, 1));
    node.receive(
        new AppendEntries(
            node.peer(1).route(), 1, binding.prev(), binding.entries(), binding.commit()));
    assertThat(boundIncarnations(node)).containsExactly(1001L, 1002L, 1003L);
    assertThat(node.commit()).isEqualTo(1);
    node.receive(node.peer(3).appends(2, id(1, 1), 1, 2));
    assertThat(boundIncarnations(node)).containsExactly(0L, 0L, 0L);
    node.receive(node.peer(1).withIncarnation(7).beats(3, EntryId.ZERO));
    assertThat(node.term()).as("nobody is bound any more").isEqualTo(3);
  }

  /** A restart finds the binding in the log, though it is not committed as far as it knows. */
  @Test
  @Tag("R-27")
  void aBindingIsInForceAfterARestart() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.tick(1, 1).settle();
    cluster.crash(3).restart(3);
    assertThat(boundIncarnations(cluster.node(3))).containsExactly(1001L, 1002L, 1003L);
    TestNode node = cluster.node(3);
    long term = node.term();
    node.receive(node.peer(2).withIncarnation(7).beats(term + 1, EntryId.ZERO));
    assertThat(node.term()).isEqualTo(term);
  }

  /** And so it is when a snapshot took the entry's place. */
  @Test
  void aBindingOutlivesCompaction() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.tickUntilStable(5);
    cluster.propose(1, "a");
    cluster.settle();
    cluster.node(1).snapshot(0);
    assertThat(cluster.node(1).disk().snapshot().membership().id()).isEqualTo(id(1, 2));
    cluster.crash(1).restart(1);
    assertThat(boundIncarnations(cluster.node(1))).containsExactly(1001L, 1002L, 1003L);
  }

  /** Nothing is bound yet; the answer goes to the directory that spoke, not to an earlier one. */
  @Test
  void anAnswerGoesToTheDirectoryThatSpoke() {
    TestNode node = TestNode.member(1, 3).membership(TestNode.voters(1, 2, 3)).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.sent().clear();
    node.receive(node.peer(2).withIncarnation(7).beats(2, EntryId.ZERO));
    assertThat(node.takeOnly(HeartbeatResponse.class).route().to().incarnation()).isEqualTo(7);
  }
}
