// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.ModelLog;
import dev.balsa.raft.wal.Wal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a log has vouched for, and what it may hold besides. Immutable, so that a fault can be tried
 * on a copy of the disk while the story goes on.
 *
 * @param acknowledged the state that was acknowledged last
 * @param possible the states that a write under way passes through
 * @param bootEpoch the last start that was told
 * @param snapshots the snapshots that were begun, and whether each has to be there
 */
record Promises(
    ModelLog acknowledged,
    List<ModelLog> possible,
    long bootEpoch,
    TreeMap<SnapshotKey, Boolean> snapshots) {
  static Promises none() {
    return new Promises(new ModelLog(), List.of(), 0, new TreeMap<>());
  }

  Promises attempt(List<ModelLog> states) {
    return new Promises(acknowledged, states, bootEpoch, snapshots);
  }

  Promises acknowledge() {
    ModelLog last = possible.isEmpty() ? acknowledged : possible.get(possible.size() - 1);
    return new Promises(last, List.of(), bootEpoch, snapshots);
  }

  Promises started(long epoch) {
    return new Promises(acknowledged, possible, epoch, snapshots);
  }

  Promises with(SnapshotKey key, boolean required) {
    TreeMap<SnapshotKey, Boolean> changed = new TreeMap<>(snapshots);
    changed.put(key, required);
    return new Promises(acknowledged, possible, bootEpoch, changed);
  }

  /**
   * Looks at an open log: it holds what it should, no more and no less.
   *
   * @return what it promises from now on: what was read is durable, acknowledged or not
   * @throws AssertionError if not
   */
  Promises requireKeptBy(Wal wal, List<Long> groups) throws IOException {
    long epoch = wal.identity().bootEpoch();
    if (epoch <= bootEpoch) {
      throw new AssertionError("start " + epoch + " after start " + bootEpoch);
    }
    ModelLog found = ModelLog.of(wal, groups);
    if (!found.equals(acknowledged) && !possible.contains(found)) {
      throw new AssertionError("acknowledged:" + acknowledged + "\nfound:" + found);
    }
    TreeMap<SnapshotKey, Boolean> there = new TreeMap<>();
    for (SnapshotKey key : List.copyOf(snapshots.keySet())) {
      boolean isThere = key.isIn(wal.snapshots());
      if (snapshots.get(key) && !isThere) {
        throw new AssertionError(key + " was finished and is not there");
      }
      if (isThere) {
        there.put(key, true);
      }
    }
    return new Promises(found, new ArrayList<>(), epoch, there);
  }
}
