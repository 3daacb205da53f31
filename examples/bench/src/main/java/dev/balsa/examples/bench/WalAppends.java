// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.wal.Wal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Appends of one kind, in turns with a plain loop of as many bytes. */
final class WalAppends {
  private static final long ROUND_NANOS = 100_000_000;

  static final Membership MEMBERS = Membership.bootstrap(List.of(Member.of(1, "a:1")));

  /** Times of a write with its sync, and the payload that went through. */
  record Measured(double p50Micros, double p99Micros, double mebibytesPerSecond) {}

  /** A row of the result. */
  record Figures(int payloadBytes, int waiting, int groups, Measured raw, Measured wal) {}

  private interface Write {
    void run() throws IOException;
  }

  /** Collects what one of the two takes. */
  private static final class Series {
    private final Histogram nanos = new Histogram(3);
    private long writes;
    private long totalNanos;

    /** Writes for one round. */
    void run(Write write) throws IOException {
      long begin = System.nanoTime();
      long before = begin;
      while (before - begin < ROUND_NANOS) {
        write.run();
        long now = System.nanoTime();
        nanos.recordValue(now - before);
        totalNanos += now - before;
        writes++;
        before = now;
      }
    }

    Measured measured(long bytesPerWrite) {
      double mebibytes = (double) writes * bytesPerWrite / (1 << 20);
      return new Measured(
          nanos.getValueAtPercentile(50) / 1e3,
          nanos.getValueAtPercentile(99) / 1e3,
          mebibytes / (totalNanos / 1e9));
    }
  }

  private final Path directory;
  private final int waiting;
  private final int groups;
  private final byte[] payload;

  /** The index of each group's last entry. */
  private final long[] last;

  private int next;

  /**
   * Appends in a directory of their own.
   *
   * @param waiting entries for each write and sync
   * @param groups over which they are spread
   */
  WalAppends(Path directory, int payloadBytes, int waiting, int groups) {
    this.directory = directory;
    this.waiting = waiting;
    this.groups = groups;
    this.payload = new byte[payloadBytes];
    Arrays.fill(payload, (byte) 'x');
    this.last = new long[groups];
  }

  Figures measure(int rounds) throws IOException {
    long bytes = (long) waiting * payload.length;
    try (Wal wal = Wal.openOrFormat(directory.resolve("log"), 1, 1);
        RawWrites raw = new RawWrites(directory.resolve("raw"), bytes)) {
      for (int group = 0; group < groups; group++) {
        wal.bootstrap(group + 1, SnapshotMetadata.bootstrap(MEMBERS));
      }
      round(raw, wal, new Series(), new Series());
      Series rawSeries = new Series();
      Series walSeries = new Series();
      for (int i = 0; i < rounds; i++) {
        round(raw, wal, rawSeries, walSeries);
      }
      return new Figures(
          payload.length, waiting, groups, rawSeries.measured(bytes), walSeries.measured(bytes));
    }
  }

  private void round(RawWrites raw, Wal wal, Series rawSeries, Series walSeries)
      throws IOException {
    rawSeries.run(raw::write);
    walSeries.run(() -> wal.write(nextWrites()));
    compact(wal);
  }

  /** As many entries as wait, each group's together. */
  private List<GroupWrite> nextWrites() {
    if (groups == 1) {
      return List.of(append(0, waiting));
    }
    List<GroupWrite> writes = new ArrayList<>(waiting);
    for (int i = 0; i < waiting; i++) {
      writes.add(append(next, 1));
      next = (next + 1) % groups;
    }
    return writes;
  }

  private GroupWrite append(int group, int count) {
    GroupWrite write = append(group + 1, last[group], count, payload);
    last[group] += count;
    return write;
  }

  /** So many entries after {@code last}, each with this payload. */
  static GroupWrite append(long group, long last, int count, byte[] payload) {
    Entry[] entries = new Entry[count];
    for (int i = 0; i < count; i++) {
      entries[i] = Entry.of(new EntryId(1, last + 1 + i), EntryType.NORMAL, payload);
    }
    return new GroupWrite(group, new Persist(null, List.of(entries), null, null, true));
  }

  /** Lets the log reuse its files, as one that runs does. Not measured. */
  private void compact(Wal wal) throws IOException {
    List<GroupWrite> writes = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      if (last[group] > 0) {
        SnapshotMetadata snapshot = new SnapshotMetadata(new EntryId(1, last[group]), MEMBERS);
        Persist.Compaction compaction = new Persist.Compaction(snapshot, last[group] + 1);
        writes.add(new GroupWrite(group + 1, new Persist(null, List.of(), null, compaction, true)));
      }
    }
    wal.write(writes);
  }
}
