// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.sim.Survivors;
import dev.balsa.raft.wal.sim.UnsyncedChange;

/**
 * What a power cut leaves, and whether that left a hole in a write: its end, and less before it.
 */
final class CrashPlan implements Survivors {
  private final Survivors survivors;
  private final StringBuilder kept = new StringBuilder();
  private long lossy = -1;
  private boolean leavesHole;

  CrashPlan(Survivors survivors) {
    this.survivors = survivors;
  }

  @Override
  public int kept(UnsyncedChange change) {
    int bytes = survivors.kept(change);
    kept.append(bytes == change.bytes() ? "+" : bytes == 0 ? "-" : "(" + bytes + ")");
    if (change.kind() == UnsyncedChange.Kind.SECTOR) {
      leavesHole |= bytes > 0 && lossy == change.operation();
      lossy = bytes < change.bytes() ? change.operation() : lossy;
    }
    return bytes;
  }

  /**
   * Whether the end of some write is there, and not all that comes before it. Only then may the log
   * take a write that was never finished for one that was damaged, and refuse to open.
   */
  boolean leavesHole() {
    return leavesHole;
  }

  /** A sign for each piece: there, gone, or torn after so many bytes. */
  @Override
  public String toString() {
    return kept.toString();
  }
}
