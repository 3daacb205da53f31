// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.wal.fs.StorageFile;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.UnsyncedChange.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault does what disks do, and no more. */
class SimulatedFileSystemTest {
  private static final Path DIRECTORY = Path.of("/d");
  private static final Path FILE = DIRECTORY.resolve("file");

  private final SimulatedFileSystem disk = new SimulatedFileSystem();

  @BeforeEach
  void makeDirectory() throws IOException {
    disk.createDirectories(DIRECTORY);
  }

  private static byte[] bytes(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static void write(StorageFile file, long position, byte[] bytes) throws IOException {
    file.writeFully(ByteBuffer.wrap(bytes), position);
  }

  private static byte[] concat(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /** A file of two synced sectors of ones. */
  private StorageFile synced() throws IOException {
    StorageFile file = disk.create(FILE);
    write(file, 0, bytes(1024, 1));
    file.force();
    disk.syncDirectory(DIRECTORY);
    return file;
  }

  private void loseAll() {
    disk.crash(CrashMode.LOSE_ALL, new Random(1));
  }

  @Test
  void whatIsSyncedStaysAndTheRestGoes() throws IOException {
    StorageFile file = synced();
    write(file, 512, bytes(700, 2));
    assertThat(disk.unsyncedBytes(FILE)).isEqualTo(700);
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(512, 1), bytes(700, 2)));
    loseAll();
    assertThat(disk.bytes(FILE)).isEqualTo(bytes(1024, 1));
    assertThatThrownBy(() -> write(file, 0, bytes(1, 1))).hasMessageContaining("closed");
  }

  @Test
  void aNameIsLostUntilItsDirectoryIsSynced() throws IOException {
    disk.create(FILE).force();
    loseAll();
    assertThat(disk.exists(FILE)).isFalse();
    synced();
    disk.rename(FILE, DIRECTORY.resolve("other"));
    loseAll();
    assertThat(disk.list(DIRECTORY)).containsExactly("file");
    disk.delete(FILE);
    loseAll();
    assertThat(disk.bytes(FILE)).isEqualTo(bytes(1024, 1));
    disk.delete(FILE);
    disk.syncDirectory(DIRECTORY);
    loseAll();
    assertThat(disk.list(DIRECTORY)).isEmpty();
  }

