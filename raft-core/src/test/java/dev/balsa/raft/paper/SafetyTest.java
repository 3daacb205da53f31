// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.paper;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Paper, section 5.4: why a leader has all that is committed. */
class SafetyTest {
  @Test
  void section541_votesOnlyForALogAtLeastAsUpToDate() {
    assertThat(votesFor(id(2, 2))).as("the same").isTrue();
    assertThat(votesFor(id(2, 3))).as("longer").isTrue();
    assertThat(votesFor(id(3, 1))).as("shorter, of a later term").isTrue();
    assertThat(votesFor(id(2, 1))).as("shorter").isFalse();
    assertThat(votesFor(id(1, 9))).as("longer, of an earlier term").isFalse();
    assertThat(votesFor(EntryId.ZERO)).as("empty").isFalse();
  }

  private static boolean votesFor(EntryId lastLog) {
    TestNode node = TestNode.member(1, 3).terms(1, 2).start();
    node.receive(node.peer(2).asksForVote(5, lastLog));
    RequestVoteResponse answer = node.takeOnly(RequestVoteResponse.class);
    assertThat(answer.term()).as("the term is taken over all the same").isEqualTo(5);
    assertThat(node.disk().hardState().votedFor()).isEqualTo(answer.granted() ? 2 : 0);
    return answer.granted();
  }

