// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvMachine;
import java.util.ArrayList;
import java.util.List;

/**
 * Frees what compactions have given up, in small steps with rests between them, so that writes
 * hardly notice.
 *
 * <p><b>Threads.</b> Safe for use by any thread; works on the timer's.
 */
final class Cleaner {
  /** About a millisecond's work. */
  private static final int WRITES_PER_STEP = 512;

  private static final long REST_MILLIS = 2;

  private final KvMachine machine;
  private final Timer timer;

  /** Guarded by this. */
  private boolean isRunning;

  /** Guarded by this. */
  private final List<Runnable> waiting = new ArrayList<>();

  Cleaner(KvMachine machine, Timer timer) {
    this.machine = machine;
    this.timer = timer;
  }

  /** There is something to clean. */
  void start() {
    whenClean(() -> {});
  }

  /** Runs {@code task} as soon as everything compacted so far is cleaned away. */
  synchronized void whenClean(Runnable task) {
    waiting.add(task);
    if (!isRunning) {
      isRunning = true;
      timer.after(0, this::step);
    }
  }

  private void step() {
    List<Runnable> done = List.of();
    synchronized (this) {
      if (machine.trim(WRITES_PER_STEP)) {
        timer.after(REST_MILLIS, this::step);
      } else {
        isRunning = false;
        done = List.copyOf(waiting);
        waiting.clear();
      }
    }
    done.forEach(Runnable::run);
  }
}
