// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dissertation, section 4.2.2: the last ticks of a leader that has removed itself. */
@Tag("R-33")
class DepartureTest {
  private static final MembershipChange CHANGE = MembershipChange.none();

  private TestNode leader;

  /** A leader of three whose own removal is appended and not committed. */
  @BeforeEach
  void removesItself() {
    leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    assertThat(leader.change(CHANGE.remove(1)).isAccepted()).isTrue();
    leader.sent().clear();
  }

  private void bothAccept(long index) {
    leader.receive(leader.peer(2).accepts(1, index), leader.peer(3).accepts(1, index));
  }

  /** A tick in which both others are heard. */
  private void tick() {
    leader.tick(1).receive(leader.peer(2).answersBeat(1, 0), leader.peer(3).answersBeat(1, 0));
  }

  /** It is not a member any more: what it appended now would be counted by nobody it answers to. */
  @Test
  void nothingIsChangedByALeaderThatIsLeaving() {
    bothAccept(2);
    Member fourth = Member.of(4, "").bound(1004);
    assertThat(leader.change(CHANGE.addLearner(fourth)).refusal().reason())
        .isEqualTo(Reason.TRANSFERRING);
    assertThat(leader.leaveJoint(null).refusal().reason()).isEqualTo(Reason.TRANSFERRING);
    assertThat(leader.status().last().index()).isEqualTo(2);
  }

  @Test
  void whatCommitsMeanwhileDoesNotPutOffItsEnd() {
    for (int i = 0; i < 10; i++) {
      assertThat(leader.propose("a").isAccepted()).isTrue();
    }
    bothAccept(2);
    for (int i = 1; i < 10; i++) {
      tick();
      bothAccept(2 + i);
      assertThat(leader.commit()).isEqualTo(2 + i);
      assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    }
    tick();
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }

  /** A hand-over asked for earlier times out before the departure does. */
  @Test
  void itTriesAnotherHandOverWhenTheFirstIsGivenUp() {
    assertThat(leader.transferTo(2)).isNull();
    for (int i = 1; i <= 5; i++) {
      tick();
    }
    bothAccept(2);
    assertThat(leader.takeOnly(TimeoutNow.class).to()).isEqualTo(2);
    for (int i = 6; i < 10; i++) {
      tick();
      assertThat(leader.takeSent(TimeoutNow.class)).isEmpty();
    }
    tick();
    assertThat(leader.takeSent(TimeoutNow.class)).as("the message may be lost").hasSize(1);
    assertThat(leader.status().transferee()).isNotZero();
    for (int i = 11; i < 15; i++) {
      tick();
      assertThat(leader.role()).isEqualTo(RoleType.LEADER);
    }
    tick();
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }

  /** A witness acknowledged last, and the only one that could lead had long been silent. */
  @Test
  void withNobodyToLeadItWaitsForSomebodyAndTakesNothing() {
    List<Member> members = new ArrayList<>(TestNode.boundVoters(1, 2, 3).members());
    members.set(2, new Member(TestNode.memberId(3), true, 0, false, ""));
    TestNode leader =
        TestNode.member(1, 3)
            .membership(Membership.bootstrap(members))
            .config(c -> c.checkQuorum(false).heartbeatTicks(5))
            .start()
            .becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.change(CHANGE.remove(1));
    leader.receive(leader.peer(2).accepts(1, 2));
    leader.tick(10).receive(leader.peer(3).accepts(1, 2));
    assertThat(leader.commit()).isEqualTo(2);
    assertThat(leader.takeSent(TimeoutNow.class)).isEmpty();
    assertThat(leader.propose("a").refusal().reason()).isEqualTo(Reason.TRANSFERRING);
    assertThat(leader.raw().ticksUntilDue()).as("it looks for somebody").isEqualTo(1);
    leader.receive(leader.peer(2).answersBeat(1, 0)).tick(1);
    assertThat(leader.takeOnly(TimeoutNow.class).to()).isEqualTo(2);
    assertThat(leader.raw().ticksUntilDue()).as("it waits for 2").isGreaterThan(1);
    leader.tick(9);
    assertThat(leader.role()).isEqualTo(RoleType.FOLLOWER);
  }
}
