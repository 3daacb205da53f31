// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.SoftState;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.trace.TraceEvent;
import dev.balsa.raft.trace.TraceSink;
import dev.balsa.raft.tracker.Inflights;
import java.util.List;

/**
 * Turns what has changed into numbered {@link Ready}s, and takes their completions.
 *
 * <p>Invariant: {@code lastPersisted <= lastNumber}.
 */
public final class Readies {
  private final Raft raft;
  private final Invariants invariants;

  /** What is at the state machine and not applied yet. */
  private final Inflights unapplied;

  private long lastNumber;
  private HardState handedOut;
  private RoleType toldRole;
  private long toldLeader;
  private Membership toldMembership;
  private Persist.Compaction unwrittenCompaction;

  /** An installed snapshot is not in the state machine yet. */
  private boolean mustRestore;

  /** The snapshot that the state machine is restoring, 0 if none. */
  private long restoring;

  private boolean fetching;
  private List<Entry> fetched = List.of();

  public Readies(Raft raft) {
    this.raft = raft;
    this.invariants = new Invariants();
    this.unapplied = new Inflights(Integer.MAX_VALUE, raft.config().maxUnappliedBytes());
    this.handedOut = raft.durableState();
    this.toldRole = raft.role().type();
    this.toldMembership = null;
  }

  private Readies(Raft raft, Readies other) {
    this.raft = raft;
    this.invariants = other.invariants.copy();
    this.unapplied = other.unapplied.copy();
    this.lastNumber = other.lastNumber;
    this.handedOut = other.handedOut;
    this.toldRole = other.toldRole;
    this.toldLeader = other.toldLeader;
    this.toldMembership = other.toldMembership;
    this.unwrittenCompaction = other.unwrittenCompaction;
    this.mustRestore = other.mustRestore;
    this.restoring = other.restoring;
    this.fetching = other.fetching;
    this.fetched = other.fetched;
  }

  /** The same for the twin {@code raft}. */
  public Readies copy(Raft raft) {
    return new Readies(raft, this);
  }

  /** Tells the whole state, that of {@code raft} included. */
  public void encodeState(StateSink sink) {
    raft.encodeState(sink, lastNumber);
    invariants.encodeState(sink);
    unapplied.encodeState(sink);
    sink.put(handedOut);
    sink.put(toldRole);
    sink.put(toldLeader);
    // Which one was told is of no consequence, but whether it is the one in force.
    sink.put(toldMembership == raft.membership());
    if (sink.putPresence(unwrittenCompaction)) {
      sink.put(unwrittenCompaction.snapshot());
      sink.put(unwrittenCompaction.firstIndex());
    }
    sink.put(mustRestore);
    sink.put(restoring);
    sink.put(fetching);
    sink.put(fetched);
  }

  /** Whether there is anything to do. A reset of the log is told by its acknowledgement. */
  public boolean hasReady() {
    if (raft.isSettled()) {
      return false;
    }
    raft.wake();
    raft.role().flush();
    boolean found = hasNews();
    if (!found) {
      raft.settle();
    }
    return found;
  }

  private boolean hasNews() {
    return !raft.out().isEmpty()
        || raft.log().hasUnwritten()
        || unwrittenCompaction != null
        || promisesAnew()
        || canRestore()
        || canApply()
        || isMembershipNews()
        || isSoftStateNews();
  }

  /** Whether the term or the vote is another than was last handed out to be written. */
  private boolean promisesAnew() {
    return handedOut.term() != raft.term() || handedOut.votedFor() != raft.votedFor();
  }

  private boolean isMembershipNews() {
    return toldMembership != raft.membership();
  }

  private boolean isSoftStateNews() {
    return toldLeader != raft.leader() || toldRole != raft.role().type();
  }

  /** Everything to be done now. */
  public Ready next() {
    raft.wake();
    raft.role().flush();
    SnapshotMetadata restore = takeRestore();
    List<Entry> committed = restore == null ? takeCommitted() : List.of();
    Persist persist = takePersist();
    lastNumber++;
    if (!persist.isEmpty()) {
      raft.writes().add(lastNumber, raft.log().handedOutIndex(), handedOut, raft.now());
    }
    invariants.check(raft);
    TraceSink trace = raft.trace();
    if (trace != null) {
      long handedOutIndex = raft.log().handedOutIndex();
      trace.on(new TraceEvent.HandedOut(lastNumber, !persist.isEmpty(), handedOutIndex, handedOut));
    }
    return raft.out()
        .take(lastNumber, persist, committed, restore, takeSoftState(), takeMembership());
  }

  private SoftState takeSoftState() {
    if (!isSoftStateNews()) {
      return null;
    }
    toldRole = raft.role().type();
    toldLeader = raft.leader();
    return new SoftState(toldRole, toldLeader);
  }

  private Membership takeMembership() {
    if (!isMembershipNews()) {
      return null;
    }
    toldMembership = raft.membership();
    return toldMembership;
  }

