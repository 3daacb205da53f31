// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.membership.MembershipStack;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.quorum.Quorum;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.trace.TraceEvent;

/**
 * What happens to the log, and what follows from it each time: the configuration in force and its
 * quorum, what the writes under way vouch for, and what the trace hears.
 */
final class LogChanges {
  private final Raft raft;
  private final RaftLog log;
  private final MembershipStack memberships;
  private final PersistQueue writes;
  private Quorum quorum;

  /** An installed snapshot whose record is yet to be written, null if none. */
  private SnapshotMetadata unwrittenReset;

  /** The log as recovered, with everything up to {@code applied} in the state machine. */
  LogChanges(Raft raft, RecoveredLog recovered, long applied) {
    this.raft = raft;
    this.log = new RaftLog(recovered, applied, raft.config().entryCacheBytes());
    this.memberships = new MembershipStack(recovered.snapshot().membership());
    for (Entry entry : recovered.configurations()) {
      if (entry.index() > recovered.snapshot().index()) {
        memberships.onAppended(MembershipCodec.decode(entry.id(), entry.data()));
      }
    }
    this.quorum = Quorum.of(membership());
    this.writes = new PersistQueue(recovered.hardState());
  }

  private LogChanges(Raft raft, LogChanges other) {
    this.raft = raft;
    this.log = other.log.copy();
    this.memberships = other.memberships.copy();
    this.writes = other.writes.copy();
    this.quorum = other.quorum;
    this.unwrittenReset = other.unwrittenReset;
  }

  /** The same for the twin {@code raft}. */
  LogChanges copy(Raft raft) {
    return new LogChanges(raft, this);
  }

  void encodeState(StateSink sink, long lastNumber) {
    log.encodeState(sink);
    memberships.encodeState(sink);
    writes.encodeState(sink, lastNumber, raft.now());
    if (sink.putPresence(unwrittenReset)) {
      sink.put(unwrittenReset);
    }
  }

  RaftLog log() {
    return log;
  }

  /** The Readys whose writes are under way. */
  PersistQueue writes() {
    return writes;
  }

  // ---------------------------------------------------------------- the configuration

  /** The configuration in force. */
  Membership membership() {
    return memberships.current();
  }

  /** The configuration in force at {@code index}, which is at least the snapshot's. */
  Membership membershipAt(long index) {
    return memberships.at(index);
  }

  /** The latest configuration that is known committed. */
  Membership committedMembership() {
    return memberships.committed(log.commitIndex());
  }

  /** Whether the configuration in force is not committed yet. */
  boolean isMembershipPending() {
    return memberships.isPending(log.commitIndex());
  }

  /** The quorum of the configuration in force. */
  Quorum quorum() {
    return quorum;
  }

  private void onMembershipChanged() {
    quorum = Quorum.of(membership());
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Configured(membership()));
    }
    raft.role().onMembership();
  }

  // ---------------------------------------------------------------- the log

  /** Adds an entry; a configuration is in force from here on (paper, section 6). */
  void append(Entry entry) {
    log.append(entry);
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Appended(entry));
    }
    if (entry.type() == EntryType.CONFIGURATION) {
      memberships.onAppended(MembershipCodec.decode(entry.id(), entry.data()));
      onMembershipChanged();
    }
  }

  /** Drops uncommitted entries from {@code index} on, and the configurations among them. */
  void truncateFrom(long index) {
    log.truncateFrom(index);
    writes.onTruncatedTo(index - 1);
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Truncated(index));
    }
    if (memberships.onTruncated(index)) {
      onMembershipChanged();
    }
  }

  /**
   * Replaces the log by an installed snapshot, and all that was known of configurations with it.
   */
  void reset(SnapshotMetadata snapshot) {
    long committed = log.commitIndex();
    log.reset(snapshot);
    writes.onTruncatedTo(committed);
    memberships.onReset(snapshot.membership());
    unwrittenReset = snapshot;
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Reset(snapshot));
    }
    onMembershipChanged();
  }

  /** Commits up to {@code index}, if that is news. */
  void maybeCommit(long index) {
    if (log.maybeCommit(index) && raft.trace() != null) {
      raft.trace().on(new TraceEvent.Committed(index));
    }
  }

  /** Commits up to an entry that a peer knows committed, if this log holds that very entry. */
  void maybeCommitKnown(EntryId committed) {
    if (!(raft.role() instanceof Leader) && log.holds(committed)) {
      maybeCommit(committed.index());
    }
  }

  /** A snapshot taken here is durable. */
  boolean compact(SnapshotMetadata snapshot, long firstIndex) {
    if (!log.maybeCompact(snapshot, firstIndex)) {
      return false;
    }
    memberships.onSnapshot(snapshot.id());
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Compacted(snapshot, log.firstIndex()));
    }
    return true;
  }

  /** The installed snapshot to be recorded next, if any; recorded from now on. */
  SnapshotMetadata takeReset() {
    SnapshotMetadata taken = unwrittenReset;
    unwrittenReset = null;
    return taken;
  }

  boolean hasReset() {
    return unwrittenReset != null;
  }

  /** More is durable. */
  void onPersisted(long number) {
    writes.onPersisted(number, raft.now());
    log.onDurable(writes.durableIndex());
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Persisted(number, log.durableIndex(), writes.durableState()));
    }
    raft.role().onDurable();
  }
}
