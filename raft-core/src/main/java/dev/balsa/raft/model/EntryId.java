// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * The identity of a log entry: the term in which a leader created it and its place in the log (Raft
 * paper, section 5.3). Two logs that hold the same id hold the same entry, and the same entries
 * before it (Log Matching).
 *
 * <p>The natural order is that of section 5.4.1: an id with the later term is more up to date; with
 * equal terms, the one with the higher index.
 *
 * @param term the creating leader's term, 0 only for the position before the first entry
 * @param index the place in the log, counted from 1; 0 is the position before the first entry
 */
public record EntryId(long term, long index) implements Comparable<EntryId> {
  /** The position before the first entry of any log. */
  public static final EntryId ZERO = new EntryId(0, 0);

  public EntryId {
    if (term < 0 || index < 0) {
      throw new IllegalArgumentException("negative entry id: term " + term + ", index " + index);
    }
  }

  /** The entry that follows this one within the same term. */
  public EntryId plus(long count) {
    return new EntryId(term, index + count);
  }

  /** Whether a log that ends here is at least as up to date as one that ends at {@code other}. */
  public boolean isAtLeast(EntryId other) {
    return compareTo(other) >= 0;
  }

  @Override
  public int compareTo(EntryId other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  @Override
  public String toString() {
    return term + "/" + index;
  }
}
