// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import java.util.PriorityQueue;

/**
 * Virtual time: a queue of what happens when. Nothing takes time by itself; time passes between one
 * event and the next.
 *
 * <p>Events of the same instant happen in an order drawn by chance, the same in each run of a seed.
 */
final class Scheduler {
  private record Event(long at, long tie, long sequence, Runnable action)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      if (at != other.at) {
        return Long.compare(at, other.at);
      }
      return tie != other.tie
          ? Long.compare(tie, other.tie)
          : Long.compare(sequence, other.sequence);
    }
  }

  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private final Chance ties;
  private long now;
  private long sequence;

  Scheduler(Chance chance) {
    this.ties = chance.fork("ties");
  }

  /** Nanoseconds since the world began. */
  long now() {
    return now;
  }

  /** Lets this happen {@code delayNanos} from now, at least 0. */
  void after(long delayNanos, Runnable action) {
    if (delayNanos < 0) {
      throw new IllegalArgumentException("a delay of " + delayNanos + " ns");
    }
    queue.add(new Event(now + delayNanos, ties.nextLong(), sequence++, action));
  }

  /** Lets the next event happen if it is due by {@code untilNanos}; else time moves there. */
  boolean runNext(long untilNanos) {
    Event next = queue.peek();
    if (next == null || next.at() > untilNanos) {
      now = untilNanos;
      return false;
    }
    queue.remove();
    now = next.at();
    next.action().run();
    return true;
  }
}
