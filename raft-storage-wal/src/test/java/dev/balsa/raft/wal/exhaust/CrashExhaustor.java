// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.WalException;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.SimulatedCrash;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import dev.balsa.raft.wal.sim.Survivors;
import dev.balsa.raft.wal.sim.UnsyncedChange;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * A power cut after each I/O of a workload, with every subset of what was not synced, up to a
 * number of pieces, and a sample of subsets and all prefixes beyond; and with each piece torn.
 * After each the log has to hold what it acknowledged, and at most a first part of what was being
 * written. A step is a workload.
 *
 * <p>Some of the logs are then written to and cut off again, also while they recover.
 */
final class CrashExhaustor implements Exhaustor {
  private static final int ALL_SUBSETS_UP_TO = 12;
  private static final int SAMPLES = 48;
  private static final int WRITES = 24;

  /** Of so many states one is cut off a second time. */
  private static final int SECOND_CRASH = 8;

  /** How often a process is killed at each I/O, and its successor cut off. */
  private static final int KILLS = 4;

  private final int allSubsetsUpTo;
  private final int writes;

  CrashExhaustor() {
    this(ALL_SUBSETS_UP_TO, WRITES);
  }

  /** With fewer states at each I/O, or shorter workloads. */
  CrashExhaustor(int allSubsetsUpTo, int writes) {
    this.allSubsetsUpTo = allSubsetsUpTo;
    this.writes = writes;
  }

  @Override
  public long steps() {
    return Long.MAX_VALUE;
  }

  @Override
  public long goal() {
    return 1_000_000;
  }

  @Override
  public void step(long number, Tally tally) throws IOException {
    SimulatedFileSystem disk = new SimulatedFileSystem();
    Workshop workshop = new Workshop(disk, Layout.ofSeed(number), number, tally);
    disk.observe(
        (operation, path, count) -> {
          if (workshop.changed) {
            workshop.at =
                "step " + number + " before I/O " + count + ", " + operation + " of " + path;
            workshop.cutPower();
          }
          workshop.changed = operation.isChange();
        });
    workshop.story.live(writes);
    disk.observe(null);
    workshop.at = "step " + number + " at its end";
    workshop.cutPower();
  }

  /** One workload on its way. */
  private final class Workshop {
    private final SimulatedFileSystem disk;
    private final Layout layout;
    private final LogStory story;
    private final Random random;
    private final Tally tally;
    private boolean changed;
    private String at = "";

    Workshop(SimulatedFileSystem disk, Layout layout, long seed, Tally tally) {
      this.disk = disk;
      this.layout = layout;
      this.story = new LogStory(disk, layout, Promises.none(), seed);
      this.random = new Random(~seed);
      this.tally = tally;
    }

    void cutPower() throws IOException {
      killProcess();
      for (int i = 0; i < KILLS; i++) {
        killTwice();
      }
      List<UnsyncedChange> pieces = disk.unsynced();
      int count = pieces.size();
      tally.add("points");
      if (count <= allSubsetsUpTo) {
        for (int subset = 0; subset < 1 << count; subset++) {
          int kept = subset;
          cut(piece -> (kept >> piece.number() & 1) * piece.bytes());
        }
      } else {
        for (int prefix = 0; prefix <= count; prefix++) {
          int end = prefix;
          cut(piece -> piece.number() < end ? piece.bytes() : 0);
        }
        for (int i = 0; i < SAMPLES; i++) {
          cut(CrashMode.KEEP_SUBSET.survivors(random));
        }
      }
      for (UnsyncedChange torn : pieces) {
        if (torn.kind() == UnsyncedChange.Kind.SECTOR && count <= 4 * ALL_SUBSETS_UP_TO) {
          tear(torn);
        }
      }
    }

