// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.SimulatedCrash;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Power cuts at every I/O. Afterwards the log holds exactly what was acknowledged, or that and a
 * first part of what was being written: no hole, no old suffix, no other outcome.
 *
 * <p>One outcome besides is allowed where sectors reach the disk in any order: the second
 * identifier of the last batch is there and the batch is not. That looks like damage to what was
 * acknowledged, and the log does not open.
 */
class PowerCutTest {
  private static final List<Long> GROUPS = List.of(1L, 2L, 900L);

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final WalConfig config =
      WalConfig.of(Path.of("/wal"), disk)
          .withSegmentBytes(16 << 10)
          .withSectorBytes(512)
          .withBatchBytes(4 << 10);

  private ModelLog acknowledged = new ModelLog();
  private List<ModelLog> possible = List.of();
  private long bootEpoch;
  private Wal wal;

  private void cutAt(long operation) {
    long target = disk.operations() + operation;
    disk.observe(
        (kind, path, count) -> {
          if (count >= target) {
            throw new SimulatedCrash(kind + " of " + path);
          }
        });
  }

  /** Opens, checks and writes until the power goes out. Says whether it did. */
  private boolean run(Random random, int writes) throws IOException {
    try {
      wal = Wal.openOrFormat(config, 5, 1, new Random(77));
      check();
      Workload workload = new Workload(random, 900);
      for (long id : GROUPS) {
        if (acknowledged.group(id) == null) {
          possible = List.of(acknowledged.with(id, ModelLog.fresh(Workload.BEGINNING)));
          wal.bootstrap(id, Workload.BEGINNING);
          acknowledge();
        }
      }
      for (int i = 0; i < writes; i++) {
        List<GroupWrite> next = workload.next(acknowledged, GROUPS);
        possible = acknowledged.after(next);
        wal.write(next);
        acknowledge();
      }
      wal.close();
      return false;
    } catch (SimulatedCrash e) {
      return true;
    }
  }

  private void acknowledge() {
    if (!possible.isEmpty()) {
      acknowledged = possible.get(possible.size() - 1);
      possible = List.of();
    }
  }

  private void check() throws IOException {
    assertThat(wal.identity().bootEpoch()).isGreaterThan(bootEpoch);
    bootEpoch = wal.identity().bootEpoch();
    ModelLog found = ModelLog.of(wal, GROUPS);
    if (!found.equals(acknowledged)) {
      assertThat(possible).as("acknowledged:%s", acknowledged).contains(found);
      // What was read back is durable from now on, acknowledged or not.
      acknowledged = found;
    }
    possible = List.of();
  }

  @ParameterizedTest
  @EnumSource(CrashMode.class)
  @Tag("R-75")
  @Tag("W2")
  @Tag("W18")
  @Tag("W19")
  @Tag("W20")
  @Tag("W21")
  void nothingAcknowledgedIsLostWhereverThePowerFails(CrashMode mode) throws IOException {
    int stopped = 0;
    int runs = 0;
    boolean cut = true;
    for (int at = 1; cut; at++) {
      PowerCutTest one = new PowerCutTest();
      Random chance = new Random(at * 31L + mode.ordinal());
      one.cutAt(at);
      cut = one.run(new Random(4), 60);
      one.disk.observe(null);
      one.disk.crash(mode, chance);
      if (one.opensAgain(mode)) {
        // And what recovery left behind can be written to, cut off, and recovered once more.
        one.run(new Random(at), 3);
        one.disk.crash(CrashMode.LOSE_ALL, chance);
        assertThat(one.opensAgain(CrashMode.LOSE_ALL)).isTrue();
      } else {
        stopped++;
      }
      runs++;
    }
    assertThat(runs).isGreaterThan(250);
    assertThat(stopped).isLessThan(runs / 5);
  }

  /** Opens and checks; false if the one ambiguous crash state stopped it. */
  private boolean opensAgain(CrashMode mode) throws IOException {
    try {
      wal = Wal.openOrFormat(config, 5, 1, new Random(78));
      check();
      wal.close();
      return true;
    } catch (WalException e) {
      boolean anyOrder = mode == CrashMode.KEEP_SUBSET || mode == CrashMode.TEAR_SECTORS;
      assertThat(anyOrder).as("%s", e).isTrue();
      assertThat(e).hasMessageContaining("the identifier of a finished batch");
      return false;
    }
  }

  @Test
  void nothingAcknowledgedIsLostOverManyPowerCutsInARow() throws IOException {
    int cuts = 0;
    int stopped = 0;
    for (int seed = 1; seed <= 150; seed++) {
      PowerCutTest one = new PowerCutTest();
      Random random = new Random(seed);
      boolean open = true;
      for (int life = 0; life < 12 && open; life++) {
        CrashMode mode = CrashMode.values()[random.nextInt(CrashMode.values().length)];
        one.cutAt(1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 400));
        try {
          cuts += one.run(random, 25) ? 1 : 0;
        } catch (WalException e) {
          throw new AssertionError("seed " + seed + ", life " + life, e);
        }
        one.disk.observe(null);
        one.disk.crash(mode, random);
        open = one.opensAgain(mode);
      }
      stopped += open ? 0 : 1;
    }
    assertThat(cuts).isGreaterThan(500);
    assertThat(stopped).isLessThan(120);
  }

  @Test
  void theSameSeedLeavesTheSameDisk() throws IOException {
    List<List<Object>> disks = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      PowerCutTest one = new PowerCutTest();
      one.run(new Random(9), 40);
      one.disk.crash(CrashMode.TEAR_SECTORS, new Random(1));
      List<Object> content = new ArrayList<>();
      content.add(one.disk.operations());
      for (String name : one.disk.list(Path.of("/wal"))) {
        content.add(name);
        if (name.endsWith(".wal")) {
          content.add(ByteBuffer.wrap(one.disk.bytes(Path.of("/wal", name))));
        }
      }
      disks.add(content);
    }
    assertThat(disks.get(0)).isEqualTo(disks.get(1));
  }
}
