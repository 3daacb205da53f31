// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.IoObserver;
import dev.balsa.raft.wal.sim.SimulatedCrash;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Groups that hardly move beside groups that do: the log stays within its bound, and every group
 * holds what it should, wherever its entries stand by now.
 */
class MovedEntriesTest {
  private static final Path DIRECTORY = Path.of("/wal");

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private WalConfig config = config(128 << 10);
  private List<Long> groups = groups(100);
  private ModelLog acknowledged = new ModelLog();
  private List<ModelLog> possible = List.of();
  private Wal wal;

  private WalConfig config(int segmentBytes) {
    return WalConfig.of(DIRECTORY, disk)
        .withSegmentBytes(segmentBytes)
        .withSectorBytes(512)
        .withBatchBytes(4 << 10)
        .withDiskBound(2, 4);
  }

  private static List<Long> groups(int count) {
    return LongStream.rangeClosed(1, count).boxed().toList();
  }

  private static MovedEntriesTest withGroups(int count) {
    MovedEntriesTest one = new MovedEntriesTest();
    one.groups = groups(count);
    one.config = one.config(16 << 10);
    return one;
  }

  private void create() throws IOException {
    wal = Wal.openOrFormat(config, 5, 1, new Random(1));
    for (long id : groups) {
      wal.bootstrap(id, Workload.BEGINNING);
      acknowledged = acknowledged.with(id, ModelLog.fresh(Workload.BEGINNING));
    }
  }

  private void write(long id, Persist persist) throws IOException {
    List<GroupWrite> writes = List.of(new GroupWrite(id, persist));
    possible = acknowledged.after(writes);
    wal.write(writes);
    acknowledged = possible.get(possible.size() - 1);
    possible = List.of();
  }

  private static Entry entry(long term, long index, Random random) {
    EntryId id = new EntryId(term, index);
    if (random.nextInt(10) == 0) {
      return Entry.of(id, EntryType.CONFIGURATION, MembershipCodec.encode(Workload.MEMBERS));
    }
    byte[] data = new byte[random.nextInt(600)];
    random.nextBytes(data);
    return Entry.of(id, EntryType.NORMAL, data);
  }

