// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import java.util.ArrayDeque;

/** A timer and a clock that a test moves. */
final class ManualTimer implements Timer {
  private record Task(long atNanos, Runnable action) {}

  private final ArrayDeque<Task> tasks = new ArrayDeque<>();
  private long nanos;

  @Override
  public void after(long millis, Runnable task) {
    tasks.add(new Task(nanos + millis * 1_000_000, task));
  }

  long nanos() {
    return nanos;
  }

  /** Runs all that is due, then what becomes due by that, until {@code millis} have passed. */
  void advance(long millis) {
    long end = nanos + millis * 1_000_000;
    while (!tasks.isEmpty() && tasks.peek().atNanos <= end) {
      Task task = tasks.poll();
      nanos = Math.max(nanos, task.atNanos);
      task.action.run();
    }
    nanos = end;
  }
}