  // ---------------------------------------------------------------- writes

  private Persist takePersist() {
    SnapshotMetadata reset = raft.changes().takeReset();
    mustRestore |= reset != null;
    List<Entry> entries = raft.log().takeUnwritten();
    boolean mustSync = promisesAnew() || !entries.isEmpty() || reset != null;
    // The commit index is only a hint: it rides with what is written anyway.
    boolean writes = mustSync || unwrittenCompaction != null;
    if (!writes) {
      return Persist.NOTHING;
    }
    HardState current = raft.hardState();
    HardState hardState = current.equals(handedOut) ? null : current;
    handedOut = current;
    // A reset replaces the log that was to be compacted, by a newer snapshot than that one.
    Persist.Compaction compaction = reset == null ? unwrittenCompaction : null;
    unwrittenCompaction = null;
    return new Persist(reset, entries, hardState, compaction, mustSync);
  }

  /** All writes up to Ready {@code number} are durable. */
  public void onPersisted(long number) {
    if (number > lastNumber) {
      throw new IllegalArgumentException("Ready " + number + " of " + lastNumber);
    }
    raft.changes().onPersisted(number);
  }

  /** A snapshot taken here is durable. */
  public boolean compact(SnapshotMetadata snapshot, long firstIndex) {
    if (!raft.changes().compact(snapshot, firstIndex)) {
      return false;
    }
    unwrittenCompaction = new Persist.Compaction(snapshot, raft.log().firstIndex());
    return true;
  }

  // ---------------------------------------------------------------- the state machine

  private boolean canRestore() {
    // Not before the record that names it is durable: a state machine with a disk of its own would
    // otherwise be ahead of its log after a crash.
    return mustRestore
        ? raft.log().durableIndex() >= raft.log().snapshot().index()
        : !raft.changes().hasReset() && raft.requests().repair().canRestore();
  }

  private SnapshotMetadata takeRestore() {
    if (!canRestore()) {
      return null;
    }
    SnapshotMetadata restored =
        mustRestore ? raft.log().snapshot() : raft.requests().repair().takeRestore();
    mustRestore = false;
    raft.log().onRestoring(restored.index());
    unapplied.clear();
    fetched = List.of();
    restoring = restored.index();
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Restoring(restored.id()));
    }
    return restored;
  }

  /**
   * Committed, durable here, and within the bounds: only that may be given to the state machine.
   */
  private boolean canApply() {
    RaftLog log = raft.log();
    if (log.applyingIndex() >= log.applyLimit()) {
      return false;
    }
    if (mustRestore || raft.changes().hasReset() || restoring > 0 || unapplied.isFull()) {
      return false;
    }
    if (raft.requests().repair().isUnderWay()) {
      return false;
    }
    return log.isCached(log.applyingIndex() + 1) || !fetched.isEmpty() || !fetching;
  }

  private List<Entry> takeCommitted() {
    if (!canApply()) {
      return List.of();
    }
    RaftLog log = raft.log();
    long next = log.applyingIndex() + 1;
    List<Entry> entries = fetched;
    fetched = List.of();
    if (entries.isEmpty()) {
      if (!log.isCached(next)) {
        fetching = true;
        IndexRange cold = new IndexRange(next, log.lastColdIndex(log.applyLimit()));
        raft.out().fetch(new FetchRequest(0, cold, raft.config().maxBytesPerApply()));
        return List.of();
      }
      entries = log.slice(next, log.applyLimit(), raft.config().maxBytesPerApply());
    }
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).bytes();
    }
    long last = next + entries.size() - 1;
    unapplied.add(last, bytes);
    log.onApplying(last);
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Applying(last));
    }
    return entries;
  }

  /** The state machine has everything up to {@code index}. */
  public void onApplied(long index) {
    raft.log().onApplied(index);
    if (raft.trace() != null) {
      raft.trace().on(new TraceEvent.Applied(index));
    }
    unapplied.freeTo(index);
    if (index >= restoring) {
      restoring = 0;
    }
    SnapshotMetadata restored = raft.requests().repair().takeRestored(index);
    if (restored != null) {
      // The log begins with it from now on, as with one that was taken here: after a crash, what
      // the state machine was before must not come back.
      compact(restored, raft.log().firstIndex());
    }
  }

  /** Entries read from disk. */
  public void onFetched(FetchRequest request, List<Entry> entries) {
    if (request.consumer() != 0) {
      if (raft.role() instanceof Leader leading) {
        leading.onFetched(request.consumer(), entries);
      }
      return;
    }
    fetching = false;
    RaftLog log = raft.log();
    boolean isCurrent =
        !entries.isEmpty()
            && entries.get(0).index() == log.applyingIndex() + 1
            && entries.get(entries.size() - 1).index() <= log.applyLimit()
            && entries.stream().allMatch(entry -> log.holds(entry.id()));
    if (isCurrent) {
      fetched = entries;
    }
  }
}
