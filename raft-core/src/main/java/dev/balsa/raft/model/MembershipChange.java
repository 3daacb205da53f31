// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What is to become of a configuration: steps that take effect together (paper, section 6;
 * dissertation, chapter 4). Values are immutable; each method returns a longer one.
 *
 * <pre>{@code
 * MembershipChange.none().addVoter(Member.of(4, "10.0.0.4:7001")).remove(1).expecting(seen.id())
 * }</pre>
 *
 * <p>A change of one voter at most goes directly; one of more goes through a joint configuration,
 * in which a majority of the old voters and a majority of the new ones decide. What cannot be done
 * is refused by {@link Refusal.Reason#INVALID_CHANGE}, not by an exception.
 *
 * @param steps in the order given; at most one for each member
 * @param expected the {@linkplain Membership#id() id} of the configuration that is to be changed,
 *     so that two who change it at a time do not undo each other's work; null for whichever it is
 * @param explicitLeave whether a joint configuration stays until it is left by {@code leaveJoint},
 *     rather than until the leader can end it; without effect on a change that goes directly
 */
public record MembershipChange(List<Step> steps, EntryId expected, boolean explicitLeave) {
  private static final MembershipChange NONE = new MembershipChange(List.of(), null, false);

  /** One thing to be done to one member. */
  public sealed interface Step
      permits AddVoter, AddLearner, Promote, Demote, Remove, UpdateContext {
    /** The member in question. */
    long id();
  }

  /** A new member that votes at once, or a witness; its log may yet be empty. */
  public record AddVoter(Member member) implements Step {
    public AddVoter {
      Objects.requireNonNull(member, "member");
    }

    @Override
    public long id() {
      return member.id();
    }
  }

  /** A new member that receives the log and does not vote. */
  public record AddLearner(Member member) implements Step {
    public AddLearner {
      Objects.requireNonNull(member, "member");
    }

    @Override
    public long id() {
      return member.id();
    }
  }

  /** A learner that has caught up becomes a voter. */
  public record Promote(long id) implements Step {}

  /** A voter becomes a learner, which is not promoted by itself. */
  public record Demote(long id) implements Step {}

  /** A voter or learner leaves. */
  public record Remove(long id) implements Step {}

  /** What is said of a member changes, such as its address. */
  public record UpdateContext(long id, String context) implements Step {
    public UpdateContext {
      Objects.requireNonNull(context, "context");
    }
  }

  public MembershipChange {
    steps = List.copyOf(steps);
  }

  /** No step yet. */
  public static MembershipChange none() {
    return NONE;
  }

  /**
   * Adds a member that votes at once. If the id is that of a member that left, state the
   * incarnation of its data directory: an old and a new directory under one id are not told apart
   * otherwise until the leader has bound it.
   */
  public MembershipChange addVoter(Member member) {
    return and(new AddVoter(member));
  }

  /** Adds a member that does not vote; for incarnations see {@link #addVoter}. */
  public MembershipChange addLearner(Member member) {
    return and(new AddLearner(member));
  }

  public MembershipChange promote(long id) {
    return and(new Promote(id));
  }

  public MembershipChange demote(long id) {
    return and(new Demote(id));
  }

  public MembershipChange remove(long id) {
    return and(new Remove(id));
  }

  public MembershipChange updateContext(long id, String context) {
    return and(new UpdateContext(id, context));
  }

  /** The same steps and this one. */
  public MembershipChange and(Step step) {
    List<Step> more = new ArrayList<>(steps);
    more.add(step);
    return new MembershipChange(more, expected, explicitLeave);
  }

  /** The same, to be refused unless this configuration is in force. */
  public MembershipChange expecting(EntryId configuration) {
    return new MembershipChange(steps, configuration, explicitLeave);
  }

  /** The same, to stay joint, if it has to be, until told otherwise. */
  public MembershipChange leavingExplicitly() {
    return new MembershipChange(steps, expected, true);
  }
}
