// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Changes a store, in transactions: what happens up to {@link #commit} becomes one revision.
 *
 * <p><b>Threads.</b> To be used only within {@link Store#write}.
 */
public final class Writer {
  private final KeyTree.Editor tree;
  private RevisionLog log;
  private long revision;
  private long compactRevision;
  private long footprint;

  /** How many writes the running transaction has made. */
  private int changes;

  /** Writes that are not in the log yet. */
  private final List<KeyVersion> unlogged = new ArrayList<>();

  private final Deque<Trim> trims = new ArrayDeque<>();

  Writer(State state) {
    tree = state.tree().edit();
    log = state.log();
    revision = state.revision();
    compactRevision = state.compactRevision();
    footprint = state.footprint();
  }

  /**
   * The revision at which the running transaction stands: the last one's before its first write,
   * its own from then on.
   */
  public long revision() {
    return changes == 0 ? revision : revision + 1;
  }

  public long compactRevision() {
    return compactRevision;
  }

  /**
   * What readers within the running transaction see, its own writes included. Valid until the next
   * change; its log is not up to date.
   */
  public State view() {
    return new State(tree.peek(), revision(), compactRevision, log, footprint);
  }

  /** The key as it is now, null if it does not exist. */
  public KeyVersion get(byte[] key) {
    History history = tree.get(key);
    return history == null || history.newest().isTombstone() ? null : history.newest();
  }

  /** Writes a key. The arrays must not be changed afterwards. */
  public void put(byte[] key, byte[] value, long lease) {
    tree.update(key, history -> add(next(history, key, value, lease), history));
  }

  private KeyVersion next(History history, byte[] key, byte[] value, long lease) {
    long next = revision + 1;
    if (history == null) {
      return new KeyVersion(key, value, next, next, changes, 1, lease);
    }
    KeyVersion old = history.newest();
    if (old.isTombstone()) {
      return new KeyVersion(old.key(), value, next, next, changes, 1, lease);
    }
    return new KeyVersion(
        old.key(), value, old.createRevision(), next, changes, old.version() + 1, lease);
  }

  /** Deletes the keys of a range. Returns what they were, in order. */
  public List<KeyVersion> delete(KeyRange range) {
    List<KeyVersion> deleted = new ArrayList<>();
    tree.peek()
        .scan(
            range,
            history -> {
              if (!history.newest().isTombstone()) {
                deleted.add(history.newest());
              }
              return true;
            });
    for (KeyVersion version : deleted) {
      byte[] key = version.key();
      tree.update(key, history -> add(KeyVersion.tombstone(key, revision + 1, changes), history));
    }
    return deleted;
  }

  private History add(KeyVersion version, History older) {
    unlogged.add(version);
    footprint += version.footprint();
    changes++;
    return new History(version, older);
  }

  /** Ends the transaction. Returns the revision: a new one exactly if something was written. */
  public long commit() {
    revision = revision();
    changes = 0;
    return revision;
  }

  /**
   * Gives up everything that only revisions lower than this can see. Takes effect at once; the
   * space is freed by {@link Store#trim}.
   *
   * @param revision higher than the compact revision so far, at most the current one
   */
  public void compact(long revision) {
    if (revision <= compactRevision || revision > this.revision || changes != 0) {
      throw new IllegalArgumentException(
          "cannot compact at "
              + revision
              + ", between "
              + compactRevision
              + " and "
              + this.revision);
    }
    flushLog();
    trims.add(new Trim(log, log.positionOf(revision + 1)));
    compactRevision = revision;
    log = log.startingAt(revision);
  }

  private void flushLog() {
    log = log.append(unlogged);
    unlogged.clear();
  }

  State publish() {
    if (changes != 0) {
      throw new IllegalStateException("a transaction is still open: it must be committed");
    }
    flushLog();
    return new State(tree.tree(), revision, compactRevision, log, footprint);
  }

  boolean trim(int maxWrites) {
    int budget = maxWrites;
    while (budget > 0 && !trims.isEmpty()) {
      Trim trim = trims.peek();
      budget -= trim.run(budget);
      if (trim.isDone()) {
        trims.remove();
      }
    }
    return !trims.isEmpty();
  }

  /**
   * The cleaning after one compaction. What can go are older versions of the keys written up to it;
   * so it walks the part of the log that the compaction has cut off.
   */
  private final class Trim {
    private final RevisionLog cut;
    private final int end;
    private int next;

    /** Keys that were seen to: one with a long history is walked once, not once for each write. */
    private final Set<ByteBuffer> done = new HashSet<>();

    Trim(RevisionLog cut, int end) {
      this.cut = cut;
      this.end = end;
    }

    boolean isDone() {
      return next == end;
    }

    int run(int maxWrites) {
      int last = Math.min(end, next + maxWrites);
      int seen = last - next;
      for (; next < last; next++) {
        byte[] key = cut.get(next).key();
        if (done.add(ByteBuffer.wrap(key))) {
          trim(key);
        }
      }
      return seen;
    }

    private void trim(byte[] key) {
      History history = tree.get(key);
      if (history == null) {
        return;
      }
      History left = history.compacted(compactRevision);
      if (left == history) {
        return;
      }
      footprint -= history.footprint() - (left == null ? 0 : left.footprint());
      if (left == null) {
        tree.remove(key);
      } else {
        tree.update(key, same -> left);
      }
    }
  }
}
