// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SoftState;
import java.util.List;

/**
 * Everything that clients of this member ask of one group, on its way to the core and back.
 *
 * <p><b>Threads.</b> The loop's alone.
 *
 * @param <R> what applying a command results in
 */
final class GroupClients<R> {
  private final GroupLoop<R> group;
  private final RawNode raw;
  private final Endings<R> endings;
  private final Proposer<R> proposer;
  private final PendingReads reads;
  private final Transfers transfers;
  private final PendingMemberships changes;

  GroupClients(HostParts parts, GroupLoop<R> group, RawNode raw, long applied) {
    this.group = group;
    this.raw = raw;
    this.endings = new Endings<>(parts);
    this.proposer = new Proposer<>(parts, raw, endings, applied);
    this.reads = new PendingReads(parts, raw, endings);
    this.transfers = new Transfers(raw, endings);
    this.changes = new PendingMemberships(parts, raw, endings);
  }

  /** Whether nobody waits. */
  boolean isIdle() {
    return proposer.isIdle() && reads.isIdle() && transfers.isIdle() && changes.isIdle();
  }

  // ---------------------------------------------------------------- what they ask

  void onProposal(Proposal<R> proposal) {
    proposal.deadline = group.host().requestDeadline();
    if (group.isOut()) {
      endings.refuse(proposal, stopped());
    } else {
      proposer.add(proposal);
    }
  }

  void onRead(Read<?> read) {
    read.deadline = group.host().requestDeadline();
    if (group.isOut()) {
      endings.end(() -> read.refuse(stopped()));
    } else {
      reads.add(read);
    }
  }

  /** Asks the leader for a snapshot; null if asked. */
  Refusal requestSnapshot() {
    return group.isOut() ? stopped() : raw.requestSnapshot();
  }

  void onTransfer(Transfer transfer) {
    transfers.onAnswer(transfer, group.isOut() ? stopped() : handOver(transfer.target));
  }

  void onChange(MembershipRequest request) {
    request.deadline = group.host().requestDeadline();
    if (group.isOut()) {
      endings.end(() -> request.refuse(stopped()));
    } else {
      // What was asked before goes before.
      proposer.flush();
      changes.propose(request);
    }
  }

  /** Hands leadership over; null if begun. During a transfer nothing is appended. */
  Refusal handOver(long target) {
    // What was asked before goes before.
    proposer.flush();
    return raw.transferLeadership(target);
  }

  private static Refusal stopped() {
    return new Refusal(Refusal.Reason.STOPPED, 0);
  }

  // ---------------------------------------------------------------- to the core

  /** Brings to the core what has gathered. */
  void flush() {
    proposer.flush();
    reads.flush();
  }

  /** Whether something waits that {@link #flush} would try. */
  boolean canFlush() {
    return proposer.canFlush() || reads.canFlush();
  }

  // ---------------------------------------------------------------- what becomes of it

  void onForwardState(ForwardState state) {
    proposer.onForwardState(state);
  }

  /** Who is to be served at the index that this answer names; null if nobody. */
  ReadBatch onReadState(ReadState state) {
    return reads.onReadState(state);
  }

  /** These entries are on their way to the state machine; returns who waits for which. */
  Proposal<R>[] onCommitted(List<Entry> entries) {
    changes.onCommitted(entries);
    return proposer.onCommitted(entries);
  }

  /** A snapshot takes the place of everything up to {@code index}. */
  void onRestored(long index) {
    changes.onRestored(index);
    proposer.onRestored(index);
  }

  void onLeaderHeard() {
    proposer.onLeaderHeard();
  }

  void onLeaderLost() {
    proposer.onLeaderLost();
  }

  /** Another role of this member, or another leader. */
  void onSoftState(SoftState before, SoftState now) {
    if (now.leader() != before.leader() || before.role() == RoleType.LEADER) {
      proposer.onLeaderChanged(group.host().settleDeadline());
      reads.onLeaderChanged();
      transfers.settle(now.role(), now.leader());
    }
  }

  /** One tick has passed. */
  void onTick(long now, SoftState soft) {
    proposer.onTick(now);
    reads.onTick(now);
    changes.onTick(now);
    transfers.settle(soft.role(), soft.leader());
  }

  /** Hands over to the apply worker what has ended badly in this turn. */
  void tellEndings() {
    endings.flush();
  }

  /** Nothing is asked of the core any more: ends all; returns why what waits elsewhere ends. */
  Refusal stop() {
    Refusal refusal = stopped();
    proposer.stop(refusal);
    reads.stop(refusal);
    transfers.stop(refusal);
    changes.stop();
    endings.flush();
    return refusal;
  }
}
