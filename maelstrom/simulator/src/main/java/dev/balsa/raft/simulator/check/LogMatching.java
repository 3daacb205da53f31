// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Persist;
import java.util.TreeMap;

/**
 * Log Matching: if two logs hold an entry with the same index and term, they agree in everything up
 * to it (paper, figure 3 and section 5.3).
 *
 * <p>Checked by induction: each (term, index) that anybody ever wrote stands for one content and
 * one predecessor.
 */
public final class LogMatching implements Checker {
  private record Seen(Entry entry, EntryId before) {}

  private final Verdict verdict;
  private final TreeMap<EntryId, Seen> seen = new TreeMap<>();

  public LogMatching(Verdict verdict) {
    this.verdict = verdict;
  }

  @Override
  public void onWrite(Observed member, Persist persist) {
    if (persist.entries().isEmpty()) {
      return;
    }
    long previous = persist.entries().get(0).index() - 1;
    EntryId before =
        persist.reset() != null && persist.reset().index() == previous
            ? persist.reset().id()
            : member.submitted().idAt(previous);
    for (Entry entry : persist.entries()) {
      check(member, entry, before);
      before = entry.id();
    }
  }

  @Override
  public void onRecovered(Observed member, MemberLog found) {
    EntryId before = found.idAt(found.firstIndex() - 1);
    for (long index = found.firstIndex(); index <= found.lastIndex(); index++) {
      check(member, found.entry(index), before);
      before = found.entry(index).id();
    }
  }

  private void check(Observed member, Entry entry, EntryId before) {
    Seen first = seen.get(entry.id());
    if (first == null) {
      if (before != null) {
        seen.put(entry.id(), new Seen(entry, before));
      }
      return;
    }
    if (!first.entry.equals(entry)) {
      verdict.violated(
          Property.LOG_MATCHING, member + " holds " + entry + ", another " + first.entry);
    }
    if (before != null && !before.equals(first.before)) {
      verdict.violated(
          Property.LOG_MATCHING,
          member + " holds " + entry.id() + " after " + before + ", another after " + first.before);
    }
  }
}
