// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.contract.MemoryLogEngine;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The log on disk tells the same as the model in memory, whatever is written to both. */
class WalPropertyTest {
  private static final List<Long> GROUPS = List.of(3L, 4L, 5L);

  @Property(tries = 150)
  void theLogAgreesWithTheModel(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 80) int writes,
      @ForAll @IntRange(min = 0, max = 1) int bigSectors,
      @ForAll @IntRange(min = 1, max = 3000) int maxEntryBytes)
      throws IOException {
    Random random = new Random(seed);
    SimulatedFileSystem disk = new SimulatedFileSystem();
    WalConfig config =
        WalConfig.of(Path.of("/wal"), disk)
            .withSectorBytes(bigSectors == 1 ? 2048 : 512)
            .withSegmentBytes(32 << 10)
            .withBatchBytes(1024 << random.nextInt(4));
    Wal wal = Wal.openOrFormat(config, 5, 1, random);
    MemoryLogEngine model = new MemoryLogEngine(new LogIdentity(5, new MemberId(1, 1), 1));
    for (long id : GROUPS) {
      wal.bootstrap(id, Workload.BEGINNING);
      model.bootstrap(id, Workload.BEGINNING);
    }
    Workload workload = new Workload(random, maxEntryBytes);
    for (int i = 0; i < writes; i++) {
      List<GroupWrite> next =
          random.nextInt(8) == 0
              ? commitOnly(model, random)
              : workload.next(ModelLog.of(model, GROUPS), GROUPS);
      wal.write(next);
      model.write(next);
      if (random.nextInt(20) == 0) {
        wal.close();
        disk.crash(CrashMode.LOSE_ALL, random);
        wal = Wal.open(config);
      }
      assertSame(wal, model);
    }
    wal.close();
    assertSame(Wal.open(config), model);
  }

  private static List<GroupWrite> commitOnly(MemoryLogEngine model, Random random) {
    long id = GROUPS.get(random.nextInt(GROUPS.size()));
    HardState before = model.recover(id).hardState();
    HardState after =
        new HardState(before.term(), before.votedFor(), before.commit() + random.nextInt(3));
    return List.of(new GroupWrite(id, new Persist(null, List.of(), after, null, false)));
  }

  private static void assertSame(Wal wal, MemoryLogEngine model) throws IOException {
    for (long id : GROUPS) {
      assertThat(wal.recover(id)).isEqualTo(model.recover(id));
    }
    assertThat(ModelLog.of(wal, GROUPS)).isEqualTo(ModelLog.of(model, GROUPS));
  }
}
