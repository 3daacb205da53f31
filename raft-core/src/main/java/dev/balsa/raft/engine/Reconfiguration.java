// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.membership.Changer;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.tracker.Progress;

/**
 * A leader's work on the configuration (paper, section 6; dissertation, chapter 4): takes changes,
 * ends joint phases, and writes down incarnations.
 *
 * <p>Each of these appends one configuration, and only when the one in force is committed and this
 * leader has committed an entry of its own term. So at most one configuration is ever uncommitted
 * in a log, and any two that can be in force at a time are neighbours, whose quorums overlap.
 *
 * <p>Configuration entries are exempt from the quota of uncommitted bytes: they are few, and a
 * leader that is choked may need one to get on.
 */
final class Reconfiguration {
  private final Raft raft;
  private final Leader leader;
  private final Replicator replicator;
  private final IncarnationBinding binding;

  Reconfiguration(Raft raft, Leader leader, Replicator replicator) {
    this(raft, leader, replicator, new IncarnationBinding(raft, replicator));
  }

  private Reconfiguration(
      Raft raft, Leader leader, Replicator replicator, IncarnationBinding binding) {
    this.raft = raft;
    this.leader = leader;
    this.replicator = replicator;
    this.binding = binding;
  }

  /** The same for the twin {@code raft}. */
  Reconfiguration copy(Raft raft, Leader leader, Replicator replicator) {
    return new Reconfiguration(raft, leader, replicator, binding.copy(raft, replicator));
  }

  void encodeState(StateSink sink) {
    binding.encodeState(sink);
  }

  // ---------------------------------------------------------------- what is asked

  ProposeResult propose(MembershipChange change) {
    if (raft.isStorageFull()) {
      // What the configuration needs to come to rest is exempt; a new change would only begin
      // another round of what has no room.
      return ProposeResult.refused(raft.refusal(Reason.STORAGE_FULL));
    }
    Membership current = raft.membership();
    Refusal refusal = refusalNow(change.expected());
    if (refusal != null) {
      return ProposeResult.refused(refusal);
    }
    Changer.Result result = Changer.change(current, change);
    if (result.isRefused()) {
      return ProposeResult.refused(raft.refusal(result.reason(), result.problem()));
    }
    for (MembershipChange.Step step : change.steps()) {
      if (step instanceof MembershipChange.Promote && !isCaughtUp(step.id())) {
        // As a voter it would be counted on at once: commits could wait for it to catch up.
        return ProposeResult.refused(
            raft.refusal(Reason.LEARNER_BEHIND, "member " + Long.toHexString(step.id())));
      }
    }
    return ProposeResult.accepted(append(result.membership()));
  }

  ProposeResult leaveJoint(EntryId expected) {
    Refusal refusal = refusalNow(expected);
    if (refusal != null) {
      return ProposeResult.refused(refusal);
    }
    Changer.Result result = Changer.leave(raft.membership());
    return result.isRefused()
        ? ProposeResult.refused(raft.refusal(result.reason(), result.problem()))
        : ProposeResult.accepted(append(result.membership()));
  }

  /** Why no configuration may follow the present one now, or null. */
  private Refusal refusalNow(EntryId expected) {
    Reason obstacle = obstacle();
    if (obstacle != null) {
      return raft.refusal(obstacle);
    }
    EntryId inForce = raft.membership().id();
    return expected == null || expected.equals(inForce)
        ? null
        : raft.refusal(Reason.CONFIGURATION_MISMATCH, inForce + " is in force, not " + expected);
  }

  private Reason obstacle() {
    if (leader.isLeaving()) {
      // It is not a member any more; the next leader may do what it likes.
      return Reason.TRANSFERRING;
    }
    if (!leader.hasCommittedInTerm()) {
      // An earlier leader may have left a change that this one never saw, on a quorum of its own.
      // Two changes that both start from the configuration here could have quorums without a
      // common member: this one, elected without the other, would commit beside it.
      return Reason.NO_COMMIT_IN_TERM;
    }
    // Two that are not committed are two steps from the one that is, and may not overlap with it.
    return raft.isMembershipPending() ? Reason.CHANGE_PENDING : null;
  }

  /**
   * Whether what this learner lacks would fit into one AppendEntries, and it is there to take it.
   * It is a peer: a leader that is a learner itself waits for that to commit, or is leaving.
   */
  private boolean isCaughtUp(long learner) {
    Progress peer = replicator.find(learner);
    return replicator.lacksLittle(peer)
        && raft.now() - peer.lastContact() < raft.config().electionTicks();
  }

  // ---------------------------------------------------------------- what is done unasked

  void onTick() {
    if (obstacle() == null && raft.now() >= binding.dueAt()) {
      append(binding.bound());
    }
  }

  /** More is committed. */
  void onCommit() {
    maybeLeaveJoint();
  }

  /** The next tick at which there may be something to do, {@link Long#MAX_VALUE} if nothing. */
  long dueAt() {
    return obstacle() == null ? binding.dueAt() : Long.MAX_VALUE;
  }

  /**
   * Ends a joint phase whose entry is committed, whoever began it: a leader that took over finds it
   * in its log or its snapshot. Once only, for what it appends is not joint. No tick needs to look
   * again: nothing but a commit, of the joint entry or of the term's first, makes way for it.
   */
  private void maybeLeaveJoint() {
    Membership current = raft.membership();
    if (current.isJoint() && current.autoLeave() && obstacle() == null) {
      append(Changer.leave(current).membership());
    }
  }

  private EntryId append(Membership next) {
    EntryId id = leader.nextId();
    raft.changes().append(Entry.of(id, EntryType.CONFIGURATION, MembershipCodec.encode(next)));
    return id;
  }
}
