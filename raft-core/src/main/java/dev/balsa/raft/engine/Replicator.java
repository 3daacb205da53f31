// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.tracker.Departed;
import dev.balsa.raft.tracker.Progress;
import dev.balsa.raft.tracker.ProgressState;
import dev.balsa.raft.tracker.ProgressTracker;
import java.util.List;

/**
 * Brings the leader's log to every other member (paper, section 5.3; dissertation, section 10.2).
 *
 * <p>Proposals only append. What is to be sent is decided once for each Ready, so that all that
 * came in meanwhile shares one AppendEntries for each follower, and the commit index rides along.
 */
final class Replicator {
  private final Raft raft;
  private final ProgressTracker tracker;
  private final Departed departed;

  Replicator(Raft raft) {
    this(raft, new ProgressTracker(), new Departed());
    onMembership();
  }

  private Replicator(Raft raft, ProgressTracker tracker, Departed departed) {
    this.raft = raft;
    this.tracker = tracker;
    this.departed = departed;
  }

  /** The same for the twin {@code raft}. */
  Replicator copy(Raft raft) {
    return new Replicator(raft, tracker.copy(), departed.copy());
  }

  void encodeState(StateSink sink) {
    tracker.encodeState(sink, raft.now(), raft.config().electionTicks());
    departed.encodeState(sink, raft.now());
  }

  Progress find(long id) {
    return tracker.find(id);
  }

  List<Progress> peers() {
    return tracker.all();
  }

  /**
   * Follows the configuration in force: new members are sent to at once. Those whom it leaves out
   * are sent to for a while yet, so that they learn of it and do not campaign.
   */
  void onMembership() {
    Membership membership = raft.membership();
    for (int i = 0; i < tracker.all().size(); i++) {
      Progress peer = tracker.all().get(i);
      if (!membership.contains(peer.id())) {
        departed.add(peer);
      }
    }
    for (Member member : membership.members()) {
      if (member.id() == raft.self().id()) {
        continue;
      }
      if (departed.isLeaving(member.id())) {
        // It comes back with nothing: what was acknowledged under its id may be on a disk that is
        // no more.
        tracker.remove(member.id());
        departed.onReturn(member.id());
      }
      Progress peer = tracker.find(member.id());
      if (peer == null) {
        tracker.add(
            new Progress(
                raft.routeTo(member.id()),
                raft.log().lastIndex() + 1,
                raft.now(),
                raft.settings().newWindow()));
      } else {
        peer.routeTo(raft.routeTo(member.id()));
      }
    }
  }

  /** More is committed: perhaps that somebody has left. */
  void onCommit() {
    if (!raft.isMembershipPending()) {
      departed.onCommitted(raft.now() + raft.config().electionTicks());
    }
  }

  /** Those who have had time enough to learn that they left are sent nothing any more. */
  void onTick() {
    departed.onTick(raft.now(), tracker);
  }

  /** When somebody's time is up, {@link Long#MAX_VALUE} if nobody's. */
  long dueAt() {
    return departed.dueAt();
  }

  /** Whether this directory left the configuration, and its id has come back without one. */
  boolean hasLeft(MemberId member) {
    Member now = raft.membership().member(member.id());
    return now != null
        && now.memberId().incarnation() == 0
        && member.incarnation() != 0
        && departed.incarnationOf(member.id()) == member.incarnation();
  }

  /** Whether what the peer lacks would fit into one AppendEntries. */
  boolean lacksLittle(Progress peer) {
    RaftLog log = raft.log();
    long next = peer.match() + 1;
    if (peer.state() != ProgressState.REPLICATE || next > log.lastIndex()) {
      return peer.state() == ProgressState.REPLICATE;
    }
    return log.isCached(next)
        && log.slice(next, log.lastIndex(), raft.config().maxBytesPerAppend()).size()
            == log.lastIndex() - peer.match();
  }

