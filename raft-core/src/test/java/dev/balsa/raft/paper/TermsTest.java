// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.paper;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Paper, section 5.1: terms, and what a message of an older or newer one does. */
class TermsTest {
  private final TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).start();

  @Test
  void section51_aNewerTermIsAdoptedAndMakesAFollower() {
    List<Message> newer =
        List.of(
            node.peer(2).appends(7, EntryId.ZERO, 0),
            node.peer(2).beats(7, EntryId.ZERO),
            node.peer(2).asksForVote(7, EntryId.ZERO),
            node.peer(2).votes(7, false),
            node.peer(2).accepts(7, 0),
            node.peer(2).rejects(7, 0, EntryId.ZERO),
            node.peer(2).answersBeat(7, 0),
            node.peer(2).answersOffer(7, EntryId.ZERO, true),
            node.peer(2).saysTimeoutNow(7),
            node.peer(2).asksForRead(7, 1),
            node.peer(2).forwards(7, 1, "x"));
    for (Message message : newer) {
      for (RoleType role : List.of(RoleType.FOLLOWER, RoleType.CANDIDATE, RoleType.LEADER)) {
        TestNode member = inRole(role);
        member.receive(message);
        boolean isIgnored =
            role == RoleType.LEADER && message == newer.get(2); // a leader does not listen
        assertThat(member.term()).as("%s at a %s", message, role).isEqualTo(isIgnored ? 1 : 7);
        assertThat(member.role()).isEqualTo(isIgnored ? RoleType.LEADER : RoleType.FOLLOWER);
      }
    }
  }

  private static TestNode inRole(RoleType role) {
    TestNode member = TestNode.member(1, 3).config(c -> c.preVote(false)).start();
    if (role != RoleType.FOLLOWER) {
      member.campaign();
    }
    if (role == RoleType.LEADER) {
      member.receive(member.peer(2).votes(1, true));
    }
    assertThat(member.role()).isEqualTo(role);
    return member;
  }

  @Test
  void section51_theVoteBelongsToItsTerm() {
    node.receive(node.peer(2).asksForVote(1, EntryId.ZERO));
    assertThat(node.status().hardState()).isEqualTo(new HardState(1, 2, 0));
    node.receive(node.peer(3).beats(2, EntryId.ZERO));
    assertThat(node.status().hardState()).isEqualTo(new HardState(2, 0, 0));
  }

  @Test
  void section51_anOlderVoteRequestIsRefusedWithTheNewerTerm() {
    TestNode member = TestNode.member(1, 3).hardState(5, 0, 0).start();
    member.receive(member.peer(2).asksForVote(4, id(4, 9)));
    RequestVoteResponse answer = member.takeOnly(RequestVoteResponse.class);
    assertThat(answer.granted()).isFalse();
    assertThat(answer.term()).isEqualTo(5);
    assertThat(member.status().hardState().votedFor()).isZero();
  }

  @Test
  void section51_anOlderLeaderIsToldTheNewerTermAndNotObeyed() {
    TestNode member = TestNode.member(1, 3).hardState(5, 0, 0).start();
    member.receive(
        member.peer(2).appends(4, EntryId.ZERO, 1, 4),
        member.peer(2).beats(4, EntryId.ZERO),
        member.peer(2).offers(4, member.disk().snapshot()));
    assertThat(member.status().last()).isEqualTo(EntryId.ZERO);
    assertThat(member.status().leader()).isZero();
    assertThat(member.takeSent(AppendEntriesResponse.class))
        .hasSize(3)
        .allMatch(answer -> answer.term() == 5 && answer.rejected());
  }

  @Test
  void section51_olderAnswersChangeNothing() {
    TestNode member = TestNode.member(1, 3).hardState(4, 0, 0).start().becomeLeader();
    assertThat(member.term()).isEqualTo(5);
    member.receive(
        member.peer(2).accepts(4, 1),
        member.peer(3).accepts(4, 1),
        member.peer(2).votes(4, true),
        member.peer(2).answersBeat(4, 0),
        member.peer(2).saysTimeoutNow(4));
    assertThat(member.commit()).isZero();
    assertThat(member.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  @Tag("R-02")
  @Tag("R-03")
  void section51_termAndVoteSurviveACrash() {
    node.receive(node.peer(2).asksForVote(3, EntryId.ZERO));
    node.takeOnly(RequestVoteResponse.class);
    node.crash(0);
    node.restart();
    assertThat(node.status().hardState()).isEqualTo(new HardState(3, 2, 0));
    node.receive(node.peer(3).asksForVote(3, EntryId.ZERO));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isFalse();
    node.receive(node.peer(2).asksForVote(3, EntryId.ZERO));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
  }

  /** Entries of a batch can outlive a crash while the hard state behind them does not. */
  @Test
  @Tag("R-72")
  void section51_theTermIsAtLeastThatOfTheLastEntry() {
    RecoveredLog torn =
        new RecoveredLog(
            new HardState(2, 3, 5),
            node.disk().snapshot(),
            1,
            2,
            List.of(id(2, 1), id(6, 2)),
            List.of());
    RawNode raw = new RawNode(RaftConfig.builder(TestNode.memberId(1)).build(), torn, 0);
    assertThat(raw.status().hardState()).isEqualTo(new HardState(6, 0, 2));
    assertThat(raw.ready().persist().hardState().term()).isEqualTo(6);
  }

  /**
   * A learner that was asked for its vote in a later term refuses all that an older leader sends.
   */
  @Test
  void section51_aLearnersNewerTermIsHeardByALeader() {
    Membership all = TestNode.boundVoters(1, 2, 3);
    IdSet none = IdSet.EMPTY;
    Membership withLearner =
        new Membership(
            EntryId.ZERO, all.members(), IdSet.of(1, 2), none, IdSet.of(3), none, false, 0);
    TestNode leader = TestNode.member(1, 3).membership(withLearner).start().becomeLeader();
    leader.receive(leader.peer(3).rejects(7, 0, EntryId.ZERO));
    assertThat(leader.term()).isEqualTo(7);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }

  /** Its own configuration may be the older one: only a leader has reason not to listen. */
  @Test
  void section51_aFollowerHearsTheNewerTermOfSomebodyItDoesNotKnow() {
    node.receive(node.peer(9).asksForRead(7, 1));
    assertThat(node.term()).isEqualTo(7);
    assertThat(node.takeOnly(ReadIndexResponse.class).refusal()).isNotNull();
  }

  @Test
  void section51_thereIsNoTermBelowZero() {
    node.receive(
        node.peer(2).asksForVote(-1, id(9, 9)),
        node.peer(2).asksForRead(-1, 1),
        node.peer(2).beats(-1, EntryId.ZERO));
    assertThat(node.violations()).hasSize(3).containsOnly(Kind.MALFORMED);
    assertThat(node.sent()).isEmpty();
  }

  @Test
  void section51_aProposalOfNothingIsNotTakenFromAPeer() {
    TestNode leader = inRole(RoleType.LEADER);
    leader.receive(
        new Propose(leader.peer(2).route(), leader.term(), new RequestId(1, 1), List.of()));
    assertThat(leader.violations()).containsExactly(Kind.MALFORMED);
  }
}
