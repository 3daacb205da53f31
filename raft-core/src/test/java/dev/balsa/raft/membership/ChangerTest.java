// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The next configuration against a deliberately simple twin, over every configuration of up to five
 * members, voters and learners, and every set of steps that gives each of them another role (paper,
 * section 6; dissertation, sections 4.1 and 4.3).
 */
class ChangerTest {
  private static final int MEMBERS = 5;

  /** Three roles for each: 0 is nobody, 1 votes, 2 learns. */
  private static final int COMBINATIONS = 243;

  private static final int VOTES = 1;
  private static final int LEARNS = 2;

  @Test
  @Tag("R-32")
  void everyChangeOfEveryConfiguration() {
    for (int from = 0; from < COMBINATIONS; from++) {
      if (count(from, VOTES) == 0) {
        continue;
      }
      for (int to = 0; to < COMBINATIONS; to++) {
        Membership before = membershipOf(from);
        Changer.Result result = Changer.change(before, changeOf(from, to));
        if (to == from || count(to, VOTES) == 0) {
          assertThat(result.reason()).isEqualTo(Reason.INVALID_CHANGE);
          assertThat(result.problem()).isNotEmpty();
          continue;
        }
        Membership next = result.membership();
        checkAgainstTwin(from, to, next);
        requireOverlap(before, next);
        if (next.isJoint()) {
          Membership after = Changer.leave(next).membership();
          requireOverlap(next, after);
          assertThat(after).isEqualTo(membershipOf(to));
        } else {
          assertThat(next).isEqualTo(membershipOf(to));
        }
      }
    }
  }

  private static void checkAgainstTwin(int from, int to, Membership next) {
    int voterChanges = 0;
    for (int id = 1; id <= MEMBERS; id++) {
      voterChanges += (role(from, id) == VOTES) == (role(to, id) == VOTES) ? 0 : 1;
    }
    boolean isJoint = voterChanges > 1;
    assertThat(next.isJoint()).isEqualTo(isJoint);
    assertThat(next.autoLeave()).isEqualTo(isJoint);
    for (int id = 1; id <= MEMBERS; id++) {
      boolean voted = isJoint && role(from, id) == VOTES;
      boolean learns = role(to, id) == LEARNS;
      assertThat(next.voters().contains(id)).isEqualTo(role(to, id) == VOTES);
      assertThat(next.outgoingVoters().contains(id)).isEqualTo(voted);
      assertThat(next.learners().contains(id)).isEqualTo(learns && !voted);
      assertThat(next.learnersNext().contains(id)).isEqualTo(learns && voted);
    }
  }

  /** Every set of members that is a quorum of one leaves none of the other untouched. */
  private static void requireOverlap(Membership one, Membership other) {
    for (int chosen = 0; chosen < 1 << MEMBERS; chosen++) {
      boolean isBroken = isQuorum(one, chosen) && isQuorum(other, ~chosen);
      if (isBroken) {
        assertThat(isBroken).as("%s and %s, by %d", one, other, chosen).isFalse();
      }
    }
  }

  private static boolean isQuorum(Membership membership, int chosen) {
    return isMajority(membership.voters(), chosen)
        && (!membership.isJoint() || isMajority(membership.outgoingVoters(), chosen));
  }

  private static boolean isMajority(IdSet half, int chosen) {
    int count = 0;
    for (int i = 0; i < half.size(); i++) {
      count += (chosen & 1 << half.at(i) - 1) != 0 ? 1 : 0;
    }
    return 2 * count > half.size();
  }

  private static int role(int combination, int id) {
    int rest = combination;
    for (int i = 1; i < id; i++) {
      rest /= 3;
    }
    return rest % 3;
  }

  private static int count(int combination, int role) {
    int count = 0;
    for (int id = 1; id <= MEMBERS; id++) {
      count += role(combination, id) == role ? 1 : 0;
    }
    return count;
  }

  private static Membership membershipOf(int combination) {
    List<Member> members = new ArrayList<>();
    List<Long> voters = new ArrayList<>();
    List<Long> learners = new ArrayList<>();
    for (int id = 1; id <= MEMBERS; id++) {
      if (role(combination, id) != 0) {
        members.add(Member.of(id, ""));
        (role(combination, id) == VOTES ? voters : learners).add((long) id);
      }
    }
    IdSet none = IdSet.EMPTY;
    return new Membership(
        EntryId.ZERO, members, idSet(voters), none, idSet(learners), none, false, 0);
  }

  private static IdSet idSet(List<Long> ids) {
    return IdSet.of(ids.stream().mapToLong(id -> id).toArray());
  }

