// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.tracker.Inflights;
import dev.balsa.raft.tracker.Progress;
import dev.balsa.raft.tracker.ProgressState;
import java.util.List;

/**
 * Leads one term: appends, replicates, commits, confirms reads (paper, sections 5.3, 5.4 and 8).
 *
 * <p>Invariant: only ever appends to its log; never replaces or drops an entry (Leader
 * Append-Only).
 */
final class Leader implements Role {
  private final Raft raft;
  private final Replicator replicator;
  private final ReadIndexQueue reads;

  /**
   * What was proposed in this term and is not committed. Begins at nothing with each leadership.
   */
  private final Inflights uncommitted;

  private final LeaderTransfer transfer;
  private final Reconfiguration reconfiguration;
  private final Departure departure;
  private long nextHeartbeat;

  /** The disk has stalled, and the hand-over that this calls for was tried. */
  private boolean stallNoticed;

  Leader(Raft raft) {
    this.raft = raft;
    this.replicator = new Replicator(raft);
    this.reads = new ReadIndexQueue();
    this.uncommitted = new Inflights(Integer.MAX_VALUE, raft.config().maxUncommittedBytes());
    this.transfer = new LeaderTransfer(raft, replicator);
    this.reconfiguration = new Reconfiguration(raft, this, replicator);
    this.departure = new Departure(raft, transfer);
    this.nextHeartbeat = raft.now() + raft.config().heartbeatTicks();
  }

  private Leader(Raft raft, Leader other) {
    this.raft = raft;
    this.replicator = other.replicator.copy(raft);
    this.reads = other.reads.copy();
    this.uncommitted = other.uncommitted.copy();
    this.transfer = other.transfer.copy(raft, replicator);
    this.reconfiguration = other.reconfiguration.copy(raft, this, replicator);
    this.departure = other.departure.copy(raft, transfer);
    this.nextHeartbeat = other.nextHeartbeat;
    this.stallNoticed = other.stallNoticed;
  }

  @Override
  public Role copy(Raft raft) {
    return new Leader(raft, this);
  }

  @Override
  public void encodeState(StateSink sink) {
    replicator.encodeState(sink);
    reads.encodeState(sink);
    uncommitted.encodeState(sink);
    transfer.encodeState(sink);
    reconfiguration.encodeState(sink);
    departure.encodeState(sink);
    sink.putDelay(raft.now(), nextHeartbeat);
    sink.put(stallNoticed);
  }

  @Override
  public RoleType type() {
    return RoleType.LEADER;
  }

  /** Opens the term with an entry of its own, without which nothing older could be committed. */
  void start() {
    raft.changes().append(Entry.noOp(nextId()));
  }

  /** The id of the entry that is appended next. */
  EntryId nextId() {
    return new EntryId(raft.term(), raft.log().lastIndex() + 1);
  }

  // ---------------------------------------------------------------- time

  @Override
  public void onTick() {
    transfer.onTick();
    if (raft.now() >= quorumLostAt() || isStuckOnDisk() || departure.isOver()) {
      raft.elections().becomeFollower(raft.term(), 0);
      return;
    }
    reconfiguration.onTick();
    departure.onTick();
    replicator.onTick();
    if (raft.now() >= nextHeartbeat) {
      nextHeartbeat = raft.now() + raft.config().heartbeatTicks();
      replicator.sendHeartbeats(reads.lastRound());
      if (raft.isStorageFull()) {
        transfer.maybeBeginToPeerWithRoom();
      }
    }
  }

  @Override
  public long dueAt() {
    long own = Math.min(nextHeartbeat, quorumLostAt());
    long handOver = Math.min(Math.min(transfer.dueAt(), departure.dueAt()), stallDueAt());
    long members = Math.min(reconfiguration.dueAt(), replicator.dueAt());
    return Math.min(own, Math.min(handOver, members));
  }

  private long stallDueAt() {
    if (!stallNoticed) {
      return raft.diskStallsAt();
    }
    return transfer.isUnderWay() ? Long.MAX_VALUE : raft.now();
  }

