// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.WalConfig;
import dev.balsa.raft.wal.WalException;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Every bit of a few small logs, of three segments, hard states and a snapshot each, is flipped,
 * one at a time. Each log then has to open with all that was acknowledged, or to refuse, naming the
 * file. A step is a bit.
 */
final class BitsExhaustor implements Exhaustor {
  private static final int SEGMENTS = 3;
  private static final List<Layout> LAYOUTS =
      List.of(
          new Layout(16 << 10, 512, 4 << 10, 300, List.of(1L, 2L, 3L)),
          new Layout(12 << 10, 512, 2 << 10, 60, List.of(7L, 900L)),
          new Layout(16 << 10, 1024, 8 << 10, 900, List.of(1L, 2L)));

  /** A log as it was closed. */
  private record Sample(SimulatedFileSystem disk, Layout layout, Promises promises) {}

  /** A file of a log; its bits have the numbers from {@code first} on. */
  private record Target(Sample sample, Path file, long first, long bits) {}

  private final List<Target> targets = new ArrayList<>();
  private long steps;

  BitsExhaustor() throws IOException {
    for (Layout layout : LAYOUTS) {
      Sample sample = write(layout);
      for (Path file : files(sample.disk)) {
        long bits = sample.disk.bytes(file).length * 8L;
        targets.add(new Target(sample, file, steps, bits));
        steps += bits;
      }
    }
  }

  private static Sample write(Layout layout) throws IOException {
    SimulatedFileSystem disk = new SimulatedFileSystem();
    LogStory story = new LogStory(disk, layout, Promises.none(), 11);
    story.open();
    story.bootstrap();
    while (segments(disk).size() < SEGMENTS) {
      story.writeLog();
    }
    for (int i = 0; i < 4; i++) {
      story.writeLog();
    }
    while (story.promises().snapshots().isEmpty()) {
      story.writeSnapshot();
    }
    story.wal().close();
    return new Sample(disk, layout, story.promises());
  }

  private static List<Path> segments(SimulatedFileSystem disk) throws IOException {
    return disk.list(Layout.DIRECTORY).stream()
        .filter(name -> name.endsWith(".wal"))
        .map(Layout.DIRECTORY::resolve)
        .toList();
  }

  private static List<Path> files(SimulatedFileSystem disk) throws IOException {
    List<Path> files = new ArrayList<>(segments(disk));
    Path snapshots = Layout.DIRECTORY.resolve("snapshots");
    disk.list(snapshots).forEach(name -> files.add(snapshots.resolve(name)));
    return files;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public long goal() {
    return steps;
  }

  @Override
  public void step(long number, Tally tally) throws IOException {
    for (Target target : targets) {
      if (number < target.first + target.bits) {
        flip(target.sample, target.file, number - target.first, tally);
        return;
      }
    }
  }

  private static void flip(Sample log, Path file, long bit, Tally tally) throws IOException {
    SimulatedFileSystem copy = log.disk.copy();
    copy.flipBit(file, bit);
    tally.add(Tally.CASES);
    WalConfig config = log.layout.on(copy).withSpareExecutor(task -> {});
    try (Wal wal = Wal.open(config)) {
      log.promises.requireKeptBy(wal, log.layout.groups());
      tally.add("harmless");
    } catch (WalException e) {
      if (!e.getMessage().contains(file.toString())) {
        throw new AssertionError("bit " + bit + " of " + file + ": the file is not named", e);
      }
      tally.add("refused");
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("bit " + bit + " of " + file + ": " + e.getMessage(), e);
    }
  }
}