  /** The directory above was not synced: its name goes, and all that is below it. */
  @Test
  void aDirectoryIsLostWithAllThatIsSyncedInIt() throws IOException {
    Path below = DIRECTORY.resolve("a/b");
    disk.observe(
        (operation, path, count) -> {
          if (operation == Operation.SYNC_DIRECTORY && path.equals(DIRECTORY)) {
            throw new IOException("Input/output error");
          }
        });
    assertThatThrownBy(() -> disk.createDirectories(below)).hasMessageContaining("error");
    disk.observe(null);
    assertThat(disk.exists(below.getParent())).isTrue();
    SimulatedFileSystem again = disk.copy();
    loseAll();
    assertThat(disk.exists(below.getParent())).isFalse();
    again.createDirectories(below);
    again.create(below.resolve("file")).force();
    again.syncDirectory(below);
    again.crash(CrashMode.LOSE_ALL, new Random(1));
    assertThat(again.exists(below.resolve("file"))).isTrue();
    assertThatThrownBy(() -> again.createDirectories(below.resolve("file")))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aPowerCutKeepsAnySubsetOfPieces() throws IOException {
    StorageFile file = synced();
    write(file, 256, bytes(1024, 2));
    disk.create(DIRECTORY.resolve("new"));
    List<UnsyncedChange> pieces = disk.unsynced();
    assertThat(pieces).extracting(UnsyncedChange::number).containsExactly(0, 1, 2, 3);
    assertThat(pieces).extracting(UnsyncedChange::bytes).containsExactly(256, 512, 256, 1);
    assertThat(pieces).extracting(UnsyncedChange::position).containsExactly(256L, 512L, 1024L, 0L);
    assertThat(pieces.get(3).kind()).isEqualTo(Kind.NAME);
    assertThat(pieces.get(0).operation()).isEqualTo(pieces.get(2).operation());
    for (int subset = 0; subset < 16; subset++) {
      SimulatedFileSystem copy = disk.copy();
      int kept = subset;
      copy.crash(piece -> (kept >> piece.number() & 1) * piece.bytes());
      int first = kept & 1;
      int second = kept >> 1 & 1;
      byte[] expected = concat(bytes(256, 1), bytes(256, 1 + first), bytes(512, 1 + second));
      byte[] end = (kept & 4) == 0 ? new byte[0] : bytes(256, 2);
      assertThat(copy.bytes(FILE)).isEqualTo(concat(expected, end));
      assertThat(copy.exists(DIRECTORY.resolve("new"))).isEqualTo(kept >= 8);
    }
  }

  @Test
  void aSectorIsTornAtAnyByte() throws IOException {
    StorageFile file = synced();
    write(file, 0, bytes(512, 2));
    for (int kept = 0; kept <= 512; kept++) {
      SimulatedFileSystem copy = disk.copy();
      int first = kept;
      copy.crash(piece -> first);
      assertThat(copy.bytes(FILE)).isEqualTo(concat(bytes(kept, 2), bytes(1024 - kept, 1)));
    }
  }

  @Test
  void aPrefixHasNoHole() throws IOException {
    StorageFile file = synced();
    write(file, 0, bytes(5120, 2));
    int whole = 0;
    for (int seed = 0; seed < 100; seed++) {
      SimulatedFileSystem copy = disk.copy();
      copy.crash(CrashMode.KEEP_PREFIX, new Random(seed));
      byte[] found = copy.bytes(FILE);
      int end = 0;
      while (end < found.length && found[end] == 2) {
        end++;
      }
      assertThat(end % 512).isZero();
      assertThat(found).isEqualTo(concat(bytes(end, 2), bytes(Math.max(0, 1024 - end), 1)));
      whole += end == 5120 ? 1 : 0;
    }
    assertThat(whole).isBetween(1, 50);
  }

  @Test
  void aProcessThatDiesLosesNothingBeforeThePowerDoes() throws IOException {
    StorageFile file = synced();
    write(file, 0, bytes(512, 2));
    disk.crash(CrashMode.KEEP_ALL, new Random(1));
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(512, 2), bytes(512, 1)));
    loseAll();
    assertThat(disk.bytes(FILE)).isEqualTo(bytes(1024, 1));
  }

  @Test
  void afterAFailedSyncTheNextOneSucceedsOverWhatIsLost() throws IOException {
    StorageFile file = synced();
    write(file, 0, bytes(512, 2));
    disk.observe(
        (operation, path, count) -> {
          throw new IOException("Input/output error");
        });
    assertThatThrownBy(file::force).hasMessage("Input/output error");
    disk.observe(null);
    write(file, 512, bytes(512, 3));
    file.force();
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(512, 2), bytes(512, 3)));
    SimulatedFileSystem evicted = disk.copy();
    evicted.dropCaches();
    assertThat(evicted.bytes(FILE)).isEqualTo(concat(bytes(512, 1), bytes(512, 3)));
    loseAll();
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(512, 1), bytes(512, 3)));
  }

  @Test
  void whatIsYetToBeWrittenIsNotDroppedFromTheCache() throws IOException {
    StorageFile file = synced();
    write(file, 0, bytes(512, 2));
    file.truncate(600);
    disk.dropCaches();
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(512, 2), bytes(88, 1)));
  }

  @Test
  void aDiskThatLiesMakesNothingDurable() throws IOException {
    StorageFile file = synced();
    disk.ignoreSyncs(true);
    write(file, 0, bytes(512, 2));
    file.force();
    SimulatedFileSystem copy = disk.copy();
    copy.crash(CrashMode.LOSE_ALL, new Random(1));
    assertThat(copy.bytes(FILE)).isEqualTo(bytes(1024, 1));
    disk.ignoreSyncs(false);
    file.force();
    loseAll();
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(512, 2), bytes(512, 1)));
  }

  @Test
  void anUnreadableSectorFailsReadsUntilItIsWritten() throws IOException {
    StorageFile file = synced();
    disk.makeUnreadable(FILE, 600, 1);
    ByteBuffer target = ByteBuffer.allocate(1024);
    assertThat(file.read(target, 0)).isEqualTo(512);
    assertThatThrownBy(() -> file.read(target, 512)).hasMessage("Input/output error");
    assertThatThrownBy(() -> file.read(target, 1023)).hasMessage("Input/output error");
    write(file, 512, bytes(100, 2));
    assertThatThrownBy(() -> file.read(target, 512)).hasMessage("Input/output error");
    write(file, 512, bytes(512, 2));
    assertThat(file.read(target, 512)).isEqualTo(512);
  }

  @Test
  void aShortWriteIsFollowedByAnother() throws IOException {
    StorageFile file = disk.create(FILE);
    disk.limitWrites(7);
    assertThat(file.write(ByteBuffer.wrap(bytes(20, 1)), 0)).isEqualTo(7);
    write(file, 7, bytes(13, 2));
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(7, 1), bytes(13, 2)));
  }

  @Test
  void aFullDiskTakesWhatFitsAndWhatOverwrites() throws IOException {
    StorageFile file = synced();
    disk.limitCapacity(1500);
    assertThat(disk.usedBytes()).isEqualTo(1024);
    assertThat(file.write(ByteBuffer.wrap(bytes(1024, 2)), 512)).isEqualTo(988);
    assertThatThrownBy(() -> write(file, 1500, bytes(1, 2))).hasMessage("No space left on device");
    write(file, 0, bytes(1500, 3));
    StorageFile other = disk.create(DIRECTORY.resolve("other"));
    assertThatThrownBy(() -> write(other, 0, bytes(1, 2))).hasMessageContaining("No space");
    file.truncate(1400);
    write(other, 0, bytes(100, 2));
    disk.delete(FILE);
    write(other, 100, bytes(1400, 2));
    disk.limitCapacity(2000);
    write(other, 1500, bytes(500, 2));
  }

  @Test
  void aMisdirectedWriteLandsElsewhere() throws IOException {
    StorageFile file = synced();
    disk.plant(DIRECTORY.resolve("other"), bytes(1024, 5));
    disk.misdirectNextWrite(FILE, DIRECTORY.resolve("other"), 512);
    write(file, 0, bytes(512, 2));
    file.force();
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(512, 2), bytes(512, 1)));
    assertThat(disk.bytes(DIRECTORY.resolve("other")))
        .isEqualTo(concat(bytes(512, 5), bytes(512, 2)));
    loseAll();
    assertThat(disk.bytes(FILE)).isEqualTo(bytes(1024, 1));
    assertThat(disk.bytes(DIRECTORY.resolve("other")))
        .isEqualTo(concat(bytes(512, 5), bytes(512, 2)));
  }

  @Test
  void rotIsInTheCacheAndOnTheDisk() throws IOException {
    synced();
    disk.flipBit(FILE, 8 * 3 + 1);
    assertThat(disk.bytes(FILE)[3]).isEqualTo((byte) 3);
    loseAll();
    assertThat(disk.bytes(FILE)[3]).isEqualTo((byte) 3);
  }

  @Test
  void aCopyAndItsOriginalGoTheirOwnWays() throws IOException {
    StorageFile file = synced();
    write(file, 0, bytes(9000, 2));
    SimulatedFileSystem copy = disk.copy();
    write(file, 100, bytes(10, 3));
    file.force();
    copy.flipBit(FILE, 0);
    assertThat(copy.bytes(FILE)).isEqualTo(concat(bytes(1, 3), bytes(8999, 2)));
    assertThat(disk.bytes(FILE)).isEqualTo(concat(bytes(100, 2), bytes(10, 3), bytes(8890, 2)));
    copy.crash(CrashMode.LOSE_ALL, new Random(1));
    assertThat(copy.bytes(FILE)).hasSize(1024);
    copy.delete(FILE);
    assertThat(disk.exists(FILE)).isTrue();
  }

  @Test
  void pagesOfZerosAndCutsAreRead() throws IOException {
    StorageFile file = disk.create(FILE);
    write(file, 0, new byte[10_000]);
    write(file, 5000, bytes(1, 1));
    byte[] expected = new byte[10_000];
    expected[5000] = 1;
    assertThat(disk.bytes(FILE)).isEqualTo(expected);
    file.truncate(5000);
    write(file, 9_999, bytes(1, 0));
    assertThat(disk.bytes(FILE)).isEqualTo(new byte[10_000]);
  }

  /** While one I/O hangs in its observer, others go on. */
  @Test
  void aStallHoldsUpNobodyElse() throws Exception {
    StorageFile file = synced();
    CountDownLatch stalled = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    List<Operation> seen = new ArrayList<>();
    disk.observe(
        (operation, path, count) -> {
          if (operation == Operation.FORCE) {
            stalled.countDown();
            try {
              end.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          } else {
            seen.add(operation);
          }
        });
    Thread syncing =
        new Thread(
            () -> {
              try {
                file.force();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    syncing.start();
    stalled.await();
    assertThat(file.read(ByteBuffer.allocate(10), 0)).isEqualTo(10);
    assertThat(seen).containsExactly(Operation.READ);
    end.countDown();
    syncing.join();
  }

  @Test
  void aLockEndsWithThePower() throws Exception {
    AutoCloseable lock = disk.lock(FILE);
    assertThat(disk.lock(FILE)).isNull();
    lock.close();
    AutoCloseable second = disk.lock(FILE);
    loseAll();
    try (AutoCloseable third = disk.lock(FILE)) {
      second.close();
      assertThat(third).isNotNull();
      assertThat(disk.lock(FILE)).isNull();
    }
  }
}
