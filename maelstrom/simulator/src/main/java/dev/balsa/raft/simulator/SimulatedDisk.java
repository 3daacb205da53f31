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
import java.util.TreeSet;
import java.util.function.ObjLongConsumer;

/**
 * A member's disk, on which the real write-ahead log stands.
 *
 * <p>What the log does to it happens at one instant, step by step; the time that a step takes
 * passes before it, and whatever else happens in the world falls in between. So a power cut meets a
 * write that is not synced, or a file whose new name is not.
 */
final class SimulatedDisk {
  private static final Path DIRECTORY = Path.of("/balsa");
  private static final int SEGMENT_BYTES = 1 << 15;
  private static final int SNAPSHOT_CHUNK_BYTES = 512;
  private static final CrashMode[] MODES = CrashMode.values();

  private final long member;
  private final World<?> world;
  private final Runnable onCrash;
  private final Chance chance;
  private final Chance latencies;
  private final SimulatedFileSystem files = new SimulatedFileSystem();

  /** The number of the I/O in which the power fails, 0 if it does not. */
  private long failAt;

  private boolean failed;
  private boolean doubtful;

  /** What the log changed last; null at the start. */
  private Operation lastOfLog;

  /** The log's files with writes that were not synced, in this life or one before. */
  private final TreeSet<Path> unsynced = new TreeSet<>();

  SimulatedDisk(long member, World<?> world, Runnable onCrash) {
    this.member = member;
    this.world = world;
    this.onCrash = onCrash;
    this.chance = world.chance().fork("disk", member);
    this.latencies = world.chance().fork("disk latencies", member);
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
      if (DIRECTORY.equals(path) || DIRECTORY.equals(path.getParent())) {
        noteOfLog(operation, path);
      }
    }
  }

  private void noteOfLog(Operation operation, Path path) {
    lastOfLog = operation;
    // By the name under which a file was opened: a segment was a spare.
    if (operation == Operation.WRITE) {
      unsynced.add(path);
    } else if (operation == Operation.FORCE || operation == Operation.DELETE) {
      unsynced.remove(path);
    }
  }

  /**
   * How long the log's next step takes: a sync after a change, which may be slow, or a change after
   * a sync, which goes to the cache.
   */
  long drawLatency() {
    boolean isSynced =
        lastOfLog == null || lastOfLog == Operation.FORCE || lastOfLog == Operation.SYNC_DIRECTORY;
    if (isSynced) {
      return latencies.between(2_000, 50_000);
    }
    return latencies.oneIn(world.plan().slowDiskOneIn())
        ? latencies.logUniform(1_000_000, 300_000_000)
        : latencies.between(20_000, 400_000);
  }

  /** How long it takes to write a segment ahead. */
  private long drawSpareLatency() {
    return latencies.logUniform(100_000, 50_000_000);
  }

  /**
   * The log, formatted if the disk is empty.
   *
   * @param later lets something happen on this run of the member after so many nanoseconds
   */
  LogEngine open(Wiring wiring, ObjLongConsumer<Runnable> later) throws IOException {
    WalConfig config =
        config(wiring.fileSystem(member, files))
            .withSpareExecutor(task -> later.accept(task, drawSpareLatency()));
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
    boolean isInTheMidst = failed || !unsynced.isEmpty();
    if (isInTheMidst && reorders(mode) && !doubtful) {
      doubtful = world.canSpare(member);
      mode = doubtful ? mode : CrashMode.KEEP_PREFIX;
    }
    failAt = 0;
    failed = false;
    lastOfLog = null;
    if (mode != CrashMode.KEEP_ALL) {
      unsynced.clear();
    }
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
