// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.state.StateSink;
import java.util.List;

/**
 * One member's log and the five pointers into it.
 *
 * <pre>
 *   snapshot   first..............applied......applying......commit......last
 *                  |--- compacted up to here     |               |         |
 *                                       handed to the        durable   handed to the
 *                                       state machine        on disk   log engine
 * </pre>
 *
 * <p>Invariants: {@code applied <= applying <= min(commit, durable)}; {@code commit <= last};
 * {@code durable <= handedOut <= last}; {@code first <= snapshot + 1}.
 *
 * <p>Durability is told by position: a truncation lowers {@code handedOut} and {@code durable}, so
 * that no completion of an earlier write can vouch for what was written in its place.
 */
public final class RaftLog {
  /** The answer of {@link #termOf} for an index whose term is not known any more, or not yet. */
  public static final long UNKNOWN_TERM = -1;

  private final TermRuns runs;
  private final EntryCache cache;
  private final long cacheBytes;
  private SnapshotMetadata snapshot;
  private long first;
  private long last;
  private long handedOut;
  private long durable;
  private long commit;
  private long applying;
  private long applied;

  /** The log as recovered, with everything up to {@code applied} in the state machine. */
  public RaftLog(RecoveredLog recovered, long applied, long cacheBytes) {
    this.snapshot = recovered.snapshot();
    this.first = recovered.firstIndex();
    this.last = recovered.lastIndex();
    this.runs = new TermRuns(recovered.termRuns());
    this.cache = new EntryCache(last + 1);
    this.cacheBytes = cacheBytes;
    this.handedOut = last;
    this.durable = last;
    if (first > snapshot.index() + 1 || last < snapshot.index()) {
      throw new IllegalArgumentException(
          "the log from " + first + " to " + last + " does not connect to " + snapshot.id());
    }
    if (applied < snapshot.index() || applied > last) {
      throw new IllegalArgumentException(
          "the state machine is at "
              + applied
              + ", the log reaches from "
              + snapshot.index()
              + " to "
              + last);
    }
    // A crash may have kept the commit and lost entries after it, or the other way round. What the
    // state machine has applied was committed.
    long known = Math.max(recovered.hardState().commit(), applied);
    this.commit = Math.min(known, last);
    this.applying = applied;
    this.applied = applied;
  }

  private RaftLog(RaftLog other) {
    this.runs = other.runs.copy();
    this.cache = other.cache.copy();
    this.cacheBytes = other.cacheBytes;
    this.snapshot = other.snapshot;
    this.first = other.first;
    this.last = other.last;
    this.handedOut = other.handedOut;
    this.durable = other.durable;
    this.commit = other.commit;
    this.applying = other.applying;
    this.applied = other.applied;
  }

  /** A log of its own with the same content. */
  public RaftLog copy() {
    return new RaftLog(this);
  }

  /** Tells the whole log, as far as it is in memory. */
  public void encodeState(StateSink sink) {
    runs.encodeState(sink);
    cache.encodeState(sink);
    sink.put(snapshot);
    sink.put(first);
    sink.put(last);
    sink.put(handedOut);
    sink.put(durable);
    sink.put(commit);
    sink.put(applying);
    sink.put(applied);
  }

  public SnapshotMetadata snapshot() {
    return snapshot;
  }

  public long firstIndex() {
    return first;
  }

  public long lastIndex() {
    return last;
  }

  public long durableIndex() {
    return durable;
  }

  public long commitIndex() {
    return commit;
  }

  public long applyingIndex() {
    return applying;
  }

  public long appliedIndex() {
    return applied;
  }

  public long handedOutIndex() {
    return handedOut;
  }

  /** The last entry, or the snapshot's if there is none. */
  public EntryId lastId() {
    return idAt(last);
  }

  /** The last entry known committed. */
  public EntryId commitId() {
    return idAt(commit);
  }

  /** The entry at {@code index}, whose term is known; that of an entry in memory is its own. */
  public EntryId idAt(long index) {
    if (cache.holds(index)) {
      return cache.entry(index).id();
    }
    return index == snapshot.index() ? snapshot.id() : new EntryId(termOf(index), index);
  }

  /** The term of {@code index}, or {@link #UNKNOWN_TERM} if it is compacted or beyond the end. */
  public long termOf(long index) {
    if (index == snapshot.index()) {
      return snapshot.id().term();
    }
    return index >= first && index <= last ? runs.termOf(index) : UNKNOWN_TERM;
  }

  /**
   * Whether this log holds this very entry, and so everything before it as in any log that does.
   */
  public boolean holds(EntryId id) {
    return termOf(id.index()) == id.term();
  }

