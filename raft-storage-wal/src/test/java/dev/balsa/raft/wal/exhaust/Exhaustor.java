// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import java.io.IOException;

/** Tries faults, step by step. A step depends on its number alone, so that any can be repeated. */
interface Exhaustor {
  /** How many steps there are; {@link Long#MAX_VALUE} if there is always another one. */
  long steps() throws IOException;

  /** How many cases are enough. */
  long goal();

  /**
   * Carries out one step.
   *
   * @param number from 0
   * @param tally where to count at least {@link Tally#CASES}
   * @throws AssertionError if the log did what it must not; the message tells how to see it again
   */
  void step(long number, Tally tally) throws IOException;
}
