// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.SimulatedCrash;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may lie in a log's directory: missing segments, foreign ones, another process's lock. */
class DirectoryTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final List<Long> GROUPS = List.of(1L, 2L);

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final WalConfig config = config(disk);
  private ModelLog written = new ModelLog();

  private static WalConfig config(SimulatedFileSystem disk) {
    return WalConfig.of(DIRECTORY, disk).withSegmentBytes(16 << 10).withSectorBytes(512);
  }

  private static Path segment(long number) {
    return DIRECTORY.resolve(Segment.fileName(number));
  }

  /** A log of several segments. */
  private void fill(int segments) throws IOException {
    Wal wal = Wal.openOrFormat(config, 0xC1, 1, new Random(3));
    for (long id : GROUPS) {
      wal.bootstrap(id, Workload.BEGINNING);
      written = written.with(id, ModelLog.fresh(Workload.BEGINNING));
    }
    Workload workload = new Workload(new Random(2), 700);
    while (wal.segmentCount() < segments) {
      List<GroupWrite> next = workload.next(written, GROUPS);
      if (next.stream()
          .noneMatch(w -> w.persist().compaction() != null || w.persist().reset() != null)) {
        wal.write(next);
        List<ModelLog> states = written.after(next);
        written = states.isEmpty() ? written : states.get(states.size() - 1);
      }
    }
    wal.close();
  }

  @Test
  void anAbsentOrEmptyDirectoryIsNotFormatted() throws IOException {
    assertThat(Wal.isFormatted(config)).isFalse();
    disk.createDirectories(DIRECTORY);
    assertThat(Wal.isFormatted(config)).isFalse();
    assertThatThrownBy(() -> Wal.open(config))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("no log in " + DIRECTORY);
    Wal.format(config, 1, 1, new Random(1));
    assertThat(Wal.isFormatted(config)).isTrue();
    assertThatThrownBy(() -> Wal.format(config, 1, 1, new Random(1)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("already");
  }

  @Test
  void aDirectoryWithOtherFilesIsNotTaken() {
    disk.plant(DIRECTORY.resolve("holiday.jpg"), new byte[10]);
    assertThatThrownBy(() -> Wal.openOrFormat(config, 1, 1, new Random(1)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("holiday.jpg")
        .hasMessageContaining("empty directory");
  }

  @Test
  void aFormatThatWasCutShortIsDoneAgain() throws IOException {
    disk.plant(DIRECTORY.resolve("lock"), new byte[0]);
    disk.plant(DIRECTORY.resolve("spare-1.tmp"), new byte[100]);
    try (Wal wal = Wal.openOrFormat(config, 1, 1, new Random(1))) {
      assertThat(wal.identity().bootEpoch()).isEqualTo(1);
    }
  }

  /**
   * Killed after mkdir, before the sync of the directory above: the next process makes up for it.
   */
  @Test
  @Tag("W18")
  void aDirectoryThatAKilledProcessMadeIsNotLostWithWhatTheNextOneAcknowledges()
      throws IOException {
    disk.observe(
        (operation, path, count) -> {
          if (operation == Operation.SYNC_DIRECTORY && path.equals(DIRECTORY.getParent())) {
            throw new SimulatedCrash("killed");
          }
        });
    assertThatThrownBy(() -> Wal.openOrFormat(config, 1, 1, new Random(1)))
        .isInstanceOf(SimulatedCrash.class);
    disk.observe(null);
    disk.crash(CrashMode.KEEP_ALL, new Random(1));
    assertThat(disk.exists(DIRECTORY)).isTrue();
    fill(2);
    disk.crash(CrashMode.LOSE_ALL, new Random(1));
    try (Wal wal = Wal.open(config)) {
      assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(written);
    }
  }

  /** Killed between a segment's name and its sync; the power fails while the next one recovers. */
  @Test
  @Tag("W18")
  void aSegmentThatAKilledProcessNamedIsNotLostInTheMidstOfRecovery() throws IOException {
    disk.observe(
        (operation, path, count) -> {
          if (operation == Operation.SYNC_DIRECTORY && disk.exists(segment(3))) {
            throw new SimulatedCrash("killed");
          }
        });
    assertThatThrownBy(() -> fill(4)).isInstanceOf(SimulatedCrash.class);
    disk.observe(null);
    disk.crash(CrashMode.KEEP_ALL, new Random(1));
    ModelLog expected = openAndRead(disk.copy());
    for (int cut = 1; cut <= 80; cut++) {
      SimulatedFileSystem copy = disk.copy();
      int target = cut;
      copy.observe(
          (operation, path, count) -> {
            if (count >= target) {
              throw new SimulatedCrash("cut off");
            }
          });
      try {
        openAndRead(copy);
      } catch (SimulatedCrash e) {
        // Where it got to does not matter.
      }
      copy.observe(null);
      copy.crash(CrashMode.LOSE_ALL, new Random(1));
      assertThat(openAndRead(copy)).as("cut at I/O %s", cut).isEqualTo(expected);
    }
  }

  private ModelLog openAndRead(SimulatedFileSystem files) throws IOException {
    try (Wal wal = Wal.open(config(files))) {
      return ModelLog.of(wal, GROUPS);
    }
  }

  @Test
  @Tag("W11")
  @Tag("W21")
  void everyMissingSegmentIsSeen() throws IOException {
    fill(5);
    List<String> names =
        disk.list(DIRECTORY).stream().filter(name -> name.endsWith(".wal")).toList();
    for (String name : names) {
      SimulatedFileSystem copy = disk.copy();
      copy.remove(DIRECTORY.resolve(name));
      String told = name.equals(names.get(0)) ? "entries " : "missing";
      assertThatThrownBy(() -> Wal.open(config(copy)))
          .isInstanceOf(WalException.class)
          .hasMessageContaining(told)
          .hasMessageContaining("missing");
    }
    try (Wal wal = Wal.open(config)) {
      assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(written);
    }
  }

  @Test
  @Tag("W11")
  void aDirectoryWithoutAnySegmentIsNotTakenForANewOne() throws IOException {
    fill(2);
    disk.remove(segment(1));
    disk.remove(segment(2));
    assertThatThrownBy(() -> Wal.openOrFormat(config, 0xC1, 1, new Random(1)))
        .isInstanceOfSatisfying(WalException.class, e -> assertThat(e.isDamage()).isTrue())
        .hasMessageContaining("segments (*.wal) are gone")
        .hasMessageContaining("add the member anew");
  }

  @Test
  @Tag("W27")
  void anotherClustersOrMembersDirectoryIsRefused() throws IOException {
    fill(1);
    assertThatThrownBy(() -> Wal.openOrFormat(config, 0xC2, 1, new Random(1)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("cluster c1")
        .hasMessageContaining("cluster c2")
        .hasMessageContaining(DIRECTORY.toString())
        .hasMessageContaining("its own directory");
    assertThatThrownBy(() -> Wal.openOrFormat(config, 0xC1, 2, new Random(1)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("member 1")
        .hasMessageContaining("member 2");
    try (Wal wal = Wal.openOrFormat(config, 0xC1, 1, new Random(1))) {
      assertThat(wal.identity().bootEpoch()).as("refusals are no starts").isEqualTo(2);
    }
  }

  @Test
  @Tag("W27")
  void segmentsOfTwoDirectoriesAreNotMixed() throws IOException {
    fill(3);
    DirectoryTest other = new DirectoryTest();
    Wal.format(other.config, 0xC1, 1, new Random(99));
    other.fill(3);
    disk.replace(segment(2), other.disk.bytes(segment(2)));
    assertThatThrownBy(() -> Wal.open(config))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("different directories");
  }

  @Test
  void aSegmentUnderAnotherNameIsRefused() throws IOException {
    fill(2);
    disk.replace(segment(2), disk.bytes(segment(1)));
    assertThatThrownBy(() -> Wal.open(config))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("it is segment 1");
  }

  @Test
  @Tag("W30")
  void aNewerVersionIsNotGuessedAt() throws IOException {
    fill(1);
    byte[] bytes = disk.bytes(segment(1));
    ByteBuffer.wrap(bytes).putInt(8, 2);
    disk.replace(segment(1), bytes);
    assertThatThrownBy(() -> Wal.open(config))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("version 2")
        .hasMessageContaining("knows version 1");
  }

  @Test
  @Tag("W12")
  void anUnreadableHeadIsMadeUpForByTheSegmentsBefore() throws IOException {
    fill(3);
    byte[] bytes = disk.bytes(segment(3));
    bytes[512 + 100] ^= 1;
    disk.replace(segment(3), bytes);
    try (Wal wal = Wal.open(config)) {
      assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(written);
    }
  }

  @Test
  @Tag("W12")
  void withoutAnyCopyOfTheHardStateTheMemberDoesNotStart() throws IOException {
    fill(3);
    byte[] bytes = disk.bytes(segment(1));
    bytes[512 + 10] ^= 1;
    disk.replace(segment(1), bytes);
    assertThatThrownBy(() -> Wal.open(config))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("forgotten its votes");
  }

  @Test
  @Tag("W26")
  void oneProcessAtATime() throws IOException {
    Wal wal = Wal.openOrFormat(config, 1, 1, new Random(1));
    assertThatThrownBy(() -> Wal.open(config))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("another process");
    assertThatThrownBy(() -> Wal.format(config, 1, 1, new Random(1)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("another process");
    wal.close();
    wal.close();
    Wal.open(config).close();
  }

  @Test
  void aCrashReleasesTheLock() throws IOException {
    Wal dead = Wal.openOrFormat(config, 1, 1, new Random(1));
    disk.crash(CrashMode.LOSE_ALL, new Random(1));
    try (Wal wal = Wal.open(config)) {
      assertThatThrownBy(() -> dead.bootstrap(1, Workload.BEGINNING))
          .isInstanceOf(WalException.class);
      wal.bootstrap(1, Workload.BEGINNING);
    }
  }

  @Test
  @Tag("W26")
  @Tag("W32")
  void realFilesAreTheirOwnersAndLocked(@TempDir Path parent) throws IOException {
    Path directory = parent.resolve("a").resolve("wal");
    WalConfig real = WalConfig.of(directory).withSegmentBytes(64 << 10);
    try (Wal wal = Wal.openOrFormat(real, 1, 1, new Random(1))) {
      wal.bootstrap(1, Workload.BEGINNING);
      assertThatThrownBy(() -> Wal.open(directory))
          .isInstanceOf(WalException.class)
          .hasMessageContaining("another process");
      assertThat(permissions(directory)).isEqualTo("rwx------");
      assertThat(permissions(directory.resolve("snapshots"))).isEqualTo("rwx------");
      assertThat(permissions(directory.resolve(Segment.fileName(1)))).isEqualTo("rw-------");
      assertThat(permissions(directory.resolve("lock"))).isEqualTo("rw-------");
      assertThat(Files.readString(directory.resolve("lock")))
          .contains(Long.toString(ProcessHandle.current().pid()));
    }
    FileSystem files = FileSystem.real();
    assertThat(files.isPrivate(directory)).isTrue();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
    assertThat(files.isPrivate(directory)).isFalse();
    Wal.open(directory).close();
  }

  /** Were it locked under each of its names, closing the second try would release the lock. */
  @Test
  @Tag("W32")
  void aDirectoryBehindASymbolicLinkIsTheSameDirectory(@TempDir Path parent) throws IOException {
    Path directory = Files.createDirectory(parent.resolve("disk"));
    Path link = Files.createSymbolicLink(parent.resolve("link"), directory);
    try (Wal wal = Wal.openOrFormat(link, 1, 1)) {
      wal.bootstrap(1, Workload.BEGINNING);
      for (Path name : List.of(directory, link)) {
        assertThatThrownBy(() -> Wal.open(name))
            .isInstanceOf(WalException.class)
            .hasMessageContaining("another process");
      }
    }
    try (Wal wal = Wal.open(directory)) {
      assertThat(wal.identity().bootEpoch()).isEqualTo(2);
      assertThat(wal.recover(1)).isNotNull();
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  @Tag("W21")
  void segmentsThatNoGroupNeedsGo() throws IOException {
    fill(5);
    try (Wal wal = Wal.open(config)) {
      for (long id : GROUPS) {
        ModelLog.Group group = written.group(id);
        var snapshot =
            new SnapshotMetadata(
                group.entries().get(group.entries().size() - 1).id(), Workload.MEMBERS);
        var compaction = new Persist.Compaction(snapshot, group.last() + 1);
        GroupWrite write =
            new GroupWrite(id, new Persist(null, List.of(), null, compaction, false));
        assertThat(wal.segmentCount()).isGreaterThan(1);
        wal.write(List.of(write));
        written = written.after(List.of(write)).get(0);
      }
      assertThat(wal.segmentCount()).isLessThanOrEqualTo(2);
    }
    disk.crash(CrashMode.LOSE_ALL, new Random(1));
    try (Wal wal = Wal.open(config)) {
      assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(written);
    }
    assertThat(disk.exists(segment(1))).isFalse();
  }
}
