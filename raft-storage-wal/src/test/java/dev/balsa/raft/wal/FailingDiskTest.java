// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A disk that says no: every failure is final, told, and loses nothing that was acknowledged. */
class FailingDiskTest {
  private static final List<Long> GROUPS = List.of(1L, 2L);

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final WalConfig config =
      WalConfig.of(Path.of("/wal"), disk).withSegmentBytes(16 << 10).withSectorBytes(512);
  private ModelLog acknowledged = new ModelLog();
  private List<ModelLog> possible = List.of();

  private boolean fired;

  private void failAt(long operation, String message) {
    long target = disk.operations() + operation;
    disk.observe(
        (kind, path, count) -> {
          if (count == target) {
            fired = true;
            throw new IOException(message);
          }
        });
  }

  private static Entry entry(long index) {
    return Entry.of(new EntryId(1, index), EntryType.NORMAL, new byte[] {(byte) index});
  }

  private static List<GroupWrite> append(long index) {
    return List.of(new GroupWrite(1, new Persist(null, List.of(entry(index)), null, null, true)));
  }

  /**
   * Writes until something fails. Says whether it did: a spare that could not be made is no failure
   * of the log.
   */
  private boolean run(int writes) throws IOException {
    Wal wal = null;
    try {
      wal = Wal.openOrFormat(config, 5, 1, new Random(3));
      Workload workload = new Workload(new Random(5), 700);
      for (long id : GROUPS) {
        possible = List.of(acknowledged.with(id, ModelLog.fresh(Workload.BEGINNING)));
        wal.bootstrap(id, Workload.BEGINNING);
        acknowledged = possible.get(0);
      }
      for (int i = 0; i < writes; i++) {
        List<GroupWrite> next = workload.next(acknowledged, GROUPS);
        possible = acknowledged.after(next);
        wal.write(next);
        acknowledged = possible.isEmpty() ? acknowledged : possible.get(possible.size() - 1);
        possible = List.of();
      }
      return false;
    } catch (IOException e) {
      if (wal != null) {
        Wal failed = wal;
        disk.observe(null);
        // The disk is well again, and still nothing is written: who knows what is on it.
        assertThatThrownBy(() -> failed.write(workloadWrite())).isInstanceOf(WalException.class);
        assertThatThrownBy(() -> failed.bootstrap(99, Workload.BEGINNING))
            .isInstanceOf(WalException.class);
      }
      return true;
    } finally {
      if (wal != null) {
        wal.close();
      }
    }
  }

  private static List<GroupWrite> workloadWrite() {
    return append(1);
  }

  @Test
  @Tag("W13")
  @Tag("W14")
  @Tag("W15")
  void aFailedIoIsFinalAndLosesNothing() throws IOException {
    boolean fired = true;
    int runs = 0;
    int failures = 0;
    for (int at = 1; fired; at++) {
      FailingDiskTest one = new FailingDiskTest();
      one.failAt(at, "Input/output error");
      failures += one.run(40) ? 1 : 0;
      fired = one.fired;
      one.disk.observe(null);
      // The machine goes on, or the power fails as well: after a failed sync that is the same.
      one.disk.crash(at % 2 == 0 ? CrashMode.LOSE_ALL : CrashMode.KEEP_ALL, new Random(at));
      try (Wal wal = Wal.openOrFormat(one.config, 5, 1, new Random(4))) {
        ModelLog found = ModelLog.of(wal, GROUPS);
        if (!found.equals(one.acknowledged)) {
          assertThat(one.possible).as("I/O %s", at).contains(found);
        }
      }
      runs++;
    }
    assertThat(failures).isGreaterThan(100);
    assertThat(runs).isGreaterThan(failures);
  }

  @Test
  @Tag("W17")
  void shortWritesAreCompleted() throws IOException {
    for (int bytes : new int[] {1, 7, 511, 512, 513, 1000}) {
      FailingDiskTest one = new FailingDiskTest();
      one.disk.limitWrites(bytes);
      assertThat(one.run(12)).isFalse();
      try (Wal wal = Wal.open(one.config)) {
        assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(one.acknowledged);
      }
    }
  }

  @Test
  @Tag("R-74")
  @Tag("W14")
  void afterAFailedSyncNothingIsAcknowledgedAndReadingGoesOn() throws IOException {
    Wal wal = Wal.openOrFormat(config, 5, 1, new Random(3));
    wal.bootstrap(1, Workload.BEGINNING);
    wal.write(append(1));
    disk.observe(
        (kind, path, count) -> {
          if (kind == Operation.FORCE) {
            throw new IOException("Input/output error");
          }
        });
    assertThatThrownBy(() -> wal.write(append(2)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("/wal")
        .hasMessageContaining("Input/output error");
    disk.observe(null);
    for (int again = 0; again < 3; again++) {
      assertThatThrownBy(() -> wal.write(append(2)))
          .isInstanceOf(WalException.class)
          .hasMessageContaining("restart the member")
          .hasRootCauseMessage("Input/output error");
    }
    // What was not synced is not given out either.
    assertThat(wal.read(1, new IndexRange(1, 2), 1000)).containsExactly(entry(1));
    wal.close();
  }

  @Test
  @Tag("W16")
  void aDiskThatIsFullSaysSoBeforeTheLogNeedsIt() throws IOException {
    Wal wal = Wal.openOrFormat(config, 5, 1, new Random(3));
    wal.bootstrap(1, Workload.BEGINNING);
    assertThat(wal.isStorageFull()).isFalse();
    disk.observe(
        (kind, path, count) -> {
          if (kind == Operation.CREATE) {
            throw new IOException("No space left on device");
          }
        });
    long index = 1;
    while (!wal.isStorageFull()) {
      wal.write(append(index++));
    }
    // The segment in use was made before, and takes what is under way.
    wal.write(append(index++));
    disk.observe(null);
    wal.retryStorage();
    assertThat(wal.isStorageFull()).isFalse();
    for (int i = 0; i < 40; i++) {
      wal.write(append(index++));
    }
    assertThat(wal.recover(1).lastIndex()).isEqualTo(index - 1);
    wal.close();
  }

  @Test
  void anEntryThatChangedInMemoryIsNotWritten() throws IOException {
    Wal wal = Wal.openOrFormat(config, 5, 1, new Random(3));
    wal.bootstrap(1, Workload.BEGINNING);
    Entry entry = entry(1);
    entry.data()[0] ^= 1;
    assertThatThrownBy(
            () ->
                wal.write(
                    List.of(
                        new GroupWrite(1, new Persist(null, List.of(entry), null, null, true)))))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("checksum");
    wal.close();
  }
}
