// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.state.StateSink;
import java.util.List;

/**
 * What is asked of a leader: proposals, reads, transfers; by this member's clients, or by another
 * member on behalf of its own (paper, section 8).
 */
public final class Requests {
  private final Raft raft;
  private final LocalReads reads;
  private final Repair repair;

  Requests(Raft raft) {
    this(raft, new LocalReads(raft.out()), new Repair(raft));
  }

  private Requests(Raft raft, LocalReads reads, Repair repair) {
    this.raft = raft;
    this.reads = reads;
    this.repair = repair;
  }

  /** The same for the twin {@code raft}, which has its outbox already. */
  Requests copy(Raft raft) {
    return new Requests(raft, reads.copy(raft.out()), repair.copy(raft));
  }

  void encodeState(StateSink sink) {
    reads.encodeState(sink, raft.now());
    repair.encodeState(sink);
  }

  // ---------------------------------------------------------------- this member's requests

  /** Appends these commands, all or none. */
  public ProposeResult propose(List<byte[]> commands) {
    if (commands.isEmpty()) {
      throw new IllegalArgumentException("nothing proposed");
    }
    return raft.role() instanceof Leader leading
        ? leading.propose(commands)
        : ProposeResult.refused(notLeader());
  }

  /** Changes the configuration. */
  public ProposeResult proposeMembership(MembershipChange change) {
    return raft.role() instanceof Leader leading
        ? leading.reconfiguration().propose(change)
        : ProposeResult.refused(notLeader());
  }

  /** Ends a joint configuration. */
  public ProposeResult leaveJoint(EntryId expected) {
    return raft.role() instanceof Leader leading
        ? leading.reconfiguration().leaveJoint(expected)
        : ProposeResult.refused(notLeader());
  }

  private Refusal notLeader() {
    return raft.refusal(raft.leader() == 0 ? Refusal.Reason.NO_LEADER : Refusal.Reason.NOT_LEADER);
  }

  /** Sends these commands to the leader; null if sent. */
  public Refusal forward(RequestId first, List<byte[]> commands) {
    if (raft.leader() == 0 || raft.leader() == raft.self().id()) {
      return raft.refusal(Refusal.Reason.NO_LEADER);
    }
    raft.out().send(new Propose(raft.routeTo(raft.leader()), raft.term(), first, commands));
    return null;
  }

  /** Asks for a read index; null if asked. */
  public Refusal readIndex(RequestId request) {
    if (reads.isPending(request)) {
      throw new IllegalArgumentException(request + " waits for an answer already");
    }
    if (reads.isFull()) {
      return raft.refusal(Refusal.Reason.OVERLOADED);
    }
    if (raft.role() instanceof Leader leading) {
      if (!leading.maybeRead(request, null)) {
        return raft.refusal(Refusal.Reason.OVERLOADED);
      }
    } else if (raft.leader() == 0) {
      return raft.refusal(Refusal.Reason.NO_LEADER);
    } else {
      raft.out().send(new ReadIndex(raft.routeTo(raft.leader()), raft.term(), request));
    }
    reads.add(request, raft.now() + raft.config().electionTicks());
    return null;
  }

  /** Hands leadership over; null if begun. */
  public Refusal transferLeadership(long target) {
    return raft.role() instanceof Leader leading ? leading.transfer(target) : notLeader();
  }

  /** Asks the leader for a snapshot; null if asked. */
  public Refusal requestSnapshot() {
    return repair.request();
  }

  /** Brings a damaged state machine back. */
  Repair repair() {
    return repair;
  }

  /** At what index a peer waits for a newer snapshot than there is; 0 if none, or not yet. */
  public long snapshotWantedAt() {
    return raft.role() instanceof Leader leading ? leading.snapshotWantedAt() : 0;
  }

  // ---------------------------------------------------------------- peers' requests, and answers

  void onReadIndex(ReadIndex message) {
    Route replyTo = new Route(raft.self(), message.route().from());
    Refusal refusal = null;
    if (!(raft.role() instanceof Leader leading)) {
      refusal = raft.refusal(Refusal.Reason.NOT_LEADER);
    } else if (!leading.maybeRead(message.request(), replyTo)) {
      refusal = raft.refusal(Refusal.Reason.OVERLOADED);
    }
    if (refusal != null) {
      raft.out().send(new ReadIndexResponse(replyTo, raft.term(), message.request(), 0, refusal));
    }
  }

  void onReadIndexResponse(ReadIndexResponse message) {
    reads.complete(new ReadState(message.request(), message.index(), message.refusal()));
  }

  void onPropose(Propose message) {
    ProposeResult result;
    if (message.term() < raft.term()) {
      // Meant for the leader of an earlier term. It may be a copy, delayed on the way, of what that
      // leader has appended: to take it now would apply it twice.
      result = ProposeResult.refused(raft.refusal(Refusal.Reason.LEADER_CHANGED));
    } else if (!raft.membership().contains(message.from())) {
      // Whose copies nobody could tell from new requests.
      result = ProposeResult.refused(raft.refusal(Refusal.Reason.NOT_A_MEMBER));
    } else if (raft.role() instanceof Leader leading
        && !leading.isNewRequest(message.from(), message.first())) {
      return;
    } else {
      result = propose(message.payloads());
    }
    // May be sent before the entry is durable: it names the entry and promises nothing. It leaves
    // ahead of the entry itself, so that the asking member knows what to wait for.
    raft.out()
        .send(
            new ProposeResponse(
                new Route(raft.self(), message.route().from()),
                raft.term(),
                message.first(),
                message.payloads().size(),
                result));
  }

  void onProposeResponse(ProposeResponse message) {
    if (message.first().bootEpoch() == raft.config().bootEpoch()) {
      raft.out().forward(new ForwardState(message.first(), message.count(), message.result()));
    }
  }

  // ---------------------------------------------------------------- ends

  /** A read asked here has its answer. */
  void complete(ReadState answer) {
    reads.complete(answer);
  }

  void onTick() {
    if (raft.now() >= reads.dueAt()) {
      reads.onTick(raft.now(), raft.refusal(Refusal.Reason.TIMED_OUT));
    }
  }

  /** The tick at which the next one is given up, {@link Long#MAX_VALUE} if none waits. */
  long dueAt() {
    return reads.dueAt();
  }

  /** Whoever was asked does not lead any more, and will not answer. */
  void onLeaderChanged() {
    reads.failAll(raft.refusal(Refusal.Reason.LEADER_CHANGED));
    repair.onLeaderChanged();
  }
}
