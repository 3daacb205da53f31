// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import java.util.Arrays;

/**
 * The wires: what is put on one arrives later, or never, or twice, or after what was sent behind
 * it.
 */
final class SimulatedNetwork {
  /** What stands at a wire's end. */
  interface Endpoint {
    /** A frame arrives. */
    void deliver(long from, byte[] frame);

    /** Which run of the member this is; 0 while it is down. */
    int boot();
  }

  /**
   * How the wires behave.
   *
   * @param minDelayNanos the shortest time on the way
   * @param maxDelayNanos the longest time on the way
   * @param lossOneIn one in how many frames is lost; 0 for none
   * @param duplicateOneIn one in how many arrives twice; 0 for none
   * @param strayOneIn one in how many arrives a second time much later, across restarts of both
   *     ends; 0 for none
   * @param corruptOneIn one in how many arrives with a bit changed; 0 for none
   * @param isOrdered whether frames overtake each other never
   */
  record Conditions(
      long minDelayNanos,
      long maxDelayNanos,
      long lossOneIn,
      long duplicateOneIn,
      long strayOneIn,
      long corruptOneIn,
      boolean isOrdered) {
    /** A healthy network. */
    static final Conditions HEALTHY = new Conditions(50_000, 500_000, 0, 0, 0, 0, true);
  }

  private static final long MAX_STRAY_NANOS = 30_000_000_000L;

  private final Scheduler scheduler;
  private final Chance chance;
  private final Trace trace;
  private final Endpoint[] endpoints;
  private final boolean[][] cut;
  private final long[][] lastArrival;
  private Conditions conditions = Conditions.HEALTHY;

  /** A network of members 1 to {@code members}. */
  SimulatedNetwork(int members, Scheduler scheduler, Chance chance, Trace trace) {
    this.scheduler = scheduler;
    this.chance = chance.fork("network");
    this.trace = trace;
    this.endpoints = new Endpoint[members + 1];
    this.cut = new boolean[members + 1][members + 1];
    this.lastArrival = new long[members + 1][members + 1];
  }

  void attach(long id, Endpoint endpoint) {
    endpoints[(int) id] = endpoint;
  }

  void become(Conditions conditions) {
    this.conditions = conditions;
  }

  /** Cuts or mends the way from one member to another; the way back is another. */
  void cut(long from, long to, boolean isCut) {
    cut[(int) from][(int) to] = isCut;
  }

  void mendAll() {
    for (boolean[] row : cut) {
      Arrays.fill(row, false);
    }
  }

  /** Whether frames get through both ways. */
  boolean isConnected(long one, long other) {
    return !cut[(int) one][(int) other] && !cut[(int) other][(int) one];
  }

  /** Which run of the member there is, 0 if it is down. */
  int boot(long id) {
    return endpoints[(int) id].boot();
  }

  /** How long something takes on its way now. */
  long drawDelay() {
    return chance.between(conditions.minDelayNanos, conditions.maxDelayNanos);
  }

  /** Puts a frame on the wire. */
  void send(long from, long to, byte[] frame) {
    if (cut[(int) from][(int) to]) {
      return;
    }
    if (chance.oneIn(conditions.lossOneIn)) {
      trace.note("lost", from, to, "to m" + to);
      return;
    }
    byte[] arriving = chance.oneIn(conditions.corruptOneIn) ? damaged(frame) : frame;
    deliverLater(from, to, arriving, drawDelay(), conditions.isOrdered);
    if (chance.oneIn(conditions.duplicateOneIn)) {
      deliverLater(from, to, frame, drawDelay(), conditions.isOrdered);
    }
    if (chance.oneIn(conditions.strayOneIn)) {
      long delay = chance.between(conditions.maxDelayNanos, MAX_STRAY_NANOS);
      scheduler.after(delay, () -> endpoints[(int) to].deliver(from, frame));
    }
  }

  private byte[] damaged(byte[] frame) {
    byte[] damaged = frame.clone();
    int bit = chance.below(frame.length * Byte.SIZE);
    damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    return damaged;
  }

  private void deliverLater(long from, long to, byte[] frame, long delay, boolean isOrdered) {
    long arrival = scheduler.now() + delay;
    if (isOrdered) {
      arrival = Math.max(arrival, lastArrival[(int) from][(int) to] + 1);
    }
    lastArrival[(int) from][(int) to] = Math.max(arrival, lastArrival[(int) from][(int) to]);
    int senderBoot = boot(from);
    int receiverBoot = boot(to);
    scheduler.after(
        arrival - scheduler.now(),
        () -> {
          // A connection ends with either process; only strays outlive it.
          if (boot(from) == senderBoot && boot(to) == receiverBoot && !cut[(int) from][(int) to]) {
            endpoints[(int) to].deliver(from, frame);
          }
        });
  }
}
