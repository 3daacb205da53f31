// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.simulator.check.MemberLog;
import dev.balsa.raft.simulator.check.Property;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.WalConfig;
import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.SimulatedCrash;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;

/** A member's disk, on which the real write-ahead log stands. */
final class SimulatedDisk {
  private static final Path DIRECTORY = Path.of("/balsa");
  private static final int SEGMENT_BYTES = 1 << 15;
  private static final int SNAPSHOT_CHUNK_BYTES = 512;
  private static final CrashMode[] MODES = CrashMode.values();

  private final long member;
  private final World<?> world;
  private final Runnable onCrash;
  private final Chance chance;
  private final SimulatedFileSystem files = new SimulatedFileSystem();

  /** The number of the I/O in which the power fails, 0 if it does not. */
  private long failAt;

  private boolean failed;
  private boolean doubtful;

  SimulatedDisk(long member, World<?> world, Runnable onCrash) {
    this.member = member;
    this.world = world;
    this.onCrash = onCrash;
    this.chance = world.chance().fork("disk", member);
    files.observe(this::before);
  }

  /** Written out only when somebody reads the trace. */
  private record Io(Operation operation, Path path) {
    @Override
    public String toString() {
      return operation + " " + path.getFileName();
    }
  }

  /** Lets the power fail at the {@code count}-th I/O from now; never if 0. */
  void failAfter(long count) {
    failAt = count == 0 ? 0 : files.operations() + count;
  }

  private void before(Operation operation, Path path, long count) {
    if (failed || count == failAt) {
      if (!failed) {
        world.trace().note("crash at io", member, operation.ordinal(), operation + " " + path);
      }
      failed = true;
      onCrash.run();
      throw new SimulatedCrash("the power fails at " + operation + " " + path);
    }
    if (operation.isChange()) {
      world.trace().note("io", member, count * 31 + operation.ordinal(), new Io(operation, path));
    }
  }

  /** The log, formatted if the disk is empty. */
  LogEngine open(Wiring wiring) throws IOException {
    WalConfig config = config(wiring.fileSystem(member, files));
    if (!Wal.isFormatted(config)) {
      Wal.format(config, world.bootstrap().clusterId("simulation"), member, chance);
    }
    LogEngine engine = wiring.logEngine(member, Wal.open(config));
    doubtful = false;
    return engine;
  }

  private static WalConfig config(FileSystem files) {
    return WalConfig.of(DIRECTORY, files)
        .withSectorBytes(SimulatedFileSystem.DEFAULT_SECTOR_BYTES)
        .withSegmentBytes(SEGMENT_BYTES)
        .withSnapshotChunkBytes(SNAPSHOT_CHUNK_BYTES);
  }

  /** Takes what the power cut leaves of what was not synced, by the world's plan. */
  void crash() {
    CrashMode mode = CrashMode.LOSE_ALL;
    if (chance.oneIn(world.plan().keepOneIn())) {
      mode = MODES[1 + chance.below(MODES.length - 1)];
    }
    if (failed && reorders(mode) && !doubtful) {
      doubtful = world.canSpare(member);
      mode = doubtful ? mode : CrashMode.KEEP_PREFIX;
    }
    failAt = 0;
    failed = false;
    world.trace().note("crash", member, mode.ordinal(), mode.toString());
    files.crash(mode, chance);
  }

  private static boolean reorders(CrashMode mode) {
    return mode == CrashMode.KEEP_SUBSET || mode == CrashMode.TEAR_SECTORS;
  }

  /**
   * Whether the log may rightly refuse to open. A power cut in the midst of a write can leave the
   * write's end on the disk and not its beginning. That looks like damage to something that was
   * acknowledged, and the log is to stop rather than guess.
   */
  boolean isDoubtful() {
    return doubtful;
  }

  /**
   * What would be found here if the power failed now and nothing unsynced survived; null if
   * nothing.
   */
  MemberLog image() {
    SimulatedFileSystem copy = files.copy();
    copy.crash(CrashMode.LOSE_ALL, Chance.ofSeed(0));
    WalConfig config = config(copy);
    try {
      if (!Wal.isFormatted(config)) {
        return null;
      }
      try (Wal wal = Wal.open(config)) {
        RecoveredLog recovered = wal.recover(World.GROUP);
        return recovered == null ? null : ObservedLogEngine.read(wal, World.GROUP, recovered);
      }
    } catch (IOException e) {
      if (!doubtful) {
        world
            .verdict()
            .violated(
                Property.DURABILITY,
                "the disk of member " + member + " cannot be read: " + World.describe(e));
      }
      return null;
    }
  }
}
