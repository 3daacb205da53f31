// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.state.StateSink;
import java.util.List;

/**
 * Takes what the leader of the current term sends: entries, heartbeats and snapshots (paper,
 * sections 5.3 and 7).
 */
final class LogReceiver {
  private final Raft raft;
  private SnapshotFetch wanted;

  /** The last route of an answer; nearly all go to one leader. */
  private Route replied;

  LogReceiver(Raft raft) {
    this.raft = raft;
  }

  /** The same for the twin {@code raft}. */
  LogReceiver copy(Raft raft) {
    LogReceiver copy = new LogReceiver(raft);
    copy.wanted = wanted;
    return copy;
  }

  void encodeState(StateSink sink) {
    if (sink.putPresence(wanted)) {
      sink.put(wanted.from());
      sink.put(wanted.snapshot());
    }
  }

  void onAppendEntries(AppendEntries append) {
    if (!isFromLeader(append)) {
      return;
    }
    RaftLog log = raft.log();
    if (contradictsCommitted(append)) {
      raft.out()
          .violation(
              append.from(),
              Kind.TRUNCATES_COMMITTED,
              "after " + append.prev() + ", commit " + log.commitId());
      return;
    }
    if (append.prev().index() < log.commitIndex()) {
      // An old message: what it brings up to our commit is here, and what lies beyond comes again.
      acknowledge(append.route().from(), log.commitIndex());
      return;
    }
    if (!log.holds(append.prev())) {
      EntryId hint = log.lastNotAbove(append.prev().term(), append.prev().index());
      raft.out()
          .sendAfterPersist(
              new AppendEntriesResponse(
                  replyTo(append), raft.term(), true, append.prev().index(), hint));
      return;
    }
    List<Entry> entries = append.entries();
    int known = countKnown(entries);
    int taken = countTaken(entries, known);
    if (known < taken) {
      long at = entries.get(known).index();
      if (at <= log.lastIndex()) {
        raft.changes().truncateFrom(at);
      }
      for (int i = known; i < taken; i++) {
        raft.changes().append(entries.get(i));
      }
    }
    // Not the end of our log: what lies beyond these entries may be of an older term, and is not
    // known to be the leader's. To commit or acknowledge it could commit what is yet truncated.
    long validated = append.prev().index() + taken;
    raft.changes().maybeCommit(Math.min(append.commit(), validated));
    acknowledge(append.route().from(), validated);
  }

  /** Whether this names another entry than the committed one at some index. No leader ever does. */
  private boolean contradictsCommitted(AppendEntries append) {
    if (isNotOurCommitted(append.prev())) {
      return true;
    }
    List<Entry> entries = append.entries();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).index() > raft.log().commitIndex()) {
        return false;
      }
      if (isNotOurCommitted(entries.get(i).id())) {
        return true;
      }
    }
    return false;
  }

  private boolean isNotOurCommitted(EntryId id) {
    RaftLog log = raft.log();
    return id.index() <= log.commitIndex()
        && log.termOf(id.index()) != RaftLog.UNKNOWN_TERM
        && !log.holds(id);
  }

  /**
   * How many of these entries the log holds already. Only a real conflict truncates: an old message
   * that arrives late must not cut off what was acknowledged since.
   */
  private int countKnown(List<Entry> entries) {
    int known = 0;
    while (known < entries.size() && raft.log().holds(entries.get(known).id())) {
      known++;
    }
    return known;
  }

  /**
   * How many of these entries the log will hold: all, but for a disk without room no command that
   * is not there yet. What keeps the cluster alive is taken, such as a new leader's first entry.
   */
  private int countTaken(List<Entry> entries, int known) {
    int taken = known;
    while (taken < entries.size()
        && !(raft.isStorageFull() && entries.get(taken).type() == EntryType.NORMAL)) {
      taken++;
    }
    return taken;
  }

  void onHeartbeat(Heartbeat heartbeat) {
    if (!isFromLeader(heartbeat)) {
      return;
    }
    // By term and index, so that Log Matching vouches for everything before it.
    raft.changes().maybeCommitKnown(heartbeat.commit());
    if (heartbeat.needsAck()) {
      raft.out()
          .send(
              new HeartbeatResponse(
                  replyTo(heartbeat),
                  raft.term(),
                  heartbeat.round(),
                  raft.isStorageFull(),
                  repair().wantedFrom()));
    }
  }

  void onInstallSnapshot(InstallSnapshot offer) {
    if (!isFromLeader(offer)) {
      return;
    }
    SnapshotMetadata snapshot = offer.snapshot();
    MemberId leader = offer.route().from();
    if (!repair().wants(snapshot) && maybeFastForward(snapshot, leader)) {
      return;
    }
    // A fetch from this leader goes on even if there is a newer snapshot by now: a leader that
    // takes them faster than they can be sent would otherwise never get one across.
    if (wanted == null || wanted.from().id() != leader.id()) {
      wanted = new SnapshotFetch(leader, snapshot);
      raft.out().fetchSnapshot(wanted);
    }
    raft.out().send(new InstallSnapshotResponse(replyTo(offer), raft.term(), snapshot.id(), true));
  }

  /** Whether the log makes the snapshot needless: because it is old, or because they agree. */
  private boolean maybeFastForward(SnapshotMetadata snapshot, MemberId leader) {
    RaftLog log = raft.log();
    if (snapshot.index() > log.commitIndex() && !log.holds(snapshot.id())) {
      return false;
    }
    wanted = null;
    raft.changes().maybeCommitKnown(snapshot.id());
    acknowledge(leader, Math.max(snapshot.index(), log.commitIndex()));
    return true;
  }

  /** The bytes are durable here as a file. */
  void onSnapshotReceived(SnapshotMetadata snapshot) {
    if (wanted == null || !wanted.snapshot().id().equals(snapshot.id())) {
      return;
    }
    MemberId leader = wanted.from();
    SnapshotMetadata offered = wanted.snapshot();
    wanted = null;
    if (raft.leader() != leader.id()) {
      // Another leader will offer its own; a log that has moved on meanwhile is not thrown away.
      return;
    }
    if (maybeFastForward(offered, leader)) {
      repair().maybeTake(offered);
    } else {
      repair().onReset();
      raft.changes().reset(offered);
      acknowledge(leader, offered.index());
    }
  }

  void onSnapshotFailed(EntryId snapshot) {
    if (wanted == null || !wanted.snapshot().id().equals(snapshot)) {
      return;
    }
    MemberId leader = wanted.from();
    wanted = null;
    if (raft.leader() == leader.id()) {
      raft.out().send(new InstallSnapshotResponse(replyTo(leader), raft.term(), snapshot, false));
    }
  }

  /** Told when durable: an acknowledgement counts towards commit, and must outlive a crash. */
  private void acknowledge(MemberId leader, long index) {
    raft.out()
        .sendAfterPersist(
            new AppendEntriesResponse(replyTo(leader), raft.term(), false, index, EntryId.ZERO));
  }

  private Repair repair() {
    return raft.requests().repair();
  }

  private Route replyTo(Message message) {
    return replyTo(message.route().from());
  }

  private Route replyTo(MemberId member) {
    if (replied == null || !replied.to().equals(member)) {
      replied = new Route(raft.self(), member);
    }
    return replied;
  }

  /** Whether the sender is the one leader of this term; resets the election timer if so. */
  private boolean isFromLeader(Message message) {
    if (raft.elections().maybeFollow(message.from())) {
      return true;
    }
    raft.out()
        .violation(
            message.from(),
            Kind.SECOND_LEADER,
            "term " + raft.term() + " is led by " + Long.toHexString(raft.leader()));
    return false;
  }
}
