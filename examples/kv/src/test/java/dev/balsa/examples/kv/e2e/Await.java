// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import java.time.Duration;
import java.util.function.Supplier;

/** Waits, within bounds, for what other processes will do. */
final class Await {
  private static final long POLL_MILLIS = 20;

  private Await() {}

  /**
   * The first answer that is not null.
   *
   * @throws AssertionError naming what was awaited, if none comes in time
   */
  static <T> T until(String what, Duration limit, Supplier<T> question) {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    while (true) {
      T answer = question.get();
      if (answer != null) {
        return answer;
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
      }
      pause(POLL_MILLIS);
    }
  }

  /** As above, for what is true or not yet. */
  static void that(String what, Duration limit, Supplier<Boolean> condition) {
    until(what, limit, () -> condition.get() ? Boolean.TRUE : null);
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
