// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs tasks one after the other on a shared pool, so that one transfer needs no lock. */
final class SerialExecutor implements Executor {
  private final Executor pool;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  SerialExecutor(Executor pool) {
    this.pool = pool;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (this) {
      tasks.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    next();
  }

  private void next() {
    try {
      pool.execute(this::runOne);
    } catch (RejectedExecutionException e) {
      // The transport is closed: what is left to do is to close files and to tell of the failure.
      runOne();
    }
  }

  private void runOne() {
    Runnable task;
    synchronized (this) {
      task = tasks.remove();
    }
    try {
      task.run();
    } finally {
      boolean more;
      synchronized (this) {
        running = !tasks.isEmpty();
        more = running;
      }
      if (more) {
        next();
      }
    }
  }
}
