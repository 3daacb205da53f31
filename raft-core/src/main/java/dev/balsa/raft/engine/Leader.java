// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.tracker.Inflights;
import dev.balsa.raft.tracker.Progress;
import dev.balsa.raft.tracker.ProgressState;
import java.util.ArrayList;
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
  private final ReadIndexQueue reads = new ReadIndexQueue();

  /**
   * What was proposed in this term and is not committed. Begins at nothing with each leadership.
   */
  private final Inflights uncommitted;

  private final long startedAt;
  private LeaderTransfer transfer;
  private int heartbeatElapsed;

  Leader(Raft raft) {
    this.raft = raft;
    this.replicator = new Replicator(raft);
    this.uncommitted = new Inflights(Integer.MAX_VALUE, raft.config().maxUncommittedBytes());
    this.startedAt = raft.now();
  }

  @Override
  public RoleType type() {
    return RoleType.LEADER;
  }

  /** Opens the term with an entry of its own, without which nothing older could be committed. */
  void start() {
    raft.append(Entry.noOp(nextId()));
  }

  private EntryId nextId() {
    return new EntryId(raft.term(), raft.log().lastIndex() + 1);
  }

  // ---------------------------------------------------------------- time

  @Override
  public void onTick() {
    if (raft.config().checkQuorum() && !hearsFromQuorum()) {
      // Cut off, it could never commit again, while its clients wait and its stale state looks
      // current (dissertation, section 6.2).
      raft.elections().becomeFollower(raft.term(), 0);
      return;
    }
    if (transfer != null && raft.now() >= transfer.deadline()) {
      transfer = null;
    }
    maybeBindIncarnations();
    if (++heartbeatElapsed >= raft.config().heartbeatTicks()) {
      heartbeatElapsed = 0;
      replicator.sendHeartbeats(reads.lastRound());
    }
  }

  private boolean hearsFromQuorum() {
    long newest =
        raft.quorum().reached(id -> id == raft.self().id() ? raft.now() : peer(id).lastContact());
    return raft.now() - newest < raft.config().electionTicks();
  }

  private Progress peer(long id) {
    return replicator.find(id);
  }

  // ---------------------------------------------------------------- proposals

  ProposeResult propose(List<byte[]> commands) {
    if (transfer != null) {
      return ProposeResult.refused(raft.refusal(Refusal.Reason.TRANSFERRING));
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
      raft.append(Entry.of(id, EntryType.NORMAL, commands.get(i)));
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
      raft.maybeCommit(reached);
      uncommitted.freeTo(reached);
    }
  }

  private boolean hasCommittedInTerm() {
    return raft.log().termOf(raft.log().commitIndex()) == raft.term();
  }

  @Override
  public void onAppendResponse(AppendEntriesResponse message) {
    Progress peer = replicator.contact(message);
    if (peer != null && replicator.onAppendResponse(peer, message)) {
      maybeCommit();
      maybeSendTimeoutNow();
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

  long transferee() {
    return transfer == null ? 0 : transfer.target();
  }

  /** Begins to hand over to {@code target}, 0 for whoever is furthest. Null if begun. */
  Refusal transfer(long target) {
    long chosen = target == 0 ? furthestPeer() : target;
    if (chosen == raft.self().id() || !isElectable(chosen)) {
      return raft.refusal(Refusal.Reason.NOT_A_MEMBER);
    }
    if (transfer == null || transfer.target() != chosen) {
      transfer = new LeaderTransfer(chosen, raft.now() + raft.config().electionTicks(), false);
    }
    maybeSendTimeoutNow();
    return null;
  }

  private boolean isElectable(long id) {
    Member member = raft.membership().member(id);
    return member != null && !member.witness() && raft.membership().voters().contains(id);
  }

  private long furthestPeer() {
    Progress best = null;
    for (Progress peer : replicator.peers()) {
      boolean alive = raft.now() - peer.lastContact() < raft.config().electionTicks();
      if (alive && isElectable(peer.id()) && (best == null || peer.match() > best.match())) {
        best = peer;
      }
    }
    return best == null ? 0 : best.id();
  }

  private void maybeSendTimeoutNow() {
    if (transfer == null || transfer.timeoutNowSent()) {
      return;
    }
    Progress target = replicator.find(transfer.target());
    // A target that lacks an entry would lose the election, or win it without a committed entry.
    if (target != null && target.match() == raft.log().lastIndex()) {
      raft.out().send(new TimeoutNow(target.route(), raft.term()));
      transfer = transfer.sent();
    }
  }

  // ---------------------------------------------------------------- membership

  @Override
  public void onMembership() {
    replicator.onMembership();
    if (transfer != null && !isElectable(transfer.target())) {
      transfer = null;
    }
  }

  /**
   * Writes down which data directories the members' ids stand for, once they have shown themselves.
   * Waits a while for all of them, so that a new cluster needs one entry for it. No voter comes or
   * goes by such an entry, so any quorum before and after it overlap.
   */
  private void maybeBindIncarnations() {
    if (!hasCommittedInTerm() || raft.isMembershipPending()) {
      return;
    }
    Membership membership = raft.membership();
    boolean isPatient = raft.now() - startedAt < raft.config().electionTicks();
    int missing = 0;
    List<Member> members = new ArrayList<>(membership.members());
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (member.memberId().incarnation() == 0) {
        long incarnation = incarnationOf(member.id());
        members.set(i, member.bound(incarnation));
        missing += incarnation == 0 ? 1 : 0;
      }
    }
    if (members.equals(membership.members()) || (missing > 0 && isPatient)) {
      return;
    }
    EntryId id = nextId();
    byte[] data = MembershipCodec.encode(membership.withMembers(members));
    raft.append(Entry.of(id, EntryType.CONFIGURATION, data));
  }

  private long incarnationOf(long id) {
    return id == raft.self().id() ? raft.self().incarnation() : peer(id).observedIncarnation();
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
