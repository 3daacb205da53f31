// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.state.StateSink;

/**
 * Brings a damaged state machine back by a snapshot of the leader's, although the log is whole.
 *
 * <p>From the request on nothing more is given to the state machine. So the leader's host knows
 * what index it has to reach, however long a snapshot takes, and the restore takes nothing back:
 * only one at or above what was given is taken. The log goes on as ever; it is neither cut nor
 * replaced, and what follows the snapshot in it is applied next.
 *
 * <p>Invariant: {@code arrived} is null or an entry of the log that is committed and not below what
 * the state machine was given.
 */
final class Repair {
  private final Raft raft;

  /** A snapshot is wanted. */
  private boolean asked;

  /** It is here as a file, and is not in the state machine's hands yet. */
  private SnapshotMetadata arrived;

  /** It is being restored, and becomes the snapshot below the log when that is done. */
  private SnapshotMetadata restoring;

  Repair(Raft raft) {
    this.raft = raft;
  }

  /** The same for the twin {@code raft}. */
  Repair copy(Raft raft) {
    Repair copy = new Repair(raft);
    copy.asked = asked;
    copy.arrived = arrived;
    copy.restoring = restoring;
    return copy;
  }

  void encodeState(StateSink sink) {
    sink.put(asked);
    encode(sink, arrived);
    encode(sink, restoring);
  }

  private static void encode(StateSink sink, SnapshotMetadata snapshot) {
    if (sink.putPresence(snapshot)) {
      sink.put(snapshot);
    }
  }

  /** Asks for a snapshot; null if asked. */
  Refusal request() {
    if (raft.leader() == 0 || raft.leader() == raft.self().id()) {
      return raft.refusal(Refusal.Reason.NO_LEADER);
    }
    asked = true;
    return null;
  }

  /** Whether the state machine is to be given nothing but a snapshot. */
  boolean isUnderWay() {
    return asked || arrived != null;
  }

  /** The lowest index of a snapshot that would do, 0 if none is wanted. */
  long wantedFrom() {
    return asked ? Math.max(1, raft.log().applyingIndex()) : 0;
  }

  /** Whether this snapshot would do. */
  boolean wants(SnapshotMetadata offered) {
    // One below what the state machine was given would take it back: what was read there, and
    // answered, would be undone until the entries between are applied once more.
    return asked && offered.index() >= wantedFrom() && mayHold(offered);
  }

  /** Whether it may become part of this log: nobody committed another entry at its index here. */
  private boolean mayHold(SnapshotMetadata offered) {
    RaftLog log = raft.log();
    return offered.index() > log.commitIndex() || log.holds(offered.id());
  }

  /** A snapshot has arrived whose entry is committed here: restores it, if one is wanted. */
  void maybeTake(SnapshotMetadata snapshot) {
    if (wants(snapshot)) {
      asked = false;
      arrived = snapshot;
    }
  }

  /** Whether what arrived may be restored: once its entry is durable, as for one to be applied. */
  boolean canRestore() {
    return arrived != null && arrived.index() <= raft.log().applyLimit();
  }

  /** The snapshot goes to the state machine now. */
  SnapshotMetadata takeRestore() {
    restoring = arrived;
    arrived = null;
    return restoring;
  }

  /** The state machine has everything up to {@code index}; returns what it was restored from. */
  SnapshotMetadata takeRestored(long index) {
    if (restoring == null || index < restoring.index()) {
      return null;
    }
    SnapshotMetadata restored = restoring;
    restoring = null;
    return restored;
  }

  /** A snapshot replaces log and state machine: whatever was wanted comes with it. */
  void onReset() {
    asked = false;
    arrived = null;
    restoring = null;
  }

  /** If this member leads now, nobody has a snapshot for it: its state machine goes on as it is. */
  void onLeaderChanged() {
    asked &= raft.leader() != raft.self().id();
  }
}
