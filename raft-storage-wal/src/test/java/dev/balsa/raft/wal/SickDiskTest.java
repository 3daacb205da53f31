// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Disks that lose sectors, write to the wrong place, or say that they have written. */
class SickDiskTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final List<Long> GROUPS = List.of(1L, 2L);
  private static final int SECTOR = 512;

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final List<ModelLog> history = new ArrayList<>();

  private static WalConfig config(SimulatedFileSystem disk) {
    return WalConfig.of(DIRECTORY, disk)
        .withSegmentBytes(16 << 10)
        .withSectorBytes(SECTOR)
        .withSnapshotChunkBytes(512);
  }

  private ModelLog last() {
    return history.get(history.size() - 1);
  }

  private Wal begin() throws IOException {
    Wal wal = Wal.openOrFormat(config(disk), 5, 1, new Random(3));
    history.add(new ModelLog());
    for (long id : GROUPS) {
      wal.bootstrap(id, Workload.BEGINNING);
      history.add(last().with(id, ModelLog.fresh(Workload.BEGINNING)));
    }
    return wal;
  }

  private void write(Wal wal, Workload workload, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      List<GroupWrite> next = workload.next(last(), GROUPS);
      wal.write(next);
      history.addAll(last().after(next));
    }
  }

  private List<Path> segments() throws IOException {
    return disk.list(DIRECTORY).stream()
        .filter(name -> name.endsWith(".wal"))
        .map(DIRECTORY::resolve)
        .toList();
  }

  private void fill() throws IOException {
    try (Wal wal = begin()) {
      Workload workload = new Workload(new Random(2), 300);
      while (wal.segmentCount() < 3) {
        write(wal, workload, 1);
      }
      write(wal, workload, 3);
    }
  }

  @Test
  @Tag("W25")
  void anUnreadableSectorStopsTheStartAndIsNamed() throws IOException {
    fill();
    int stopped = 0;
    for (Path segment : segments()) {
      for (int at = 0; at < disk.bytes(segment).length; at += SECTOR) {
        SimulatedFileSystem copy = disk.copy();
        copy.makeUnreadable(segment, at, SECTOR);
        try (Wal wal = Wal.open(config(copy))) {
          // Nobody reads what comes after the end of an earlier segment.
          assertThat(wal.recover(1)).isNotNull();
        } catch (IOException e) {
          assertThat(e)
              .isInstanceOf(WalException.class)
              .hasMessageContaining("cannot read " + segment + " at byte ")
              .hasMessageContaining("Restore this directory's disk");
          stopped++;
        }
      }
    }
    assertThat(stopped).isGreaterThan(60);
  }

  /** What is read for a peer, or for the state machine: all that is given out is right. */
  @Test
  @Tag("W25")
  void anUnreadableEntryIsNeverGivenOutInPart() throws IOException {
    fill();
    int failed = 0;
    for (Path segment : segments()) {
      for (int at = 0; at < disk.bytes(segment).length; at += SECTOR) {
        SimulatedFileSystem copy = disk.copy();
        try (Wal wal = Wal.open(config(copy))) {
          copy.makeUnreadable(segment, at, SECTOR);
          failed += readEach(wal, segment);
        }
      }
    }
    assertThat(failed).isGreaterThan(10);
  }

  private int readEach(Wal wal, Path segment) throws IOException {
    int failed = 0;
    for (long id : GROUPS) {
      RecoveredLog log = wal.recover(id);
      for (long index = log.firstIndex(); index <= log.lastIndex(); index++) {
        Entry expected = last().group(id).entries().get((int) (index - log.firstIndex()));
        try {
          assertThat(wal.read(id, new IndexRange(index, index), 1)).containsExactly(expected);
        } catch (WalException e) {
          assertThat(e).hasMessageContaining("cannot read " + segment);
          failed++;
        }
      }
    }
    return failed;
  }

  @Test
  @Tag("W25")
  @Tag("W22")
  void aSnapshotWithAnUnreadableSectorIsNotGivenOut() throws IOException {
    fill();
    EntryId id = new EntryId(1, 4);
    Path file;
    try (Wal wal = Wal.open(config(disk))) {
      try (SnapshotStore.Sink sink =
          wal.snapshots().create(1, new SnapshotMetadata(id, Workload.MEMBERS))) {
        sink.write(new byte[3000]);
        sink.commit();
      }
      Path snapshots = DIRECTORY.resolve("snapshots");
      file = snapshots.resolve(disk.list(snapshots).get(0));
    }
    for (int at = 0; at < disk.bytes(file).length; at += SECTOR) {
      SimulatedFileSystem copy = disk.copy();
      copy.makeUnreadable(file, at, SECTOR);
      try (Wal wal = Wal.open(config(copy))) {
        assertThatThrownBy(() -> wal.snapshots().open(1, id)).isInstanceOf(IOException.class);
      }
    }
  }

  /** One write goes elsewhere, over a part of the log or of a snapshot; then the power fails. */
  @Test
  @Tag("W10")
  void aMisdirectedWriteIsSeenOrHarmless() throws IOException {
    int refused = 0;
    int whole = 0;
    for (int seed = 1; seed <= 300; seed++) {
      SickDiskTest one = new SickDiskTest();
      Random random = new Random(seed);
      Workload workload = new Workload(new Random(seed), 300);
      Wal wal = one.begin();
      one.write(wal, workload, 5 + random.nextInt(20));
      List<Path> segments = one.segments();
      Path written = segments.get(segments.size() - 1);
      Path hit = segments.get(random.nextInt(segments.size()));
      one.disk.misdirectNextWrite(written, hit, SECTOR * random.nextInt(24));
      one.write(wal, workload, 1 + random.nextInt(4));
      one.disk.crash(CrashMode.LOSE_ALL, random);
      try (Wal again = Wal.open(config(one.disk))) {
        ModelLog found = ModelLog.of(again, GROUPS);
        // If it was the last one, nothing tells it from one that was never made.
        assertThat(one.history).as("seed %s", seed).contains(found);
        whole++;
      } catch (WalException e) {
        assertThat(e.getMessage()).contains(DIRECTORY.toString());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(150);
    assertThat(whole).isPositive();
  }

  /** What it claims to have written is gone, in part: the log stops, or ends where it once did. */
  @Test
  @Tag("W31")
  void aDiskThatLiesMakesNothingUp() throws IOException {
    int refused = 0;
    int shorter = 0;
    for (int seed = 1; seed <= 300; seed++) {
      SickDiskTest one = new SickDiskTest();
      Random random = new Random(seed);
      Workload workload = new Workload(new Random(seed), 300);
      Wal wal = one.begin();
      one.write(wal, workload, random.nextInt(10));
      one.disk.ignoreSyncs(true);
      one.write(wal, workload, 1 + random.nextInt(8));
      one.disk.ignoreSyncs(false);
      CrashMode[] modes = {CrashMode.LOSE_ALL, CrashMode.KEEP_PREFIX, CrashMode.KEEP_SUBSET};
      one.disk.crash(modes[seed % 3], random);
      try (Wal again = Wal.open(config(one.disk))) {
        ModelLog found = ModelLog.of(again, GROUPS);
        assertThat(one.history).as("seed %s", seed).contains(found);
        shorter += found.equals(one.last()) ? 0 : 1;
      } catch (WalException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(50);
    assertThat(shorter).isGreaterThan(50);
  }
}
