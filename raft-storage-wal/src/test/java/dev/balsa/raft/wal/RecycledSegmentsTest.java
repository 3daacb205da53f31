// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.SimulatedCrash;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Segments that are used again: what they held before is never taken for the log. */
class RecycledSegmentsTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final List<Long> GROUPS = List.of(1L);
  private static final int SECTOR = 512;
  private static final int SPARES = 2;

  private SimulatedFileSystem disk = new SimulatedFileSystem();
  private ModelLog acknowledged = new ModelLog().with(1, ModelLog.fresh(Workload.BEGINNING));
  private List<ModelLog> possible = List.of();
  private Wal wal;
  private int created;
  private int givenAway;

  private static WalConfig config(SimulatedFileSystem disk) {
    return WalConfig.of(DIRECTORY, disk)
        .withSegmentBytes(8 << 10)
        .withSectorBytes(SECTOR)
        .withSpareSegments(SPARES);
  }

  private void create() throws IOException {
    wal = Wal.openOrFormat(config(disk), 5, 1, new Random(1));
    wal.bootstrap(1, Workload.BEGINNING);
  }

  private void countFiles() {
    disk.observe(
        (operation, path, count) -> {
          created += operation == Operation.CREATE ? 1 : 0;
          givenAway += operation == Operation.RENAME && path.toString().endsWith(".wal") ? 1 : 0;
        });
  }

  /** A few entries; now and then the log keeps no more than its end. */
  private List<GroupWrite> next(Random random) {
    ModelLog.Group group = acknowledged.group(1);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      byte[] data = new byte[random.nextInt(900)];
      random.nextBytes(data);
      EntryId id = new EntryId(1, group.last() + 1 + i);
      entries.add(Entry.of(id, EntryType.NORMAL, data));
    }
    Persist.Compaction compaction = null;
    if (group.entries().size() > 12) {
      EntryId id = group.entries().get(group.entries().size() - 3).id();
      SnapshotMetadata snapshot = new SnapshotMetadata(id, Workload.MEMBERS);
      compaction = new Persist.Compaction(snapshot, id.index());
    }
    return List.of(new GroupWrite(1, new Persist(null, entries, null, compaction, true)));
  }

  private void write(Random random) throws IOException {
    List<GroupWrite> next = next(random);
    possible = acknowledged.after(next);
    wal.write(next);
    acknowledged = possible.get(possible.size() - 1);
    possible = List.of();
  }

  /** The name of the last segment, and its header. */
  private static Path last(SimulatedFileSystem disk) throws IOException {
    List<String> names =
        disk.list(DIRECTORY).stream().filter(name -> name.endsWith(".wal")).toList();
    return DIRECTORY.resolve(names.get(names.size() - 1));
  }

  private static int epoch(SimulatedFileSystem disk, Path segment) throws IOException {
    byte[] bytes = disk.bytes(segment);
    ByteBuffer first = ByteBuffer.wrap(bytes, 0, SECTOR).slice();
    return SegmentHeader.read(first, segment, bytes.length, new Checksums()).epoch();
  }

  @Test
  @Tag("W6")
  void segmentsAreUsedAgainAHundredTimesAndWhatTheyHeldIsNeverRead() throws IOException {
    create();
    countFiles();
    Random random = new Random(7);
    TreeSet<Path> usedAgain = new TreeSet<>();
    int uses = 0;
    int checks = 0;
    while (usedAgain.size() < 100) {
      write(random);
      Path current = last(disk);
      int epoch = epoch(disk, current);
      uses = Math.max(uses, epoch);
      if (epoch > 1) {
        usedAgain.add(current);
        checks++;
        SimulatedFileSystem copy = disk.copy();
        copy.crash(CrashMode.LOSE_ALL, random);
        try (Wal opened = Wal.open(config(copy))) {
          assertThat(ModelLog.of(opened, GROUPS)).isEqualTo(acknowledged);
          assertThat(opened.trimmedBytes()).isZero();
        }
      }
      long spares = disk.list(DIRECTORY).stream().filter(name -> name.startsWith("spare-")).count();
      assertThat(spares).isLessThanOrEqualTo(SPARES);
    }
    assertThat(uses).as("uses of one file").isGreaterThan(3);
    assertThat(checks).isGreaterThan(100);
    assertThat(created).as("files made anew").isLessThan(givenAway);
    wal.close();
  }

  @ParameterizedTest
  @EnumSource(CrashMode.class)
  void nothingIsLostWhereverThePowerFailsAroundARecycling(CrashMode mode) throws IOException {
    int stopped = 0;
    int recycling = 0;
    int runs = 0;
    boolean cut = true;
    for (int at = 1; cut; at++) {
      RecycledSegmentsTest one = new RecycledSegmentsTest();
      one.create();
      one.countFiles();
      Random random = new Random(4);
      while (epoch(one.disk, last(one.disk)) < 2) {
        one.write(random);
      }
      cut = one.writeUntilCut(at, random);
      recycling += one.givenAway;
      Random chance = new Random(at * 31L + mode.ordinal());
      one.disk.observe(null);
      one.disk.crash(mode, chance);
      stopped += one.opensAgain(mode, chance) ? 0 : 1;
      runs++;
    }
    assertThat(runs).isGreaterThan(150);
    assertThat(recycling).isGreaterThan(100);
    assertThat(stopped).isLessThan(runs / 5);
  }

  private boolean writeUntilCut(long operations, Random random) throws IOException {
    long target = disk.operations() + operations;
    givenAway = 0;
    disk.observe(
        (operation, path, count) -> {
          if (count >= target) {
            throw new SimulatedCrash(operation + " of " + path);
          }
          givenAway += operation == Operation.RENAME && path.toString().endsWith(".wal") ? 1 : 0;
        });
    try {
      for (int i = 0; i < 40; i++) {
        write(random);
      }
      wal.close();
      return false;
    } catch (SimulatedCrash e) {
      return true;
    }
  }

  /** Opens, checks, and goes on; false if the one ambiguous crash state stopped it. */
  private boolean opensAgain(CrashMode mode, Random random) throws IOException {
    try {
      wal = Wal.open(config(disk));
    } catch (WalException e) {
      boolean anyOrder = mode == CrashMode.KEEP_SUBSET || mode == CrashMode.TEAR_SECTORS;
      assertThat(anyOrder).as("%s", e).isTrue();
      assertThat(e).hasMessageContaining("the identifier of a finished batch");
      return false;
    }
    ModelLog found = ModelLog.of(wal, GROUPS);
    if (!found.equals(acknowledged)) {
      assertThat(possible).as("acknowledged:%s", acknowledged).contains(found);
      acknowledged = found;
    }
    for (int i = 0; i < 5; i++) {
      write(random);
    }
    wal.close();
    disk.crash(CrashMode.LOSE_ALL, random);
    try (Wal again = Wal.open(config(disk))) {
      assertThat(ModelLog.of(again, GROUPS)).isEqualTo(acknowledged);
    }
    return true;
  }

  /** The write ended at any byte, and after it stands what another segment left there. */
  @Test
  @Tag("W6")
  void aTornWriteOverOldRecordsIsTrimmedAtEveryByte() throws IOException {
    create();
    Random random = new Random(9);
    byte[] before = null;
    byte[] after = null;
    ModelLog earlier = null;
    Path segment = null;
    // A batch of several sectors in the midst of a segment that has been used before.
    while (before == null || length(before, after) < 4 * SECTOR) {
      Path current = last(disk);
      byte[] bytes = disk.bytes(current);
      earlier = acknowledged;
      write(random);
      boolean isMeant = current.equals(last(disk)) && epoch(disk, current) > 1;
      segment = current;
      before = isMeant ? bytes : null;
      after = isMeant ? disk.bytes(current) : null;
    }
    int from = 0;
    while (before[from] == after[from]) {
      from++;
    }
    int trimmed = 0;
    int end = from / SECTOR * SECTOR + length(before, after);
    for (int cut = from; cut <= end; cut++) {
      byte[] torn = before.clone();
      System.arraycopy(after, 0, torn, 0, cut);
      SimulatedFileSystem copy = disk.copy();
      copy.replace(segment, torn);
      try (Wal opened = Wal.open(config(copy))) {
        ModelLog found = ModelLog.of(opened, GROUPS);
        assertThat(found).as("cut at %s", cut).isIn(earlier, acknowledged);
        assertThat(cut < end || found.equals(acknowledged)).isTrue();
        trimmed += opened.trimmedBytes() > 0 ? 1 : 0;
        RecycledSegmentsTest more = new RecycledSegmentsTest();
        more.disk = copy;
        more.wal = opened;
        more.acknowledged = found;
        more.write(new Random(cut));
        found = more.acknowledged;
        copy.crash(CrashMode.LOSE_ALL, random);
        try (Wal again = Wal.open(config(copy))) {
          assertThat(ModelLog.of(again, GROUPS)).isEqualTo(found);
        }
      }
    }
    assertThat(trimmed).isGreaterThan(SECTOR);
    wal.close();
  }

  /** How long the write was that made one of the other, in bytes of whole sectors. */
  private static int length(byte[] before, byte[] after) {
    int first = -1;
    int last = -1;
    for (int at = 0; at < before.length; at += SECTOR) {
      if (!Arrays.equals(before, at, at + SECTOR, after, at, at + SECTOR)) {
        first = first < 0 ? at : first;
        last = at;
      }
    }
    return first < 0 ? 0 : last + SECTOR - first;
  }

  /** A damaged batch in a segment that was used before is refused as in any other. */
  @Test
  void damageBeforeAnIdentifierIsRefusedOverOldRecordsToo() throws IOException {
    create();
    Random random = new Random(9);
    while (epoch(disk, last(disk)) < 3) {
      write(random);
    }
    Path segment = last(disk);
    byte[] before = disk.bytes(segment);
    byte[] after = before;
    while (after == before || length(before, after) == 0) {
      before = disk.bytes(segment);
      write(random);
      after = disk.bytes(segment);
    }
    assertThat(last(disk)).isEqualTo(segment);
    int from = 0;
    while (before[from] == after[from]) {
      from++;
    }
    System.arraycopy(before, from, after, from, SECTOR - from % SECTOR);
    disk.replace(segment, after);
    assertThatThrownBy(() -> Wal.open(config(disk.copy())))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("identifier of a finished batch");
    wal.close();
  }
}