  /**
   * When this leader has been cut off for an election timeout. It could never commit again, while
   * its clients wait and its stale state looks current (dissertation, section 6.2).
   */
  private long quorumLostAt() {
    if (!raft.config().checkQuorum()) {
      return Long.MAX_VALUE;
    }
    long newest =
        raft.quorum().reached(id -> id == raft.self().id() ? Long.MAX_VALUE : contactOf(id));
    return newest == Long.MAX_VALUE ? newest : newest + raft.config().electionTicks();
  }

  private long contactOf(long id) {
    return peer(id).lastContact();
  }

  /**
   * Whether the disk has stopped and nobody could be made to lead instead. Its heartbeats would
   * keep the others from electing one whose disk works, while nothing it appends could count.
   */
  private boolean isStuckOnDisk() {
    if (!raft.isDiskStalled()) {
      stallNoticed = false;
      return false;
    }
    boolean handsOver = transfer.isUnderWay() || (!stallNoticed && transfer.begin(0) == null);
    stallNoticed = true;
    return !handsOver;
  }

  private Progress peer(long id) {
    return replicator.find(id);
  }

  // ---------------------------------------------------------------- proposals

  ProposeResult propose(List<byte[]> commands) {
    if (transfer.isUnderWay() || isLeaving()) {
      return ProposeResult.refused(raft.refusal(Refusal.Reason.TRANSFERRING));
    }
    if (raft.isStorageFull()) {
      return ProposeResult.refused(raft.refusal(Refusal.Reason.STORAGE_FULL));
    }
    long bytes = 0;
    for (int i = 0; i < commands.size(); i++) {
      bytes += Entry.OVERHEAD_BYTES + commands.get(i).length;
    }
    if (uncommitted.count() > 0
        && uncommitted.bytes() + bytes > raft.config().maxUncommittedBytes()) {
      return ProposeResult.refused(raft.refusal(Refusal.Reason.TOO_MANY_UNCOMMITTED));
    }
    EntryId first = nextId();
    for (int i = 0; i < commands.size(); i++) {
      EntryId id = i == 0 ? first : first.plus(i);
      raft.changes().append(Entry.of(id, EntryType.NORMAL, commands.get(i)));
    }
    uncommitted.add(raft.log().lastIndex(), bytes);
    return ProposeResult.accepted(first);
  }

  /**
   * Whether this request, forwarded by a member, was not seen before. A member numbers its requests
   * upward, so a copy that the network made is known by its number.
   */
  boolean isNewRequest(long from, RequestId request) {
    return peer(from).maybeAdvanceRequest(request);
  }

  // ---------------------------------------------------------------- commit

  @Override
  public void onDurable() {
    stallNoticed &= raft.isDiskStalled();
    maybeCommit();
  }

  /**
   * Commits what a quorum holds durably, this member among them only as far as its own disk is.
   *
   * <p>Only an entry of this term is committed by counting (paper, section 5.4.2): an older one may
   * be on a majority and still be replaced by a leader that never saw it, as figure 8 shows. It
   * commits with the first of this term that follows it.
   */
  private void maybeCommit() {
    RaftLog log = raft.log();
    long reached =
        raft.quorum().reached(id -> id == raft.self().id() ? log.durableIndex() : peer(id).match());
    if (reached > log.commitIndex() && log.termOf(reached) == raft.term()) {
      raft.changes().maybeCommit(reached);
      uncommitted.freeTo(reached);
      replicator.onCommit();
      reconfiguration.onCommit();
      departure.onCommit();
    }
  }

  /** Whether an entry of this term is committed, and so all that earlier leaders committed. */
  boolean hasCommittedInTerm() {
    return raft.log().termOf(raft.log().commitIndex()) == raft.term();
  }

  @Override
  public void onAppendResponse(AppendEntriesResponse message) {
    Progress peer = replicator.contact(message);
    if (peer != null && replicator.onAppendResponse(peer, message)) {
      maybeCommit();
      transfer.maybeSendTimeoutNow();
    }
  }

