// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.paper;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Paper, section 8: what clients see. Any member takes a command; the network may repeat it, and it
 * is still appended once.
 */
class ClientsTest {
  @Test
  void section8_anyMemberTakesACommandAndTellsWhereItWent() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    assertThat(cluster.node(3).forward(1, "a")).isNull();
    cluster.settle();
    assertThat(cluster.node(3).forwards()).hasSize(1);
    EntryId where = cluster.node(3).forwards().get(0).result().first();
    assertThat(where).isEqualTo(id(1, 2));
    assertThat(cluster.node(1).commands()).containsExactly("a");
  }

  @Test
  void section8_theAnswerIsHandedOutThoughThereIsNothingElseToSay() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    ProposeResult result = ProposeResult.accepted(id(1, 5));
    node.receive(new ProposeResponse(node.peer(2).route(), 1, new RequestId(1, 1), 1, result));
    assertThat(node.forwards()).containsExactly(new ForwardState(new RequestId(1, 1), 1, result));
  }

  @Test
  void section8_withoutALeaderItIsRefused() {
    TestNode node = TestNode.member(1, 3).start();
    assertThat(node.forward(1, "a").reason()).isEqualTo(Reason.NO_LEADER);
    assertThat(node.takeSent(Propose.class)).isEmpty();
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    assertThat(leader.forward(1, "a")).as("it leads itself").isNotNull();
  }

  @Test
  @Tag("R-61")
  void section8_aCopyThatTheNetworkMadeIsNotAppended() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).forwards(1, 7, "a"), leader.peer(2).forwards(1, 7, "a"));
    assertThat(leader.status().last().index()).isEqualTo(2);
    assertThat(leader.takeSent(ProposeResponse.class)).hasSize(1);
    leader.receive(leader.peer(3).forwards(1, 7, "b"));
    assertThat(leader.status().last().index()).as("of another member").isEqualTo(3);
    leader.receive(leader.peer(2).forwards(1, 6, "late"));
    assertThat(leader.status().last().index()).as("an earlier one, overtaken").isEqualTo(3);
    leader.receive(leader.peer(2).forwards(1, 8, "next"));
    assertThat(leader.status().last().index()).isEqualTo(4);
  }

  /** The leader of an earlier term may have appended it: nobody may do so again. */
  @Test
  @Tag("R-61")
  @Tag("N13")
  void section8_aCopyThatOutlivedItsTermIsNotAppended() {
    TestNode leader = TestNode.member(1, 3).hardState(4, 0, 0).start().becomeLeader();
    leader.receive(leader.peer(2).forwards(4, 7, "a"));
    assertThat(leader.status().last().index()).isEqualTo(1);
    assertThat(leader.takeOnly(ProposeResponse.class).result().refusal().reason())
        .isEqualTo(Reason.LEADER_CHANGED);
  }

  @Test
  void section8_aStrangersProposalIsRefused() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(9).forwards(1, 1, "a"), leader.peer(9).forwards(1, 1, "a"));
    assertThat(leader.status().last().index()).isEqualTo(1);
    assertThat(leader.takeSent(ProposeResponse.class))
        .allMatch(answer -> answer.result().refusal().reason() == Reason.NOT_A_MEMBER);
  }

  @Test
  void section8_aMemberThatDoesNotLeadSaysWhoDoes() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO), node.peer(3).forwards(1, 1, "a"));
    ProposeResponse answer = node.takeOnly(ProposeResponse.class);
    assertThat(answer.result().refusal().reason()).isEqualTo(Reason.NOT_LEADER);
    assertThat(answer.result().refusal().leader()).isEqualTo(2);
  }

  @Test
  void section8_allOfAForwardedBatchOrNothing() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxUncommittedBytes(150)).start().becomeLeader();
    leader.propose("a");
    Propose two =
        new Propose(
            leader.peer(2).route(),
            1,
            new RequestId(1, 1),
            List.of("b".getBytes(), "c".getBytes(), "d".getBytes()));
    leader.receive(two);
    assertThat(leader.takeOnly(ProposeResponse.class).result().refusal().reason())
        .isEqualTo(Reason.TOO_MANY_UNCOMMITTED);
    assertThat(leader.status().last().index()).isEqualTo(2);
  }

  @Test
  @Tag("N13")
  void section8_anAnswerToAnEarlierRunIsNotTaken() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.settle();
    cluster.node(3).forward(1, "a");
    cluster.settleNode(cluster.node(3));
    cluster.deliverIf(m -> m instanceof Propose);
    List<Message> answers = cluster.take(m -> m instanceof ProposeResponse);
    cluster.crash(3).restart(3);
    answers.forEach(cluster::deliver);
    assertThat(cluster.node(3).forwards()).isEmpty();
  }
}
