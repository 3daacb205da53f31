// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.membership;

import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * From a configuration and a change to the next configuration, or to the reason why not: a function
 * of its arguments alone (paper, section 6; dissertation, sections 4.1 and 4.3).
 *
 * <p>Whatever it returns, every quorum of it shares a member with every quorum of the configuration
 * it came from. Were there two without a common member, each could elect a leader of one term, and
 * each leader could commit another entry at one index.
 */
public final class Changer {
  /**
   * What comes of a change.
   *
   * @param membership the next configuration, with the id of the current one until it has an entry;
   *     null if refused
   * @param reason null unless refused
   * @param problem what is wrong, for people; empty unless refused
   */
  public record Result(Membership membership, Refusal.Reason reason, String problem) {
    public boolean isRefused() {
      return reason != null;
    }

    private static Result invalid(String problem) {
      return new Result(null, Refusal.Reason.INVALID_CHANGE, problem);
    }
  }

  private final Membership current;
  private final TreeMap<Long, Member> members = new TreeMap<>();
  private final TreeMap<Long, Role> roles = new TreeMap<>();

  /** What a member is to be once the change is complete. */
  private enum Role {
    VOTER,
    LEARNER
  }

  private Changer(Membership current) {
    this.current = current;
    for (Member member : current.members()) {
      members.put(member.id(), member);
      roles.put(member.id(), current.voters().contains(member.id()) ? Role.VOTER : Role.LEARNER);
    }
  }

  /**
   * What comes of this change; {@link MembershipChange#expected()} is for the caller to compare.
   */
  public static Result change(Membership current, MembershipChange change) {
    if (current.isJoint()) {
      return new Result(
          null, Refusal.Reason.CHANGE_PENDING, "configuration " + current.id() + " is joint");
    }
    Changer changer = new Changer(current);
    List<Long> touched = new ArrayList<>();
    for (MembershipChange.Step step : change.steps()) {
      String problem =
          touched.contains(step.id()) ? name(step.id()) + " is named twice" : changer.apply(step);
      if (problem != null) {
        return Result.invalid(problem);
      }
      touched.add(step.id());
    }
    return changer.finish(!change.explicitLeave());
  }

  /** The configuration after the joint one: its incoming half, with those demoted as learners. */
  public static Result leave(Membership current) {
    if (!current.isJoint()) {
      return Result.invalid("configuration " + current.id() + " is not joint");
    }
    IdSet learners = current.learners().plus(current.learnersNext());
    List<Member> staying =
        current.members().stream()
            .filter(m -> current.voters().contains(m.id()) || learners.contains(m.id()))
            .toList();
    return new Result(
        new Membership(
            current.id(),
            staying,
            current.voters(),
            IdSet.EMPTY,
            learners,
            IdSet.EMPTY,
            false,
            current.featureLevel()),
        null,
        "");
  }

  // ---------------------------------------------------------------- steps

  /** Takes a step; returns what is wrong with it, or null. */
  private String apply(MembershipChange.Step step) {
    if (step instanceof MembershipChange.AddVoter add) {
      return add(add.member(), Role.VOTER);
    } else if (step instanceof MembershipChange.AddLearner add) {
      return add.member().witness()
          ? name(add.id()) + " is a witness, and a witness votes"
          : add(add.member(), Role.LEARNER);
    } else if (!members.containsKey(step.id())) {
      return name(step.id()) + " is not a member";
    } else if (step instanceof MembershipChange.Promote) {
      return turn(step.id(), Role.LEARNER, Role.VOTER);
    } else if (step instanceof MembershipChange.Demote) {
      return demote(step.id());
    } else if (step instanceof MembershipChange.UpdateContext update) {
      return describe(update);
    }
    roles.remove(step.id());
    return null;
  }

  private String add(Member member, Role role) {
    if (members.containsKey(member.id())) {
      return name(member.id()) + " is a member already";
    }
    members.put(member.id(), member);
    roles.put(member.id(), role);
    return problemOf(member.id(), member.context());
  }

  private String demote(long id) {
    Member member = members.get(id);
    if (member.witness()) {
      return name(id) + " is a witness: it stores no data that a learner could learn from";
    }
    // Else it would be a voter again as soon as it has caught up.
    members.put(
        id, new Member(member.memberId(), false, member.priority(), false, member.context()));
    return turn(id, Role.VOTER, Role.LEARNER);
  }

  private String turn(long id, Role from, Role to) {
    if (roles.get(id) != from) {
      return name(id) + (to == Role.VOTER ? " votes already" : " does not vote");
    }
    roles.put(id, to);
    return null;
  }

  private String describe(MembershipChange.UpdateContext update) {
    Member member = members.get(update.id());
    members.put(
        member.id(),
        new Member(
            member.memberId(),
            member.witness(),
            member.priority(),
            member.autoPromote(),
            update.context()));
    return problemOf(update.id(), update.context());
  }

  private static String problemOf(long id, String context) {
    int length = context.getBytes(StandardCharsets.UTF_8).length;
    return length <= MembershipCodec.MAX_CONTEXT_BYTES
        ? null
        : "the context of " + name(id) + " has " + length + " bytes";
  }

  // ---------------------------------------------------------------- the result

  private Result finish(boolean autoLeave) {
    IdSet voters = withRole(Role.VOTER);
    IdSet learners = withRole(Role.LEARNER);
    if (voters.isEmpty()) {
      return Result.invalid("nobody would vote");
    }
    int witnesses = 0;
    for (int i = 0; i < voters.size(); i++) {
      witnesses += members.get(voters.at(i)).witness() ? 1 : 0;
    }
    if (witnesses > voters.size() / 2) {
      // They could commit what nobody stores.
      return Result.invalid("witnesses alone would be a majority");
    }
    // With one voter more or less, a majority before and one after share a voter. With more they
    // need not: so both have to agree until the new ones are known to be in force.
    boolean isJoint = distance(current.voters(), voters) > 1;
    IdSet outgoing = isJoint ? current.voters() : IdSet.EMPTY;
    IdSet learnersNext = common(learners, outgoing);
    List<Member> all = new ArrayList<>();
    for (Member member : members.values()) {
      if (roles.containsKey(member.id()) || outgoing.contains(member.id())) {
        all.add(member);
      }
    }
    if (all.size() > MembershipCodec.MAX_MEMBERS) {
      return Result.invalid(all.size() + " members are too many");
    }
    Membership next =
        new Membership(
            current.id(),
            all,
            voters,
            outgoing,
            without(learners, learnersNext),
            learnersNext,
            isJoint && autoLeave,
            current.featureLevel());
    return next.equals(current)
        ? Result.invalid("nothing would change")
        : new Result(next, null, "");
  }

  private IdSet withRole(Role role) {
    return IdSet.of(
        roles.keySet().stream().filter(id -> roles.get(id) == role).mapToLong(id -> id).toArray());
  }

  /** How many are in one of the sets and not in the other. */
  private static int distance(IdSet one, IdSet other) {
    return without(one, other).size() + without(other, one).size();
  }

  private static IdSet common(IdSet one, IdSet other) {
    return without(one, without(one, other));
  }

  private static IdSet without(IdSet from, IdSet gone) {
    return IdSet.of(Arrays.stream(from.toArray()).filter(id -> !gone.contains(id)).toArray());
  }

  private static String name(long id) {
    return "member " + Long.toHexString(id);
  }
}
