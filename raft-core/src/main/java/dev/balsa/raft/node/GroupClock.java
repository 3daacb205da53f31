// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;

/**
 * One group's time, in ticks. A group to which nothing happens is not told of each tick: it is told
 * of all that have passed when something does, or when it is due.
 *
 * <p><b>Threads.</b> The loop's alone.
 *
 * <p>Invariant: at no tick up to {@code toldOf} was the core due and not told.
 */
final class GroupClock {
  private final HostParts parts;
  private final HostLoop loop;
  private final RawNode raw;
  private long toldOf;

  /** Whether the last tick did not count. */
  private boolean hasDropped;

  GroupClock(HostParts parts, HostLoop loop, RawNode raw) {
    this.parts = parts;
    this.loop = loop;
    this.raw = raw;
    this.toldOf = loop.ticks();
  }

  /** Something happens in this turn: the core hears of the ticks that passed before it. */
  void catchUp() {
    tellOf(loop.ticksBefore());
  }

  private void tellOf(long tick) {
    if (toldOf < tick) {
      raw.tick(parts.clock.nanoTime(), (int) Math.min(tick - toldOf, Integer.MAX_VALUE));
      parts.metrics.coreTicks.add(1);
      toldOf = tick;
      hasDropped = false;
    }
  }

  /** The tick at which the core has to be told, if nothing happens until then. */
  long dueTick() {
    return toldOf + raw.ticksUntilDue();
  }

  /** The core hears of this turn's tick, too. */
  void tellAll() {
    tellOf(loop.ticks());
  }

  /**
   * Messages still wait, and one that the core has not seen must not be taken for one that was
   * never sent: this turn's tick does not count. Unless the last one did not either, for time must
   * not stand still under a flood.
   */
  boolean maybeDropTick() {
    if (hasDropped || toldOf == loop.ticks()) {
      return false;
    }
    hasDropped = true;
    toldOf = loop.ticks();
    return true;
  }
}