  /**
   * The highest entry at or below {@code index} whose term is not above {@code term}: where two
   * logs may agree at the latest. Skips a whole term at a time.
   */
  public EntryId lastNotAbove(long term, long index) {
    long at = Math.min(index, last);
    while (at >= first) {
      long termHere = runs.termOf(at);
      if (termHere <= term) {
        return new EntryId(termHere, at);
      }
      at = runs.firstOfRun(at) - 1;
    }
    return at >= snapshot.index() && snapshot.id().term() <= term ? snapshot.id() : EntryId.ZERO;
  }

  /** Adds an entry at the end. */
  public void append(Entry entry) {
    runs.onAppended(entry.id());
    cache.append(entry);
    last = entry.index();
  }

  /**
   * Drops everything from {@code index} on.
   *
   * @throws IllegalStateException if that would drop a committed entry
   */
  public void truncateFrom(long index) {
    if (index <= commit) {
      throw new IllegalStateException("truncation at " + index + " below commit " + commit);
    }
    if (index < cache.firstIndex()) {
      cache.reset(index);
    } else {
      cache.truncateFrom(index);
    }
    runs.truncateFrom(index);
    last = index - 1;
    handedOut = Math.min(handedOut, last);
    durable = Math.min(durable, last);
  }

  /** Everything up to {@code index} is committed. Returns whether that is news. */
  public boolean maybeCommit(long index) {
    if (index <= commit) {
      return false;
    }
    if (index > last) {
      throw new IllegalStateException("commit " + index + " beyond the log's end " + last);
    }
    commit = index;
    return true;
  }

  /** Whether entries wait to be written. */
  public boolean hasUnwritten() {
    return handedOut < last;
  }

  /** The entries to be written next, which count as handed to the log engine from now on. */
  public List<Entry> takeUnwritten() {
    if (handedOut == last) {
      return List.of();
    }
    List<Entry> entries = cache.slice(handedOut + 1, last, Long.MAX_VALUE);
    handedOut = last;
    return entries;
  }

  /** Everything up to {@code index} is durable. */
  public void onDurable(long index) {
    durable = Math.max(durable, Math.min(index, handedOut));
    evict();
  }

  /** The highest index that may be given to the state machine: committed, and durable here. */
  public long applyLimit() {
    return Math.min(commit, durable);
  }

  /** Whether the entry at {@code index} is in memory. */
  public boolean isCached(long index) {
    return cache.holds(index);
  }

  /** Cached entries from {@code from} to {@code to}, by bytes, at least one. */
  public List<Entry> slice(long from, long to, long maxBytes) {
    return cache.slice(from, to, maxBytes);
  }

  /** The last index before {@code to} that is not in memory, given that {@code from} is not. */
  public long lastColdIndex(long to) {
    return Math.min(to, cache.firstIndex() - 1);
  }

  /** Everything up to {@code index} is on its way to the state machine. */
  public void onApplying(long index) {
    applying = index;
    evict();
  }

  /** The state machine has applied everything up to {@code index}. */
  public void onApplied(long index) {
    if (index > applying) {
      throw new IllegalStateException("applied " + index + ", but given only up to " + applying);
    }
    applied = Math.max(applied, index);
  }

  private void evict() {
    while (cache.bytes() > cacheBytes && cache.firstIndex() <= durable) {
      cache.evictFirst();
    }
  }

  /**
   * A snapshot at or below the applied index is durable as a file; the log may begin at {@code
   * newFirst}.
   *
   * @return whether anything changes
   */
  public boolean maybeCompact(SnapshotMetadata newSnapshot, long newFirst) {
    if (newSnapshot.index() > applied || newFirst > newSnapshot.index() + 1) {
      throw new IllegalArgumentException(
          "snapshot "
              + newSnapshot.id()
              + " and first index "
              + newFirst
              + " with applied "
              + applied);
    }
    if (newSnapshot.index() <= snapshot.index()) {
      return false;
    }
    snapshot = newSnapshot;
    if (newFirst > first) {
      runs.compactTo(newFirst, last);
      while (cache.firstIndex() < newFirst) {
        cache.evictFirst();
      }
      first = newFirst;
    }
    return true;
  }

  /** The whole log is replaced by an installed snapshot (paper, section 7, figure 13, rule 7). */
  public void reset(SnapshotMetadata installed) {
    if (installed.index() <= commit) {
      throw new IllegalStateException("snapshot " + installed.id() + " at or below " + commit);
    }
    // What was committed is in the snapshot as well; of everything else nothing is durable until
    // the record that resets the log is.
    durable = Math.min(durable, commit);
    runs.clear();
    cache.reset(installed.index() + 1);
    snapshot = installed;
    first = installed.index() + 1;
    last = installed.index();
    handedOut = last;
    commit = last;
  }

  /** A snapshot at {@code index} is in the state machine's hands, with all that precedes it. */
  public void onRestoring(long index) {
    if (index < applying) {
      throw new IllegalStateException("restores " + index + ", but has given " + applying);
    }
    applying = index;
  }
}
