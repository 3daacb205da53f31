// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damage of every kind to a small log: ten entries and a hard state in a few batches, a compaction
 * and a snapshot. Nothing altered is ever accepted, and nothing that was acknowledged is ever
 * dropped without a word.
 */
class DamageTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final List<Long> GROUPS = List.of(1L);
  private static final int SECTOR = 512;

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private ModelLog acknowledged;

  private static WalConfig config(SimulatedFileSystem disk) {
    return WalConfig.of(DIRECTORY, disk)
        .withSegmentBytes(24 << 10)
        .withSectorBytes(SECTOR)
        .withSnapshotChunkBytes(512)
        // Nothing here is long enough to need a second segment.
        .withSpareExecutor(task -> {});
  }

  private static Path segment(long number) {
    return DIRECTORY.resolve(Segment.fileName(number));
  }

  private static Entry entry(long term, long index, int bytes) {
    byte[] data = new byte[bytes];
    new Random(index).nextBytes(data);
    return Entry.of(new EntryId(term, index), EntryType.NORMAL, data);
  }

  private static void write(Wal wal, Persist persist) throws IOException {
    wal.write(List.of(new GroupWrite(1, persist)));
  }

  private static Persist append(Entry... entries) {
    return new Persist(null, List.of(entries), null, null, true);
  }

  @BeforeEach
  void writeSmallLog() throws IOException {
    Wal wal = Wal.openOrFormat(config(disk), 5, 1, new Random(1));
    wal.bootstrap(1, Workload.BEGINNING);
    write(wal, new Persist(null, List.of(), new HardState(1, 1, 0), null, true));
    write(wal, append(entry(1, 1, 20), entry(1, 2, 0), entry(1, 3, 60)));
    write(wal, append(entry(1, 4, 10)));
    write(wal, append(entry(1, 5, 400), entry(1, 6, 30), entry(1, 7, 7), entry(1, 8, 100)));
    SnapshotMetadata snapshot = new SnapshotMetadata(new EntryId(1, 4), Workload.MEMBERS);
    try (SnapshotStore.Sink sink = wal.snapshots().create(1, snapshot)) {
      byte[] content = new byte[1300];
      new Random(3).nextBytes(content);
      sink.write(content);
      sink.commit();
    }
    write(wal, new Persist(null, List.of(), null, new Persist.Compaction(snapshot, 3), false));
    write(wal, append(entry(1, 9, 300), entry(1, 10, 100)));
    acknowledged = ModelLog.of(wal, GROUPS);
    wal.close();
  }

  /** Where the last batch begins and ends, in bytes. */
  private long[] lastBatch() {
    long end = lastEnd(disk.bytes(segment(1)));
    // Head, two entries of 300 and 100 bytes, and the identifier's sector.
    return new long[] {end - 3L * SECTOR, end};
  }

  private static long lastEnd(byte[] bytes) {
    int end = bytes.length;
    while (isZero(bytes, end - SECTOR)) {
      end -= SECTOR;
    }
    return end;
  }

  private static boolean isZero(byte[] bytes, int from) {
    return Arrays.equals(bytes, from, from + SECTOR, new byte[SECTOR], 0, SECTOR);
  }

  /** Opens a damaged copy: true if it opened with all that was acknowledged, false if refused. */
  private boolean opensWhole(SimulatedFileSystem copy) throws IOException {
    try (Wal wal = Wal.open(config(copy))) {
      assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(acknowledged);
      return true;
    } catch (WalException e) {
      assertThat(e.getMessage()).contains(DIRECTORY.toString());
      // A program of another version may be there for good reason.
      boolean isOfAnotherVersion = e.getMessage().contains("is of version");
      assertThat(e.isDamage()).as(e.getMessage()).isNotEqualTo(isOfAnotherVersion);
      return false;
    }
  }

  @Test
  @Tag("W3")
  @Tag("W7")
  @Tag("W8")
  @Tag("W9")
  void everyFlippedBitIsHarmlessOrRefused() throws IOException {
    long bits = disk.bytes(segment(1)).length * 8L;
    long used = lastBatch()[1] * 8;
    int refused = 0;
    int harmless = 0;
    for (long bit = 0; bit < bits; bit += bit < used ? 1 : 4099) {
      disk.flipBit(segment(1), bit);
      SimulatedFileSystem copy = disk.copy();
      disk.flipBit(segment(1), bit);
      if (opensWhole(copy)) {
        harmless++;
      } else {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10_000);
    assertThat(harmless).isGreaterThan(10_000);
  }

  @Test
  @Tag("W22")
  void everyFlippedBitOfASnapshotIsSeen() throws IOException {
    Path snapshots = DIRECTORY.resolve("snapshots");
    Path file = snapshots.resolve(disk.list(snapshots).get(0));
    EntryId id = new EntryId(1, 4);
    long bits = disk.bytes(file).length * 8L;
    try (Wal wal = Wal.open(config(disk))) {
      // One store each, because a store verifies a file once.
      for (long bit = 0; bit < bits; bit++) {
        disk.flipBit(file, bit);
        SnapshotFiles store = new SnapshotFiles(config(disk));
        store.open(header());
        assertThatThrownBy(() -> store.open(1, id)).isInstanceOf(WalException.class);
        disk.flipBit(file, bit);
      }
      wal.snapshots().open(1, id).close();
    }
  }

  private SegmentHeader header() throws IOException {
    byte[] bytes = disk.bytes(segment(1));
    ByteBuffer first = ByteBuffer.wrap(bytes, 0, 512).slice();
    return SegmentHeader.read(first, segment(1), bytes.length, new Checksums());
  }

  @Test
  @Tag("W22")
  void aTruncatedSnapshotIsSeenAtEveryLength() throws IOException {
    Path snapshots = DIRECTORY.resolve("snapshots");
    Path file = snapshots.resolve(disk.list(snapshots).get(0));
    byte[] whole = disk.bytes(file);
    for (int length = 0; length < whole.length; length++) {
      disk.replace(file, Arrays.copyOf(whole, length));
      SnapshotFiles store = new SnapshotFiles(config(disk));
      store.open(header());
      assertThatThrownBy(() -> store.open(1, new EntryId(1, 4))).isInstanceOf(WalException.class);
    }
  }

  /** The write ended at any byte: then it was never synced, never acknowledged, and goes. */
  @Test
  @Tag("R-73")
  @Tag("W1")
  void aTornLastWriteIsTrimmedAtEveryByte() throws IOException {
    long[] last = lastBatch();
    byte[] whole = disk.bytes(segment(1));
    ModelLog before = new ModelLog().with(1, acknowledged.group(1).cutAfter(8));
    for (int end = (int) last[0]; end < last[1]; end++) {
      byte[] torn = whole.clone();
      Arrays.fill(torn, end, (int) last[1], (byte) 0);
      SimulatedFileSystem copy = disk.copy();
      copy.replace(segment(1), torn);
      try (Wal wal = Wal.open(config(copy))) {
        ModelLog found = ModelLog.of(wal, GROUPS);
        // All records are there from some byte on, and only the identifier is missing.
        assertThat(found).isIn(before, acknowledged);
        assertThat(wal.trimmedBytes() > 0)
            .isEqualTo(found.equals(before) && end > last[0] && !isAllZero(torn, last));
        write(wal, append(entry(2, wal.recover(1).lastIndex() + 1, 50)));
      }
      try (Wal wal = Wal.open(config(copy))) {
        assertThat(wal.recover(1).termRuns()).hasSize(2);
      }
    }
  }

  private static boolean isAllZero(byte[] bytes, long[] range) {
    for (long i = range[0]; i < range[1]; i++) {
      if (bytes[(int) i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** The identifier is there, so the write was finished: what is wrong with it came later. */
  @Test
  @Tag("R-73")
  @Tag("W4")
  void aDamagedLastBatchWithItsIdentifierIsRefused() throws IOException {
    long[] last = lastBatch();
    for (long sector = last[0]; sector < last[1] - SECTOR; sector += SECTOR) {
      byte[] damaged = disk.bytes(segment(1));
      Arrays.fill(damaged, (int) sector, (int) sector + SECTOR, (byte) 0);
      SimulatedFileSystem copy = disk.copy();
      copy.replace(segment(1), damaged);
      assertThatThrownBy(() -> Wal.open(config(copy)))
          .isInstanceOf(WalException.class)
          .hasMessageContaining("identifier of a finished batch")
          .hasMessageContaining("index 10")
          .hasMessageContaining("group 1 up to index 8")
          .hasMessageContaining("at byte " + last[0])
          .hasMessageContaining(segment(1).toString());
    }
  }

  /** A zeroed sector is not the end of the log while anything stands after it. */
  @Test
  @Tag("W5")
  void everyZeroedSectorIsHarmlessOrRefused() throws IOException {
    long end = lastBatch()[1];
    int refused = 0;
    for (int from = 0; from < end; from += SECTOR) {
      byte[] damaged = disk.bytes(segment(1));
      Arrays.fill(damaged, from, from + SECTOR, (byte) 0);
      SimulatedFileSystem copy = disk.copy();
      copy.replace(segment(1), damaged);
      refused += opensWhole(copy) ? 0 : 1;
    }
    assertThat(refused).isGreaterThan(10);
  }

  /** A sector that was written to the wrong place does not pass for what belongs there. */
  @Test
  @Tag("W10")
  void everyMisdirectedSectorIsHarmlessOrRefused() throws IOException {
    int sectors = (int) (lastBatch()[1] / SECTOR);
    byte[] whole = disk.bytes(segment(1));
    for (int from = 0; from < sectors; from++) {
      for (int to = 0; to < sectors; to++) {
        byte[] damaged = whole.clone();
        System.arraycopy(whole, from * SECTOR, damaged, to * SECTOR, SECTOR);
        SimulatedFileSystem copy = disk.copy();
        copy.replace(segment(1), damaged);
        opensWhole(copy);
      }
    }
  }

  /** A batch of this very segment that stands after its end: were it replayed, entries would go. */
  @Test
  @Tag("W10")
  void aBatchThatWasWrittenToTheEndOnceMoreIsNotReplayed() throws IOException {
    int from = (int) lastBatch()[1];
    try (Wal wal = Wal.open(config(disk))) {
      from += 2 * SECTOR; // The record of this start.
      write(wal, new Persist(null, List.of(entry(2, 10, 20)), new HardState(2, 0, 0), null, true));
      write(wal, append(entry(2, 11, 20)));
      acknowledged = ModelLog.of(wal, GROUPS);
    }
    byte[] bytes = disk.bytes(segment(1));
    int end = (int) lastEnd(bytes);
    System.arraycopy(bytes, from, bytes, end, 2 * SECTOR);
    SimulatedFileSystem copy = disk.copy();
    copy.replace(segment(1), bytes);
    assertThat(opensWhole(copy)).isTrue();
  }

  /** What an earlier use of the same blocks left after the end is not taken for the log. */
  @Test
  @Tag("W6")
  void rubbishAfterTheEndIsNotRead() throws IOException {
    byte[] bytes = disk.bytes(segment(1));
    int end = (int) lastBatch()[1];
    System.arraycopy(bytes, SECTOR, bytes, end, bytes.length - end > end ? end - SECTOR : 4096);
    SimulatedFileSystem copy = disk.copy();
    copy.replace(segment(1), bytes);
    assertThat(opensWhole(copy)).isTrue();
  }

  /**
   * An abandoned write leaves intact records behind. A later write at the same place that is torn
   * must not take them for its own.
   */
  @Test
  @Tag("W6")
  void recordsOfAnAbandonedBatchDoNotCompleteATornOne() throws IOException {
    byte[] before = disk.bytes(segment(1));
    byte[][] written = new byte[2][];
    for (int i = 0; i < 2; i++) {
      SimulatedFileSystem copy = disk.copy();
      try (Wal wal = Wal.open(config(copy))) {
        write(wal, append(entry(2 + i, 11, 440), entry(2 + i, 12, 440), entry(2 + i, 13, 20)));
      }
      written[i] = copy.bytes(segment(1));
    }
    int from = 0;
    while (written[0][from] == written[1][from]) {
      from++;
    }
    int start = from / SECTOR * SECTOR;
    for (int kept = 1; kept < 3; kept++) {
      byte[] mixed = before.clone();
      System.arraycopy(written[0], 0, mixed, 0, start);
      System.arraycopy(written[0], start, mixed, start, 3 * SECTOR);
      System.arraycopy(written[1], start, mixed, start, kept * SECTOR);
      SimulatedFileSystem copy = disk.copy();
      copy.replace(segment(1), mixed);
      try (Wal wal = Wal.open(config(copy))) {
        assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(acknowledged);
        assertThat(wal.trimmedBytes()).isPositive();
      }
    }
  }
}
