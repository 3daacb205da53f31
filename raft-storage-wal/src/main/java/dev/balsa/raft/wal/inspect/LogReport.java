// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.inspect;

import dev.balsa.raft.spi.LogIdentity;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything there is to say of a log's directory.
 *
 * @param directory where
 * @param identity whose, as the first readable segment says; null if none can be read. Its boot
 *     epoch is that of the last start
 * @param segments those whose headers can be read, oldest first
 * @param groups all groups, by id
 * @param snapshots all snapshot files, by name
 * @param damage what is not as it was written, in the order of the log
 * @param start what opening the log would do
 */
public record LogReport(
    Path directory,
    LogIdentity identity,
    List<SegmentReport> segments,
    List<GroupReport> groups,
    List<SnapshotReport> snapshots,
    List<DamagedRange> damage,
    StartForecast start) {

  /** Copies the lists. */
  public LogReport {
    segments = List.copyOf(segments);
    groups = List.copyOf(groups);
    snapshots = List.copyOf(snapshots);
    damage = List.copyOf(damage);
  }

  /** Whether the log would open, and nothing in it or in a finished snapshot is damaged. */
  public boolean isClean() {
    return start.opens()
        && damage.isEmpty()
        && snapshots.stream().allMatch(snapshot -> snapshot.problem().isEmpty());
  }
}