  @Override
  public void onHeartbeatResponse(HeartbeatResponse message) {
    if (message.round() > reads.lastRound()) {
      raft.out()
          .violation(
              message.from(), Kind.IMPOSSIBLE_ACKNOWLEDGEMENT, "of round " + message.round());
      return;
    }
    Progress peer = replicator.contact(message);
    if (peer != null) {
      peer.onRound(message.round());
      peer.onStorageFull(message.storageFull());
      peer.onSnapshotWanted(message.snapshotFrom());
      replicator.onHeartbeatResponse(peer);
      confirmReads();
    }
  }

  @Override
  public void onSnapshotResponse(InstallSnapshotResponse message) {
    Progress peer = replicator.contact(message);
    if (peer != null
        && peer.state() == ProgressState.SNAPSHOT
        && !message.accepted()
        && message.snapshot().index() == peer.pendingSnapshot()) {
      peer.abandonSnapshot();
    }
  }

  void onUnreachable(long id) {
    Progress peer = replicator.find(id);
    if (peer != null) {
      replicator.onUnreachable(peer);
    }
  }

  void onFetched(long id, List<Entry> entries) {
    replicator.onFetched(id, entries);
  }

  // ---------------------------------------------------------------- reads

  /** Takes a read; false if there are too many. */
  boolean maybeRead(RequestId request, Route replyTo) {
    return reads.maybeAdd(new ReadIndexQueue.Read(request, replyTo));
  }

  @Override
  public void flush() {
    // Before the first commit of this term the commit index may be behind what an earlier leader
    // has acknowledged: a read at it could miss a write (dissertation, section 6.4, step 1).
    if (reads.hasWaiting() && hasCommittedInTerm()) {
      reads.startRound(raft.log().commitIndex());
      replicator.sendHeartbeats(reads.lastRound());
      confirmReads();
    }
    replicator.flush();
  }

  private void confirmReads() {
    long confirmed =
        raft.quorum()
            .reached(id -> id == raft.self().id() ? reads.lastRound() : peer(id).ackedRound());
    for (ReadIndexQueue.Round round = reads.pollConfirmed(confirmed);
        round != null;
        round = reads.pollConfirmed(confirmed)) {
      for (ReadIndexQueue.Read read : round.reads()) {
        answer(read, round.index(), null);
      }
    }
  }

  private void answer(ReadIndexQueue.Read read, long index, Refusal refusal) {
    if (read.replyTo() == null) {
      raft.requests().complete(new ReadState(read.request(), index, refusal));
    } else {
      raft.out()
          .send(new ReadIndexResponse(read.replyTo(), raft.term(), read.request(), index, refusal));
    }
  }

  /** Leads no more: whoever waits for a read is told. */
  void onDeposed() {
    for (ReadIndexQueue.Read read : reads.drain()) {
      answer(read, 0, raft.refusal(Refusal.Reason.LEADER_CHANGED));
    }
  }

  // ---------------------------------------------------------------- transfer

  /** Whom leadership is being handed to, 0 for nobody. */
  long transferee() {
    return transfer.target();
  }

  /** Begins to hand over to {@code target}, 0 for whoever is furthest. Null if begun. */
  Refusal transfer(long target) {
    return transfer.begin(target);
  }

  /** Whether the committed configuration leaves this leader no vote, so that it has to go. */
  boolean isLeaving() {
    return departure.hasBegun();
  }

  // ---------------------------------------------------------------- membership

  /** Changes the configuration, ends joint phases, binds incarnations. */
  Reconfiguration reconfiguration() {
    return reconfiguration;
  }

  /** Whether this directory under its id left the configuration while this leader led. */
  boolean hasLeft(MemberId member) {
    return replicator.hasLeft(member);
  }

  @Override
  public void onMembership() {
    replicator.onMembership();
    transfer.onMembership();
    // Fewer may have to answer than before, and all of them may have.
    confirmReads();
  }

  /** At what index a peer waits for a newer snapshot than there is; 0 if none, or not yet. */
  long snapshotWantedAt() {
    return replicator.snapshotWantedAt();
  }

  /** Every other member, as far as this leader knows it. */
  List<Progress> peers() {
    return replicator.peers();
  }

  // ---------------------------------------------------------------- for people

  List<Status.PeerProgress> progress() {
    return replicator.peers().stream()
        .map(peer -> peer.view(raft.now(), raft.config().electionTicks()))
        .toList();
  }
}
