// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * A member's log and hard state as its writes describe them: a plain model of what a disk holds.
 */
public final class MemberLog {
  private HardState hardState = HardState.EMPTY;
  private SnapshotMetadata snapshot;
  private long firstIndex;
  private final ArrayList<Entry> entries = new ArrayList<>();

  /** The log of a group that starts from {@code snapshot}. */
  public MemberLog(SnapshotMetadata snapshot) {
    this.snapshot = snapshot;
    this.firstIndex = snapshot.index() + 1;
  }

  /** What a log engine found, with all of its entries. */
  public static MemberLog of(RecoveredLog recovered, List<Entry> entries) {
    MemberLog log = new MemberLog(recovered.snapshot());
    log.hardState = recovered.hardState();
    log.firstIndex = recovered.firstIndex();
    log.entries.addAll(entries);
    return log;
  }

  /** The same log, to be changed apart from this one. */
  public MemberLog copy() {
    MemberLog copy = new MemberLog(snapshot);
    copy.hardState = hardState;
    copy.firstIndex = firstIndex;
    copy.entries.addAll(entries);
    return copy;
  }

  /** Takes over what was written. */
  public void write(Persist persist) {
    if (persist.reset() != null) {
      snapshot = persist.reset();
      firstIndex = snapshot.index() + 1;
      entries.clear();
    }
    if (!persist.entries().isEmpty()) {
      long at = persist.entries().get(0).index() - firstIndex;
      entries.subList((int) at, entries.size()).clear();
      entries.addAll(persist.entries());
    }
    if (persist.hardState() != null) {
      hardState = persist.hardState();
    }
    if (persist.compaction() != null) {
      snapshot = persist.compaction().snapshot();
      dropBelow(persist.compaction().firstIndex());
    }
  }

  private void dropBelow(long index) {
    if (index > firstIndex) {
      entries.subList(0, (int) Math.min(index - firstIndex, entries.size())).clear();
      firstIndex = index;
    }
  }

  public HardState hardState() {
    return hardState;
  }

  public SnapshotMetadata snapshot() {
    return snapshot;
  }

  /** The first index held; one above the last if there is none. */
  public long firstIndex() {
    return firstIndex;
  }

  /** The last index held; the snapshot's if there is no entry. */
  public long lastIndex() {
    return firstIndex + entries.size() - 1;
  }

  /** The entry at {@code index}, null if it is not held. */
  public Entry entry(long index) {
    return index < firstIndex || index > lastIndex()
        ? null
        : entries.get((int) (index - firstIndex));
  }

  /** Term and index there, null if neither an entry nor the snapshot tells. */
  public EntryId idAt(long index) {
    Entry entry = entry(index);
    if (entry != null) {
      return entry.id();
    }
    return index == snapshot.index() ? snapshot.id() : null;
  }
}