  /**
   * The sender of an answer, marked as alive; null if it is not a peer, or not the one that
   * answered before.
   */
  Progress contact(Message message) {
    Progress peer = tracker.find(message.from());
    if (peer == null) {
      return null;
    }
    long incarnation = message.route().from().incarnation();
    if (peer.observedIncarnation() != 0 && peer.observedIncarnation() != incarnation) {
      // Not bound yet, but not the directory that acknowledged entries under this id so far.
      raft.out().violation(message.from(), Kind.WRONG_INCARNATION, "changed while leading");
      return null;
    }
    peer.onContact(raft.now(), incarnation);
    return peer;
  }

  /** Takes an answer; returns whether the peer is known to hold more than before. */
  boolean onAppendResponse(Progress peer, AppendEntriesResponse answer) {
    RaftLog log = raft.log();
    if (answer.rejected()) {
      // The follower has skipped the terms that it knows and we may not have; we skip ours. So the
      // search takes a step for each term, not for each entry.
      EntryId hint = answer.hint();
      peer.maybeBackOff(answer.index(), log.lastNotAbove(hint.term(), hint.index()).index());
      return false;
    }
    if (answer.index() > log.lastIndex()) {
      raft.out()
          .violation(
              answer.from(),
              Kind.IMPOSSIBLE_ACKNOWLEDGEMENT,
              answer.index() + " of " + log.lastIndex());
      return false;
    }
    boolean advanced = peer.maybeAdvance(answer.index());
    boolean connects =
        switch (peer.state()) {
          case PROBE -> answer.index() >= peer.match();
          case SNAPSHOT -> peer.match() + 1 >= log.firstIndex();
          case REPLICATE -> false;
        };
    if (connects) {
      peer.becomeReplicate();
    } else if (advanced && peer.state() == ProgressState.SNAPSHOT) {
      // It has installed a snapshot that this log has meanwhile been compacted past.
      peer.abandonSnapshot();
    }
    return advanced;
  }

  /** The peer lives: what it has not acknowledged may be lost. */
  void onHeartbeatResponse(Progress peer) {
    peer.onHeartbeatAnswered();
    if (peer.state() == ProgressState.REPLICATE
        && peer.match() < peer.next() - 1
        && !peer.isStorageFull()) {
      // If the last append got lost, nothing else would ever show it: ask for the end of it,
      // however full the window. The answer frees the window or begins a probe; to send another
      // append instead, as if the oldest had arrived, would pile up on a peer that is only slow.
      if (raft.log().termOf(peer.next() - 1) != RaftLog.UNKNOWN_TERM) {
        sendAppend(peer, List.of());
      } else {
        offerSnapshot(peer);
      }
    } else if (peer.isOfferDue(raft.now(), raft.config().electionTicks())) {
      offerSnapshot(peer);
    }
    maybeOfferWanted(peer);
  }

  /**
   * Offers a peer the snapshot that it asked for, if it is new enough, and again with each answer
   * until it has it. Entries go on being sent: the peer's log is whole, and a commit may need it.
   */
  private void maybeOfferWanted(Progress peer) {
    SnapshotMetadata snapshot = raft.log().snapshot();
    if (peer.snapshotWanted() > 0
        && peer.snapshotWanted() <= snapshot.index()
        && peer.state() != ProgressState.SNAPSHOT) {
      raft.out().send(new InstallSnapshot(peer.route(), raft.term(), snapshot));
    }
  }

  /** At what index a peer waits for a newer snapshot than there is; 0 if none, or not yet. */
  long snapshotWantedAt() {
    RaftLog log = raft.log();
    long wantedAt = 0;
    for (int i = 0; i < tracker.all().size(); i++) {
      long wanted = tracker.all().get(i).snapshotWanted();
      if (wanted > log.snapshot().index() && wanted <= log.appliedIndex()) {
        wantedAt = Math.max(wantedAt, wanted);
      }
    }
    return wantedAt;
  }

  /** Messages to the peer are being dropped: pipelining more would be in vain. */
  void onUnreachable(Progress peer) {
    if (peer.state() == ProgressState.REPLICATE) {
      peer.becomeProbe();
    }
  }