  /** The log that counts is the one in memory: what is being written may be acknowledged next. */
  @Test
  @Tag("R-05")
  void section541_whatIsNotDurableYetCountsAsWell() {
    TestNode node = TestNode.member(1, 3).start().holdWrites(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1, 1));
    node.receive(node.peer(3).asksForVoteByTransfer(2, id(1, 1)));
    node.holdWrites(false);
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isFalse();
  }

  @Test
  void section541_aCandidateNamesTheEndOfItsLog() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).terms(1, 4, 4).start();
    node.campaign();
    assertThat(node.takeSent(RequestVote.class)).allMatch(r -> r.lastLog().equals(id(4, 3)));
  }

  @Test
  void section541_aMemberThatMissedACommitCannotWin() {
    CoreCluster cluster = CoreCluster.of(3).elect(1).isolate(3);
    cluster.propose(1, "a");
    cluster.settle();
    cluster.heal().isolate(1);
    cluster.node(3).raw().campaign();
    cluster.settle();
    assertThat(cluster.node(3).leads()).isFalse();
    cluster.tickAll(60);
    assertThat(cluster.node(2).leads()).isTrue();
    assertThat(cluster.node(3).commands()).containsExactly("a");
  }

  /** Acknowledgements of entries of earlier terms, from everybody, commit nothing. */
  @Test
  @Tag("R-01")
  void section542_anEntryOfAnEarlierTermIsNotCommittedByCounting() {
    TestNode leader = TestNode.member(1, 3).terms(1, 2, 2).start().becomeLeader();
    assertThat(leader.term()).isEqualTo(3);
    leader.receive(leader.peer(2).accepts(3, 3), leader.peer(3).accepts(3, 3));
    assertThat(leader.commit()).isZero();
    leader.receive(leader.peer(2).accepts(3, 4));
    assertThat(leader.commit()).as("with the first of its own term").isEqualTo(4);
  }

  /** A leader commits by what it counts itself, whatever a late answer claims to know. */
  @Test
  void section542_aLeaderBelievesNobodyElseOnWhatIsCommitted() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(new RequestVoteResponse(leader.peer(2).route(), 1, false, true, id(1, 1)));
    assertThat(leader.commit()).isZero();
  }

  /** Others learn of a commit from any message that names it, if they have that very entry. */
  @Test
  void section542_othersLearnOfACommitByTheIdOfItsEntry() {
    TestNode node = TestNode.member(1, 3).terms(1, 2).start();
    node.receive(new RequestVote(node.peer(2).route(), 3, false, id(9, 9), id(3, 2), false));
    assertThat(node.commit()).as("another entry").isZero();
    node.receive(new RequestVote(node.peer(2).route(), 4, false, id(9, 9), id(2, 2), false));
    assertThat(node.commit()).isEqualTo(2);
  }

  @Test
  void section542_aLeaderOpensItsTermWithAnEntryOfItsOwn() {
    TestNode leader = TestNode.member(1, 3).terms(1, 2).start().becomeLeader();
    assertThat(leader.view().entry(3).type()).isEqualTo(EntryType.NO_OP);
    assertThat(leader.view().entry(3).id()).isEqualTo(id(3, 3));
  }

  /**
   * Figure 8, step by step with five members. S1 replicates an entry of term 2 to S2 and crashes;
   * S5 wins term 3 with an entry of its own and crashes; S1 comes back and brings its old entry to
   * a majority. It must not be committed yet: S5 could still win, as in (d), and replace it.
   */
  @Test
  @Tag("R-01")
  void section542_figure8() {
    CoreCluster cluster =
        CoreCluster.ofMembers(
            TestNode.member(1, 5).terms(1, 2).hardState(3, 0, 1).start(),
            TestNode.member(2, 5).terms(1, 2).hardState(3, 0, 1).start(),
            TestNode.member(3, 5).terms(1).hardState(3, 5, 1).start(),
            TestNode.member(4, 5).terms(1).hardState(3, 5, 1).start(),
            TestNode.member(5, 5).terms(1, 3).hardState(3, 5, 1).start());
    // (c): S1 leads term 4, and S3 gets the entry of term 2, but nothing of term 4.
    cluster.crash(5).hold(m -> m instanceof AppendEntries);
    cluster.elect(1);
    cluster.hold(m -> false);
    TestNode s1 = cluster.node(1);
    assertThat(s1.term()).isEqualTo(4);
    cluster.drop(m -> true);
    cluster.node(3).receive(cluster.node(3).peer(1).appends(4, id(1, 1), 1, 2));
    cluster.take(m -> true).forEach(cluster::deliver);
    assertThat(cluster.node(3).disk().termOf(2)).isEqualTo(2);
    s1.receive(s1.peer(2).accepts(4, 2));
    assertThat(s1.commit()).as("on S1, S2 and S3, and not committed").isEqualTo(1);

    // (d): S5 comes back, is elected by S2, S3 and S4 and replaces it.
    cluster.crash(1).restart(5).tick(2, 10).tick(3, 10).tick(4, 10).drop(m -> true);
    cluster.tickUntilSomebodyLeadsAmong(5);
    cluster.settle();
    assertThat(cluster.node(5).term()).isGreaterThan(4);
    assertThat(cluster.node(3).disk().termOf(2)).isEqualTo(3);
    assertThat(cluster.node(2).disk().termOf(2)).isEqualTo(3);
  }

  /** (e) of figure 8: once an entry of its own term is on a majority, nobody else can win. */
  @Test
  @Tag("R-01")
  void section542_figure8WithAnEntryOfTheNewTerm() {
    CoreCluster cluster =
        CoreCluster.ofMembers(
            TestNode.member(1, 5).terms(1, 2).hardState(3, 0, 1).start(),
            TestNode.member(2, 5).terms(1, 2).hardState(3, 0, 1).start(),
            TestNode.member(3, 5).terms(1).hardState(3, 5, 1).start(),
            TestNode.member(4, 5).terms(1).hardState(3, 5, 1).start(),
            TestNode.member(5, 5).terms(1, 3).hardState(3, 5, 1).start());
    cluster.isolate(5, 4).elect(1);
    cluster.settle();
    assertThat(cluster.node(1).commit()).isEqualTo(3);
    cluster.heal().crash(1);
    cluster.node(5).raw().campaign();
    cluster.settle();
    assertThat(cluster.node(5).leads()).isFalse();
    cluster.restart(1).tickUntilStable(200);
    assertThat(cluster.node(5).logTerms()).startsWith(1, 2, 4);
  }
}
