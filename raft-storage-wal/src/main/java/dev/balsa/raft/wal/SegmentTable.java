// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.FileSystem;
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

  int size() {
    return byPosition.size();
  }

  /**
   * Plans to remove the oldest segment if nothing at or after {@code position} lies in it; never
   * the last. To be called again when that is done.
   *
   * <p>Oldest first, and each removal durable before the next. Were two removals to reach the disk
   * the other way round, a crash between them would leave a gap, and recovery must refuse a gap.
   */
  void planRemovalBefore(long position, IoQueue io, FileSystem fileSystem, Path directory) {
    if (byPosition.size() == 1) {
      return;
    }
    Segment oldest = byPosition.firstEntry().getValue();
    if (oldest.header().endPosition() > position) {
      return;
    }
    io.add(oldest::remove);
    io.add(
        () -> {
          fileSystem.syncDirectory(directory);
          byPosition.remove(oldest.header().firstPosition());
        });
  }

  void close() throws IOException {
    for (Segment segment : byPosition.values()) {
      segment.close();
    }
  }
}
