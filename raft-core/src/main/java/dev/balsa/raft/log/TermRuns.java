// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.state.StateSink;
import java.util.Arrays;
import java.util.List;

/**
 * The terms of the log's entries as runs: the first entry of each. A log has few terms and many
 * entries, so the term of any index is known without keeping, or reading, the entry.
 */
final class TermRuns {
  private long[] terms = new long[1];
  private long[] firsts = new long[1];
  private int count;

  TermRuns(List<EntryId> runs) {
    for (EntryId run : runs) {
      onAppended(run);
    }
  }

  private TermRuns(TermRuns other) {
    this.terms = other.terms.clone();
    this.firsts = other.firsts.clone();
    this.count = other.count;
  }

  TermRuns copy() {
    return new TermRuns(this);
  }

  /** The term of {@code index}, which is within the log. */
  long termOf(long index) {
    int at = runOf(index);
    if (at < 0) {
      throw new IllegalStateException("no term known at " + index);
    }
    return terms[at];
  }

  /** The first index of the run that {@code index} is in. */
  long firstOfRun(long index) {
    return firsts[runOf(index)];
  }

  private int runOf(long index) {
    // Nearly always one of the last runs is asked for.
    for (int i = count - 1; i >= 0; i--) {
      if (firsts[i] <= index) {
        return i;
      }
    }
    return -1;
  }

  void onAppended(EntryId id) {
    if (count > 0 && terms[count - 1] == id.term()) {
      return;
    }
    if (count > 0 && terms[count - 1] > id.term()) {
      throw new IllegalStateException("entry " + id + " after one of term " + terms[count - 1]);
    }
    if (count == terms.length) {
      terms = Arrays.copyOf(terms, count * 2);
      firsts = Arrays.copyOf(firsts, count * 2);
    }
    terms[count] = id.term();
    firsts[count] = id.index();
    count++;
  }

  void truncateFrom(long index) {
    while (count > 0 && firsts[count - 1] >= index) {
      count--;
    }
  }

  /** The log now begins at {@code index}. */
  void compactTo(long index, long lastIndex) {
    if (index > lastIndex) {
      count = 0;
      return;
    }
    int at = runOf(index);
    if (at <= 0) {
      return;
    }
    System.arraycopy(terms, at, terms, 0, count - at);
    System.arraycopy(firsts, at, firsts, 0, count - at);
    count -= at;
  }

  void clear() {
    count = 0;
  }

  void encodeState(StateSink sink) {
    sink.put(count);
    for (int i = 0; i < count; i++) {
      sink.put(terms[i]);
      sink.put(firsts[i]);
    }
  }
}
