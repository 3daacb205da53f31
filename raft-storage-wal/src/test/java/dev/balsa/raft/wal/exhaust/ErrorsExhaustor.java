// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.WalException;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.util.Random;

/**
 * Every I/O of a workload fails, in each way in which it can. The log has to say so, to take no
 * more writes if it was one of its own that failed, and to hold what it acknowledged when it is
 * opened again: by the next process, after a power cut, or after the cache forgot the pages that a
 * failed sync left in it. A step is a workload with one of the ways.
 */
final class ErrorsExhaustor implements Exhaustor {
  private static final int WORKLOADS = 60;
  private static final int WRITES = 24;

  /** How an I/O fails. */
  private enum Fault {
    /** This one does. */
    ERROR,
    /** This one does, and all after it. */
    ERROR_FROM_NOW_ON,
    /** From now on the disk is full, and the log is used as if it were not. */
    FULL,
    /** From now on the disk is full, and room is made when the log says that it needs some. */
    FULL_AND_TOLD,
    /** This one writes a single byte. */
    SHORT_WRITE,
    /** This one writes all but a byte, and the next one fails. */
    SHORT_WRITE_THEN_ERROR
  }

  private static final Fault[] FAULTS = Fault.values();

  private final int writes;

  ErrorsExhaustor() {
    this(WRITES);
  }

  /** With workloads of so many writes. */
  ErrorsExhaustor(int writes) {
    this.writes = writes;
  }

  @Override
  public long steps() {
    return (long) WORKLOADS * FAULTS.length;
  }

  @Override
  public long goal() {
    return Long.MAX_VALUE;
  }

  @Override
  public void step(long number, Tally tally) throws IOException {
    long workload = number / FAULTS.length;
    Fault fault = FAULTS[(int) (number % FAULTS.length)];
    boolean fired = true;
    for (long at = 1; fired; at++) {
      Run run = new Run(workload, fault, at, tally);
      try {
        fired = run.tryFault();
      } catch (AssertionError | WalException e) {
        throw new AssertionError(
            "step " + number + ", " + fault + " at I/O " + at + "\n" + e.getMessage(), e);
      }
    }
  }

  /** One workload with one fault. */
  private final class Run {
    private final SimulatedFileSystem disk = new SimulatedFileSystem();
    private final Layout layout;
    private final Fault fault;
    private final LogStory story;
    private final Random random;
    private final Tally tally;
    private boolean fired;

    Run(long seed, Fault fault, long at, Tally tally) {
      Layout drawn = Layout.ofSeed(seed);
      // The log has one segment in store: what is written at once must not need two.
      this.layout = fault == Fault.FULL_AND_TOLD ? drawn.withEntriesUpTo(100) : drawn;
      this.fault = fault;
      this.story = new LogStory(disk, layout, Promises.none(), seed);
      this.random = new Random(seed * 10_007 + at);
      this.tally = tally;
      disk.observe((operation, path, count) -> before(count - at));
    }

    private void before(long sinceFault) throws IOException {
      fired |= sinceFault == 0;
      switch (fault) {
        case ERROR -> failIf(sinceFault == 0);
        case ERROR_FROM_NOW_ON -> failIf(sinceFault >= 0);
        case FULL, FULL_AND_TOLD -> {
          if (sinceFault == 0) {
            disk.limitCapacity(disk.usedBytes());
          }
        }
        case SHORT_WRITE -> disk.limitWrites(sinceFault == 0 ? 1 : Integer.MAX_VALUE);
        case SHORT_WRITE_THEN_ERROR -> {
          disk.limitWrites(sinceFault == 0 ? 511 : Integer.MAX_VALUE);
          failIf(sinceFault == 1);
        }
      }
    }

    private void failIf(boolean fails) throws IOException {
      if (fails) {
        throw new IOException("Input/output error");
      }
    }

    /** False if the workload has no such I/O. */
    boolean tryFault() throws IOException {
      live();
      disk.observe(null);
      disk.limitWrites(Integer.MAX_VALUE);
      disk.limitCapacity(Long.MAX_VALUE);
      if (!fired) {
        return false;
      }
      tally.add(Tally.CASES);
      if (story.wal() != null) {
        close(story.wal());
      }
      reopen(CrashMode.KEEP_ALL, false);
      reopen(CrashMode.KEEP_ALL, true);
      reopen(CrashMode.LOSE_ALL, false);
      reopen(CrashMode.KEEP_PREFIX, false);
      return true;
    }

    private void live() {
      try {
        story.open();
        story.bootstrap();
        for (int i = 0; i < writes; i++) {
          makeRoomIfTold();
          if (random.nextInt(8) == 0) {
            writeSnapshot();
          } else {
            story.writeLog();
          }
        }
        tally.add("unharmed");
      } catch (IOException e) {
        tally.add("failed");
        requireFinal(e);
      }
    }

    private void makeRoomIfTold() {
      if (fault == Fault.FULL_AND_TOLD && story.wal().isStorageFull()) {
        disk.limitCapacity(Long.MAX_VALUE);
        story.wal().retryStorage();
        require(!story.wal().isStorageFull(), "there is room, and the log does not see it");
        tally.add("told");
      }
    }

    /** One that fails leaves the log as it is. */
    private void writeSnapshot() {
      try {
        story.writeSnapshot();
      } catch (IOException e) {
        tally.add("snapshots failed");
      }
    }

    /** Nothing is acknowledged after a failed write or sync, however well the disk is by then. */
    private void requireFinal(IOException e) {
      require(fault != Fault.SHORT_WRITE, "a short write is no failure: " + e);
      disk.observe(null);
      disk.limitWrites(Integer.MAX_VALUE);
      disk.limitCapacity(Long.MAX_VALUE);
      if (story.wal() != null) {
        require(
            fault != Fault.FULL_AND_TOLD, "the disk was full, and the log had not said so: " + e);
        for (int i = 0; i < 3; i++) {
          require(story.refusesWrites(), "a write was acknowledged after " + e);
        }
      }
    }

    private void require(boolean holds, String problem) {
      if (!holds) {
        throw new AssertionError(problem);
      }
    }

    private void close(Wal wal) {
      try {
        wal.close();
      } catch (IOException e) {
        // It may say once more that it failed.
      }
    }

    /** Opens a copy, and once more after a power cut: what was read has to stay. */
    private void reopen(CrashMode mode, boolean dropsCaches) throws IOException {
      SimulatedFileSystem copy = disk.copy();
      copy.crash(mode, random);
      if (dropsCaches) {
        copy.dropCaches();
      }
      Promises promises = story.promises();
      for (int i = 0; i < 2; i++) {
        LogStory again = new LogStory(copy, layout, promises, 0);
        again.open();
        again.wal().close();
        promises = again.promises();
        copy.crash(CrashMode.LOSE_ALL, random);
        tally.add("reopened");
      }
    }
  }
}