  private Persist append(long id, int count, Random random) {
    ModelLog.Group group = acknowledged.group(id);
    long term = Math.max(group.hardState().term(), 1 + group.last() / 7);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(entry(term, group.last() + 1 + i, random));
    }
    HardState raised =
        term > group.hardState().term() ? new HardState(term, 0, 0) : group.hardState();
    return new Persist(null, entries, raised, null, true);
  }

  private Persist compactTo(long id, int kept) {
    ModelLog.Group group = acknowledged.group(id);
    EntryId last = group.entries().get(group.entries().size() - kept).id();
    SnapshotMetadata snapshot = new SnapshotMetadata(last, Workload.MEMBERS);
    Persist.Compaction compaction = new Persist.Compaction(snapshot, last.index());
    return new Persist(null, List.of(), null, compaction, false);
  }

  /** The last entries give way to others of a later term. */
  private Persist replaceLast(long id, int count, Random random) {
    ModelLog.Group group = acknowledged.group(id);
    long first = group.last() - count + 1;
    long term = group.hardState().term() + 1;
    List<Entry> entries = List.of(entry(term, first, random));
    return new Persist(null, entries, new HardState(term, 0, 0), null, true);
  }

  private void assertWithinBound() {
    assertThat(wal.neededBytes()).isLessThanOrEqualTo(wal.diskBytes());
    assertThat(wal.diskBytes())
        .isLessThanOrEqualTo(2 * wal.neededBytes() + 4L * config.segmentBytes());
  }

  private void assertDiskBytesAreTrue() throws IOException {
    long files = 0;
    for (String name : disk.list(DIRECTORY)) {
      files += name.endsWith(".wal") ? disk.bytes(DIRECTORY.resolve(name)).length : 0;
    }
    assertThat(files).isEqualTo(wal.diskBytes());
  }

  private void crashAndOpen(CrashMode mode, Random random) throws IOException {
    disk.crash(mode, random);
    wal = Wal.open(config);
    assertThat(ModelLog.of(wal, groups)).isEqualTo(acknowledged);
  }

  /** A group writes a few entries at the beginning and hardly any more; the others go on. */
  @Test
  void oneGroupThatHardlyMovesDoesNotKeepTheDiskFull() throws IOException {
    create();
    Random random = new Random(3);
    write(1, append(1, 9, random));
    for (int i = 0; i < 6000; i++) {
      long id = 2 + random.nextInt(99);
      if (acknowledged.group(id).entries().size() > 8) {
        write(id, compactTo(id, 2));
      } else {
        write(id, append(id, 1 + random.nextInt(3), random));
      }
      if (i % 1000 == 999) {
        write(1, append(1, 1, random));
        assertDiskBytesAreTrue();
        wal.close();
        crashAndOpen(CrashMode.LOSE_ALL, random);
      }
      assertWithinBound();
    }
    // Its first entries have gone a long way.
    assertThat(disk.exists(DIRECTORY.resolve(Segment.fileName(60)))).isFalse();
    assertThat(acknowledged.group(1).first()).isEqualTo(1);
    assertThat(ModelLog.of(wal, groups)).isEqualTo(acknowledged);
    wal.close();
    crashAndOpen(CrashMode.LOSE_ALL, random);
    wal.close();
  }

  /** The copy is not durable before the last step, and until then the old place is good. */
  @Test
  void anEntryCanBeReadWhileItMoves() throws IOException {
    create();
    Random random = new Random(3);
    write(1, append(1, 9, random));
    List<Entry> slow = acknowledged.group(1).entries();
    int steps = 0;
    for (int i = 0; i < 1500; i++) {
      long id = 2 + random.nextInt(99);
      Persist persist =
          acknowledged.group(id).entries().size() > 8
              ? compactTo(id, 2)
              : append(id, 1 + random.nextInt(3), random);
      List<GroupWrite> writes = List.of(new GroupWrite(id, persist));
      List<ModelLog> states = acknowledged.after(writes);
      acknowledged = states.get(states.size() - 1);
      LogEngine.Submission submission = wal.submit(writes);
      boolean ended = false;
      while (!ended) {
        ended = submission.advance();
        steps++;
        assertThat(wal.read(1, new IndexRange(1, 9), 1 << 20)).isEqualTo(slow);
      }
    }
    assertThat(steps).isGreaterThan(3000);
    assertThat(disk.exists(DIRECTORY.resolve(Segment.fileName(5)))).isFalse();
    wal.close();
  }

  /** A part of the disk that cannot be read is no reason to stop: nothing is moved any more. */
  @Test
  void whatCannotBeReadStaysWhereItIs() throws IOException {
    MovedEntriesTest one = withGroups(2);
    one.create();
    Random random = new Random(3);
    one.write(1, one.append(1, 9, random));
    one.disk.observe(
        (operation, path, count) -> {
          if (operation == IoObserver.Operation.READ) {
            throw new IOException("Input/output error");
          }
        });
    one.fillSecondGroup(random);
    one.disk.observe(null);
    assertThat(one.wal.diskBytes()).isGreaterThan(2 * one.wal.neededBytes() + (64 << 10));
    one.wal.close();
    one.crashAndOpen(CrashMode.LOSE_ALL, random);
    one.fillSecondGroup(random);
    one.assertWithinBound();
    one.wal.close();
  }

  private void fillSecondGroup(Random random) throws IOException {
    for (int i = 0; i < 400; i++) {
      boolean isLong = acknowledged.group(2).entries().size() > 8;
      write(2, isLong ? compactTo(2, 2) : append(2, 3, random));
    }
  }

  /** Some groups are slow, and all of them cut and compact what may have been moved. */
  private void turn(Random random) throws IOException {
    boolean isSlow = random.nextInt(12) == 0;
    long id = isSlow ? 1 + random.nextInt(3) : 4 + random.nextInt(groups.size() - 3);
    int held = acknowledged.group(id).entries().size();
    if (held > 1 && random.nextInt(isSlow ? 6 : 20) == 0) {
      write(id, replaceLast(id, 1 + random.nextInt(held - 1), random));
    } else if (held > (isSlow ? 20 : 6)) {
      write(id, compactTo(id, 2 + random.nextInt(held - 2)));
    } else {
      write(id, append(id, 1 + random.nextInt(3), random));
    }
  }

  @Test
  void whatIsMovedIsCutAndCompactedAsAnythingElse() throws IOException {
    for (int seed = 1; seed <= 25; seed++) {
      MovedEntriesTest one = withGroups(8);
      one.create();
      Random random = new Random(seed);
      for (int i = 0; i < 400; i++) {
        one.turn(random);
        one.assertWithinBound();
        if (random.nextInt(25) == 0) {
          CrashMode mode = random.nextBoolean() ? CrashMode.LOSE_ALL : CrashMode.KEEP_ALL;
          one.crashAndOpen(mode, random);
        }
        if (i % 20 == 0) {
          assertThat(ModelLog.of(one.wal, one.groups)).isEqualTo(one.acknowledged);
        }
      }
      assertThat(one.disk.exists(DIRECTORY.resolve(Segment.fileName(10)))).isFalse();
      one.wal.close();
    }
  }

  /** Power cuts at every I/O while entries are being moved. */
  @ParameterizedTest
  @EnumSource(CrashMode.class)
  void nothingIsLostWhereverThePowerFailsWhileEntriesMove(CrashMode mode) throws IOException {
    int stopped = 0;
    int runs = 0;
    boolean cut = true;
    for (int at = 1; cut; at++) {
      MovedEntriesTest one = withGroups(6);
      one.create();
      Random random = new Random(5);
      for (int i = 0; i < 90; i++) {
        one.turn(random);
      }
      long target = one.disk.operations() + at;
      one.disk.observe(
          (operation, path, count) -> {
            if (count >= target) {
              throw new SimulatedCrash(operation + " of " + path);
            }
          });
      cut = one.turnUntilCut(random);
      one.disk.observe(null);
      stopped += one.opensAgain(mode, new Random(at * 31L + mode.ordinal())) ? 0 : 1;
      runs++;
    }
    assertThat(runs).isGreaterThan(100);
    assertThat(stopped).isLessThan(runs / 5);
  }

  private boolean turnUntilCut(Random random) throws IOException {
    try {
      for (int i = 0; i < 50; i++) {
        turn(random);
      }
      wal.close();
      return false;
    } catch (SimulatedCrash e) {
      return true;
    }
  }

  private boolean opensAgain(CrashMode mode, Random random) throws IOException {
    disk.crash(mode, random);
    try {
      wal = Wal.open(config);
    } catch (WalException e) {
      boolean anyOrder = mode == CrashMode.KEEP_SUBSET || mode == CrashMode.TEAR_SECTORS;
      assertThat(anyOrder).as("%s", e).isTrue();
      assertThat(e).hasMessageContaining("the identifier of a finished batch");
      return false;
    }
    ModelLog found = ModelLog.of(wal, groups);
    if (!found.equals(acknowledged)) {
      assertThat(possible).as("acknowledged:%s", acknowledged).contains(found);
      acknowledged = found;
    }
    for (int i = 0; i < 10; i++) {
      turn(random);
    }
    wal.close();
    crashAndOpen(CrashMode.LOSE_ALL, random);
    return true;
  }
}
