// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/**
 * How long to wait after a snapshot could not be fetched: one tick, and after each further failure
 * twice as long, up to a bound. A leader offers at once what it hears was not had, so without a
 * pause the two would do nothing else for as long as the cause lasts.
 *
 * <p><b>Threads.</b> The loop's alone.
 */
final class FetchPause {
  private final int mostTicks;

  /** How long the next pause is. Invariant: from 1 to {@code mostTicks}. */
  private int ticks = 1;

  private long until;

  /**
   * No pause is under way.
   *
   * @param mostTicks how long one is at most, at least 1
   */
  FetchPause(int mostTicks) {
    this.mostTicks = mostTicks;
  }

  /** Something has failed at this tick. */
  void begin(long now) {
    until = now + ticks;
    ticks = (int) Math.min(2L * ticks, mostTicks);
  }

  /** The tick at which the last pause is over. */
  long until() {
    return until;
  }

  /** All is well: the next pause will be a short one. */
  void end() {
    ticks = 1;
  }
}