  /** Sends whatever the windows allow. */
  void flush() {
    List<Progress> peers = tracker.all();
    for (int i = 0; i < peers.size(); i++) {
      flush(peers.get(i));
    }
  }

  private void flush(Progress peer) {
    RaftLog log = raft.log();
    while (!peer.isPaused()) {
      if (log.termOf(peer.next() - 1) == RaftLog.UNKNOWN_TERM) {
        offerSnapshot(peer);
      } else if (peer.next() > log.lastIndex()) {
        if (peer.state() != ProgressState.PROBE) {
          break;
        }
        sendAppend(peer, List.of());
      } else if (peer.isStorageFull() && !isExempt(peer.next())) {
        // It would refuse them, again and again. Its heartbeats' answers say when there is room.
        break;
      } else if (log.isCached(peer.next())) {
        sendAppend(
            peer, log.slice(peer.next(), log.lastIndex(), raft.config().maxBytesPerAppend()));
      } else {
        peer.onFetch(true);
        IndexRange cold = new IndexRange(peer.next(), log.lastColdIndex(log.lastIndex()));
        raft.out().fetch(new FetchRequest(peer.id(), cold, raft.config().maxBytesPerAppend()));
      }
    }
    maybeSendCommit(peer);
  }

  /** Whether a peer without room would take this entry; one that is not in memory is not asked. */
  private boolean isExempt(long index) {
    RaftLog log = raft.log();
    return log.isCached(index) && log.slice(index, index, 1).get(0).type() != EntryType.NORMAL;
  }

  private void maybeSendCommit(Progress peer) {
    long commit = Math.min(peer.match(), raft.log().commitIndex());
    if (peer.state() == ProgressState.REPLICATE && commit > peer.sentCommit()) {
      sendHeartbeat(peer, 0, false);
    }
  }

  private void sendAppend(Progress peer, List<Entry> entries) {
    RaftLog log = raft.log();
    long prev = peer.next() - 1;
    long commit = log.commitIndex();
    raft.out().send(new AppendEntries(peer.route(), raft.term(), log.idAt(prev), entries, commit));
    long last = prev + entries.size();
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).bytes();
    }
    peer.onAppendSent(last, bytes);
    peer.onCommitSent(Math.min(commit, last));
  }

  private void offerSnapshot(Progress peer) {
    peer.becomeSnapshot(raft.log().snapshot().index(), raft.now());
    raft.out().send(new InstallSnapshot(peer.route(), raft.term(), raft.log().snapshot()));
  }

  /** Entries that were asked for a peer have been read. */
  void onFetched(long id, List<Entry> entries) {
    Progress peer = tracker.find(id);
    if (peer == null || !peer.isFetching()) {
      return;
    }
    peer.onFetch(false);
    boolean isCurrent =
        !entries.isEmpty()
            && entries.get(0).index() == peer.next()
            && raft.log().termOf(peer.next() - 1) != RaftLog.UNKNOWN_TERM
            && entries.stream().allMatch(entry -> raft.log().holds(entry.id()));
    // Nothing was sent to it since it asked, but its window may have been narrowed meanwhile.
    if (isCurrent && !peer.isPaused()) {
      sendAppend(peer, entries);
    }
  }

  /** Heartbeats for all, which carry the latest ReadIndex round. */
  void sendHeartbeats(long round) {
    List<Progress> peers = tracker.all();
    for (int i = 0; i < peers.size(); i++) {
      sendHeartbeat(peers.get(i), round, true);
    }
  }

  private void sendHeartbeat(Progress peer, long round, boolean needsAck) {
    // Never beyond what this peer has acknowledged: it may not have the rest, or have another.
    long commit = Math.min(peer.match(), raft.log().commitIndex());
    boolean isKnown = raft.log().termOf(commit) != RaftLog.UNKNOWN_TERM;
    EntryId id = isKnown ? raft.log().idAt(commit) : EntryId.ZERO;
    raft.out().send(new Heartbeat(peer.route(), raft.term(), id, round, needsAck));
    peer.onCommitSent(commit);
  }
}
