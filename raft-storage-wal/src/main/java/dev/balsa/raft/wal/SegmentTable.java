// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * All segments by the log position of their first byte. Changed by the log worker's thread; may be
 * read by others.
 */
final class SegmentTable {
  private final ConcurrentSkipListMap<Long, Segment> byPosition = new ConcurrentSkipListMap<>();

  void add(Segment segment) {
    byPosition.put(segment.header().firstPosition(), segment);
  }

  /** The segment in which this log position lies, null if it was removed. */
  Segment at(long position) {
    Map.Entry<Long, Segment> found = byPosition.floorEntry(position);
    return found == null ? null : found.getValue();
  }

  Segment oldest() {
    return byPosition.firstEntry().getValue();
  }

  int size() {
    return byPosition.size();
  }

  /**
   * Plans to let go of the oldest segment if no entry is read from it; never of the last. To be
   * called again when that is done.
   *
   * <p>Oldest first, and each durable before the next. Were two removals to reach the disk the
   * other way round, a crash between them would leave a gap, and recovery must refuse a gap.
   */
  void planRemoval(SegmentUsage usage, IoQueue io, Spares spares, WalConfig config) {
    if (byPosition.size() == 1) {
      return;
    }
    Segment oldest = oldest();
    SegmentHeader header = oldest.header();
    if (usage.neededEntries(header) > 0) {
      return;
    }
    boolean isKept = spares.hasRoomFor(header.segmentBytes());
    Path spare = spares.newName();
    io.add(
        () -> {
          if (isKept) {
            oldest.giveAway(spare);
          } else {
            oldest.remove();
          }
        });
    io.add(
        () -> {
          config.fileSystem().syncDirectory(config.directory());
          byPosition.remove(header.firstPosition());
          usage.end(header);
          if (isKept) {
            // Not before its old name is gone for good: were it overwritten under that name, a
            // crash would leave a segment of the log with another one's content.
            spares.add(new Spares.Used(spare, header.epoch()));
          }
        });
  }

  void close() throws IOException {
    for (Segment segment : byPosition.values()) {
      segment.close();
    }
  }
}
