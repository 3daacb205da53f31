// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Status;
import java.util.ArrayList;
import java.util.TreeMap;

/**
 * The one log on which all members agree, as far as anybody has said that it is committed. What one
 * member takes for committed, no other may see otherwise.
 */
public final class CommittedLog implements Checker {
  private final Verdict verdict;

  /** Entry {@code i + 1} at position {@code i}. */
  private final ArrayList<Entry> entries = new ArrayList<>();

  /** The term in which somebody first knew entry {@code i + 1} committed. */
  private final ArrayList<Long> terms = new ArrayList<>();

  /** By member: how far its commits were compared, within its present run. */
  private final TreeMap<Long, Long> compared = new TreeMap<>();

  public CommittedLog(Verdict verdict) {
    this.verdict = verdict;
  }

  /** How far the log is known, in entries from index 1 on. */
  public long lastIndex() {
    return entries.size();
  }

  /** The committed entry at {@code index}, null if it is not known. */
  public Entry entry(long index) {
    return index < 1 || index > entries.size() ? null : entries.get((int) index - 1);
  }

  /** The last entry that was known committed in a term before this one; zero if there is none. */
  EntryId lastCommittedBefore(long term) {
    // Commit terms never fall with the index: somebody who knows an entry committed knows all
    // before it.
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (terms.get(middle) < term) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? EntryId.ZERO : entries.get(low - 1).id();
  }

  @Override
  public void onStatus(Observed member, Status status) {
    long commit = status.hardState().commit();
    while (terms.size() < commit) {
      terms.add(status.hardState().term());
    }
    // The log in memory is known as far as it is durable: there the model has the same entries.
    long known = Math.min(commit, status.durableIndex());
    long from = Math.max(compared.getOrDefault(member.id(), 0L) + 1, 1);
    for (long index = from; index <= known; index++) {
      compare(member, index);
    }
    compared.merge(member.id(), known, Math::max);
  }

  @Override
  public void onRecovered(Observed member, MemberLog found) {
    compared.put(member.id(), 0L);
  }

  private void compare(Observed member, long index) {
    Entry entry = member.acknowledged().entry(index);
    if (entry == null) {
      return;
    }
    if (index == entries.size() + 1) {
      entries.add(entry);
    } else if (index <= entries.size() && !entries.get((int) index - 1).equals(entry)) {
      verdict.violated(
          Property.STATE_MACHINE_SAFETY,
          member + " committed " + entry + " where " + entries.get((int) index - 1) + " was");
    }
  }
}
