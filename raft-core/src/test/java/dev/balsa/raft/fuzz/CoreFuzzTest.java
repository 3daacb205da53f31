// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.fuzz;

import org.junit.jupiter.api.Test;

/**
 * Thousands of short random schedules. A failure names its seed; {@code -Dfuzz.seed=S} runs that
 * one alone, {@code -Dfuzz.runs=N} more or fewer of them.
 */
class CoreFuzzTest {
  private static final int EVENTS = 700;

  @Test
  void figure3HoldsUnderRandomSchedules() {
    Long only = Long.getLong("fuzz.seed");
    long first = only == null ? 1 : only;
    long runs = only == null ? Integer.getInteger("fuzz.runs", 6000) : 1;
    for (long seed = first; seed < first + runs; seed++) {
      try {
        new FuzzRun(seed).run(EVENTS);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("replay with -Dfuzz.seed=" + seed + ": " + e, e);
      }
    }
  }
}