    /** The process dies, the machine lives on; the power fails when the log is open again. */
    private void killProcess() throws IOException {
      SimulatedFileSystem copy = disk.copy();
      CrashPlan nothing = new CrashPlan(UnsyncedChange::bytes);
      Promises promises = story.promises();
      for (CrashMode mode : List.of(CrashMode.KEEP_ALL, CrashMode.LOSE_ALL)) {
        copy.crash(mode, random);
        tally.add(Tally.CASES);
        try {
          promises = opens(copy, nothing, promises);
        } catch (AssertionError | WalException e) {
          throw new AssertionError(at + ", killed, then " + mode + "\n" + e.getMessage(), e);
        }
      }
    }

    /** The process dies, and the power fails while, or after, the next one recovers. */
    private void killTwice() throws IOException {
      SimulatedFileSystem copy = disk.copy();
      copy.crash(CrashMode.KEEP_ALL, random);
      tally.add(Tally.CASES);
      try {
        cutAgain(copy, new CrashPlan(UnsyncedChange::bytes));
      } catch (AssertionError | WalException e) {
        throw new AssertionError(at + ", killed, then cut off\n" + e.getMessage(), e);
      }
    }

    /** This piece torn, and the others all gone, there up to it, all there, or as chance has it. */
    private void tear(UnsyncedChange torn) throws IOException {
      int first = 1 + random.nextInt(torn.bytes() - 1);
      cut(piece -> piece.number() == torn.number() ? first : 0);
      cut(
          piece ->
              piece.number() == torn.number()
                  ? first
                  : piece.number() < torn.number() ? piece.bytes() : 0);
      cut(piece -> piece.number() == torn.number() ? first : piece.bytes());
      cut(CrashMode.TEAR_SECTORS.survivors(random));
    }

    private void cut(Survivors survivors) throws IOException {
      SimulatedFileSystem copy = disk.copy();
      CrashPlan plan = new CrashPlan(survivors);
      copy.crash(plan);
      tally.add(Tally.CASES);
      try {
        if (random.nextInt(SECOND_CRASH) == 0) {
          cutAgain(copy, plan);
        } else {
          opens(copy, plan, story.promises());
        }
      } catch (AssertionError | WalException e) {
        throw new AssertionError(at + ", left " + plan + "\n" + e.getMessage(), e);
      }
    }

    /** Null if the log did not open, for the one reason that it may have. */
    private Promises opens(SimulatedFileSystem copy, CrashPlan plan, Promises promises)
        throws IOException {
      LogStory again = new LogStory(copy, layout, promises, 0);
      try {
        again.open();
        again.wal().close();
        tally.add("opened");
        return again.promises();
      } catch (WalException e) {
        requireAmbiguous(e, plan);
        return null;
      }
    }

    private void requireAmbiguous(WalException e, CrashPlan plan) throws WalException {
      if (!plan.leavesHole() || !e.getMessage().contains("the identifier of a finished batch")) {
        throw e;
      }
      tally.add("stopped");
    }

    private void cutAgain(SimulatedFileSystem copy, CrashPlan first) throws IOException {
      LogStory again = new LogStory(copy, layout, story.promises(), random.nextLong());
      long target = copy.operations() + 1 + random.nextInt(random.nextBoolean() ? 40 : 120);
      copy.observe(
          (operation, path, count) -> {
            if (count >= target) {
              throw new SimulatedCrash("second");
            }
          });
      try {
        again.live(3);
      } catch (SimulatedCrash e) {
        tally.add("cut twice");
      } catch (WalException e) {
        requireAmbiguous(e, first);
        return;
      }
      copy.observe(null);
      CrashMode mode = CrashMode.values()[random.nextInt(CrashMode.values().length)];
      CrashPlan second = new CrashPlan(mode.survivors(random));
      copy.crash(second);
      // Where the first recovery did not come to an end, what stopped it may stop the second.
      boolean recovered = again.promises() != story.promises();
      opens(copy, second.leavesHole() || recovered ? second : first, again.promises());
    }
  }
}
