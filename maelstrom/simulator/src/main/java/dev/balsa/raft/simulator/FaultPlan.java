// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

/**
 * Which faults one run has, and how many. All intervals are averages in virtual nanoseconds, 0 for
 * never.
 *
 * @param network how the wires behave
 * @param crashEvery between crashes of a member at a moment between two events
 * @param crashAtIoEvery between crashes of a member in the midst of what it does with its disk
 * @param powerCutEvery between moments in which every member crashes
 * @param keepOneIn one in how many crashes leaves what the operating system had not yet written, in
 *     part and torn; in all others it is lost as a whole. 0 for never
 * @param pauseEvery between pauses of a member, in which it does nothing and its clock goes on
 * @param partitionEvery between changes of who can reach whom
 * @param transferEvery between hand-overs of leadership
 * @param slowDiskOneIn one in how many syncs of a log takes long; 0 for none
 * @param clockDriftPerMille how much the fastest clock is ahead, and the slowest behind
 */
record FaultPlan(
    SimulatedNetwork.Conditions network,
    long crashEvery,
    long crashAtIoEvery,
    long powerCutEvery,
    long keepOneIn,
    long pauseEvery,
    long partitionEvery,
    long transferEvery,
    long slowDiskOneIn,
    int clockDriftPerMille) {
  /** Nothing goes wrong. */
  static final FaultPlan NONE =
      new FaultPlan(SimulatedNetwork.Conditions.HEALTHY, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Each kind of fault is there or not, by the toss of a coin, and strong or weak. */
  static FaultPlan swarm(Chance chance) {
    boolean isOrdered = chance.oneIn(2);
    SimulatedNetwork.Conditions network =
        new SimulatedNetwork.Conditions(
            50_000,
            chance.logUniform(500_000, 50_000_000),
            maybe(chance, 3, 1_000),
            maybe(chance, 3, 1_000),
            maybe(chance, 10, 1_000),
            maybe(chance, 10, 1_000),
            isOrdered);
    return new FaultPlan(
        network,
        maybeMillis(chance, 500, 20_000),
        maybeMillis(chance, 500, 20_000),
        maybeMillis(chance, 2_000, 20_000),
        maybe(chance, 1, 4),
        maybeMillis(chance, 500, 20_000),
        maybeMillis(chance, 200, 20_000),
        maybeMillis(chance, 500, 20_000),
        maybe(chance, 10, 10_000),
        (int) maybe(chance, 1, 100));
  }

  /** Power cuts of everything, and nothing else. */
  static FaultPlan powerCuts(long everyMillis, long keepOneIn) {
    return new FaultPlan(
        SimulatedNetwork.Conditions.HEALTHY,
        0,
        0,
        everyMillis * 1_000_000,
        keepOneIn,
        0,
        0,
        0,
        100,
        0);
  }

  private static long maybe(Chance chance, long low, long high) {
    long drawn = chance.logUniform(low, high);
    return chance.oneIn(2) ? drawn : 0;
  }

  private static long maybeMillis(Chance chance, long low, long high) {
    return maybe(chance, low, high) * 1_000_000;
  }
}