  private static MembershipChange changeOf(int from, int to) {
    MembershipChange change = MembershipChange.none();
    for (int id = 1; id <= MEMBERS; id++) {
      int was = role(from, id);
      int is = role(to, id);
      if (was == is) {
        continue;
      }
      if (is == 0) {
        change = change.remove(id);
      } else if (was == 0) {
        Member member = Member.of(id, "");
        change = is == VOTES ? change.addVoter(member) : change.addLearner(member);
      } else {
        change = is == VOTES ? change.promote(id) : change.demote(id);
      }
    }
    return change;
  }

  // ---------------------------------------------------------------- what is refused

  private static final MembershipChange CHANGE = MembershipChange.none();

  private static void requireInvalid(Membership from, MembershipChange change, String problem) {
    Changer.Result result = Changer.change(from, change);
    assertThat(result.reason()).as(change.toString()).isEqualTo(Reason.INVALID_CHANGE);
    assertThat(result.problem()).contains(problem);
    assertThat(result.membership()).isNull();
  }

  @Test
  @Tag("R-32")
  void saysWhyItRefuses() {
    Membership three = TestNode.voters(1, 2, 3);
    requireInvalid(three, CHANGE, "nothing would change");
    requireInvalid(three, CHANGE.addVoter(Member.of(3, "")), "member 3 is a member already");
    requireInvalid(three, CHANGE.addLearner(Member.of(3, "")), "member 3 is a member already");
    requireInvalid(three, CHANGE.remove(4), "member 4 is not a member");
    requireInvalid(three, CHANGE.demote(0), "member 0 is not a member");
    requireInvalid(three, CHANGE.promote(3), "member 3 votes already");
    requireInvalid(three, CHANGE.demote(3).promote(3), "member 3 is named twice");
    requireInvalid(three, CHANGE.remove(1).remove(2).remove(3), "nobody would vote");
    requireInvalid(three, CHANGE.updateContext(4, "x"), "member 4 is not a member");
    requireInvalid(three, CHANGE.updateContext(3, ""), "nothing would change");
    Membership learning = Changer.change(three, CHANGE.demote(3)).membership();
    requireInvalid(learning, CHANGE.demote(3), "member 3 does not vote");
    String text = "\u00e9".repeat(MembershipCodec.MAX_CONTEXT_BYTES / 2) + "x";
    requireInvalid(three, CHANGE.updateContext(3, text), "has 65537 bytes");
    requireInvalid(three, CHANGE.addVoter(Member.of(4, text)), "has 65537 bytes");
  }

  @Test
  void aConfigurationIsBounded() {
    MembershipChange change = CHANGE;
    for (int id = 4; id <= MembershipCodec.MAX_MEMBERS + 1; id++) {
      change = change.addLearner(Member.of(id, ""));
    }
    requireInvalid(TestNode.voters(1, 2, 3), change, "1025 members are too many");
  }

  @Test
  void witnessesAreNeverAMajorityAndNeverLearn() {
    Membership one = TestNode.voters(1);
    Member witness = new Member(new MemberId(2, 0), true, 0, false, "");
    Member other = new Member(new MemberId(3, 0), true, 0, false, "");
    Membership two = Changer.change(one, CHANGE.addVoter(witness)).membership();
    assertThat(two.member(2).witness()).isTrue();
    requireInvalid(two, CHANGE.addVoter(other), "witnesses alone would be a majority");
    requireInvalid(two, CHANGE.remove(1), "witnesses alone would be a majority");
    requireInvalid(two, CHANGE.demote(2), "member 2 is a witness");
    requireInvalid(one, CHANGE.addLearner(witness), "member 2 is a witness");
  }

  @Test
  void aJointConfigurationIsLeftBeforeItIsChanged() {
    Membership joint =
        Changer.change(TestNode.voters(1, 2, 3), CHANGE.remove(2).remove(3).leavingExplicitly())
            .membership();
    assertThat(joint.isJoint()).isTrue();
    assertThat(joint.autoLeave()).isFalse();
    assertThat(Changer.change(joint, CHANGE.remove(2)).reason()).isEqualTo(Reason.CHANGE_PENDING);
    assertThat(Changer.leave(TestNode.voters(1)).reason()).isEqualTo(Reason.INVALID_CHANGE);
  }

  @Test
  void whoIsDemotedIsNotPromotedByItself() {
    Member eager = new Member(new MemberId(2, 7), false, 3, true, "here");
    Membership before = Changer.change(TestNode.voters(1), CHANGE.addVoter(eager)).membership();
    Membership after = Changer.change(before, CHANGE.demote(2)).membership();
    assertThat(after.member(2)).isEqualTo(new Member(new MemberId(2, 7), false, 3, false, "here"));
    Membership moved = Changer.change(before, CHANGE.updateContext(2, "there")).membership();
    assertThat(moved.member(2)).isEqualTo(new Member(new MemberId(2, 7), false, 3, true, "there"));
  }
}
