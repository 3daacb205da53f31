// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.function.Consumer;

/**
 * Who is due at which tick: a wheel of lists, so that to wait costs nothing, and to be put in or
 * taken out costs the same however many wait.
 *
 * <p>A timer may come up too early, never too late: whoever is asked looks again and waits on. So a
 * follower, which each heartbeat gives more time, is not moved with each of them; and what lies
 * further ahead than the wheel is long comes round once in between.
 *
 * <p><b>Threads.</b> One.
 */
final class TickWheel<T extends TickWheel.Timer> {
  /** A power of two, and longer than most election timeouts. */
  private static final int SLOTS = 256;

  /** Somebody who waits for a tick; in one wheel at a time. */
  static class Timer {
    private Timer before;
    private Timer behind;

    /** The tick that it waits for; 0 if it does not wait. */
    private long at;
  }

  private final Timer[] slots = new Timer[SLOTS];
  private long now;

  /** Waits until tick {@code tick} at the latest; until the next one if that is not ahead. */
  void schedule(T timer, long tick) {
    long wanted = Math.max(now + 1, Math.min(tick, now + SLOTS));
    Timer waiting = timer;
    if (waiting.at != 0) {
      if (waiting.at <= wanted) {
        return;
      }
      unlink(waiting);
    }
    link(waiting, wanted);
  }

  /** Waits no more. */
  void cancel(T timer) {
    Timer waiting = timer;
    if (waiting.at != 0) {
      unlink(waiting);
    }
  }

  private static int slot(long tick) {
    return (int) (tick & SLOTS - 1);
  }

  private void link(Timer timer, long tick) {
    Timer first = slots[slot(tick)];
    timer.at = tick;
    timer.behind = first;
    if (first != null) {
      first.before = timer;
    }
    slots[slot(tick)] = timer;
  }

  private void unlink(Timer timer) {
    if (timer.before == null) {
      slots[slot(timer.at)] = timer.behind;
    } else {
      timer.before.behind = timer.behind;
    }
    if (timer.behind != null) {
      timer.behind.before = timer.before;
    }
    timer.before = null;
    timer.behind = null;
    timer.at = 0;
  }

  /** The next tick: gives those who waited for it, each of whom may wait anew. */
  @SuppressWarnings("unchecked")
  void advance(Consumer<? super T> due) {
    now++;
    // Nobody put in meanwhile lands here: the slot's next tick is a whole turn of the wheel ahead.
    Timer timer = slots[slot(now)];
    slots[slot(now)] = null;
    while (timer != null) {
      Timer following = timer.behind;
      timer.before = null;
      timer.behind = null;
      timer.at = 0;
      due.accept((T) timer);
      timer = following;
    }
  }
}
