// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

/**
 * Many runs in figures.
 *
 * @param seeds how many seeds were run
 * @param events how many events there were
 * @param virtualNanos how long the worlds existed, in all
 * @param acknowledged proposals that succeeded
 * @param reads linearizable reads that were answered
 * @param refused operations that were refused for certain
 * @param unknown operations of unknown outcome
 * @param leaders in how many terms somebody led
 * @param crashes how often a member crashed
 * @param faults how many faults there were, apart from what befell single messages
 */
public record SimulationReport(
    long seeds,
    long events,
    long virtualNanos,
    long acknowledged,
    long reads,
    long refused,
    long unknown,
    long leaders,
    long crashes,
    long faults) {
  static final SimulationReport NONE = new SimulationReport(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  SimulationReport plus(SeedResult result) {
    return new SimulationReport(
        seeds + 1,
        events + result.events(),
        virtualNanos + result.virtualNanos(),
        acknowledged + result.acknowledged(),
        reads + result.reads(),
        refused + result.refused(),
        unknown + result.unknown(),
        leaders + result.leaders(),
        crashes + result.crashes(),
        faults + result.faults());
  }

  @Override
  public String toString() {
    return String.format(
        "%,d seeds, %,d virtual seconds, %,d events: %,d acknowledged proposals, %,d reads,"
            + " %,d refused, %,d unknown, %,d leaders, %,d faults, %,d crashes",
        seeds,
        virtualNanos / 1_000_000_000L,
        events,
        acknowledged,
        reads,
        refused,
        unknown,
        leaders,
        faults,
        crashes);
  }
}
