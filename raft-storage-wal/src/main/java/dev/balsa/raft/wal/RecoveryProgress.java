// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Tells how far the reading of a long log has come. A short one is read without a word. */
final class RecoveryProgress {
  /** Below this, in bytes, a log is read before anybody wonders. */
  static final long LONG_BYTES = 256L << 20;

  private static final int STEPS = 10;

  private final Path directory;
  private final Consumer<String> log;
  private final long totalBytes;
  private long readBytes;
  private int told;

  /** What is about to be read; each step is told to {@code log}. */
  RecoveryProgress(Path directory, List<SegmentHeader> segments, Consumer<String> log) {
    this.directory = directory;
    this.log = log;
    this.totalBytes = segments.stream().mapToLong(SegmentHeader::segmentBytes).sum();
    if (isLong()) {
      String size = segments.size() + " segments, " + mebibytes();
      log.accept("Reading the log in " + directory + ": " + size);
    }
  }

  private boolean isLong() {
    return totalBytes >= LONG_BYTES;
  }

  private String mebibytes() {
    return (totalBytes >> 20) + " MiB";
  }

  /** A segment was read. */
  void read(SegmentHeader segment) {
    readBytes += segment.segmentBytes();
    int steps = (int) (STEPS * readBytes / totalBytes);
    if (isLong() && steps > told) {
      told = steps;
      int percent = 100 / STEPS * steps;
      log.accept(percent + " % of the " + mebibytes() + " in " + directory + " are read");
    }
  }
}
