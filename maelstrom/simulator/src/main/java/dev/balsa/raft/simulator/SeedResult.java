// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.simulator.check.Operations;

/**
 * What happened in the run of one seed.
 *
 * @param seed the seed
 * @param violation the promise that was broken, and how; null if all were kept
 * @param traceHash 16 hex digits over every event: equal for equal runs
 * @param events how many events there were
 * @param virtualNanos how long the world existed
 * @param acknowledged proposals that succeeded
 * @param reads linearizable reads that were answered
 * @param refused operations that were refused for certain
 * @param unknown operations of unknown outcome
 * @param leaders in how many terms somebody led
 * @param crashes how often a member crashed
 * @param faults how many faults there were, apart from what befell single messages
 * @param lastEvents the last events, a line each
 */
public record SeedResult(
    long seed,
    String violation,
    String traceHash,
    long events,
    long virtualNanos,
    long acknowledged,
    long reads,
    long refused,
    long unknown,
    long leaders,
    long crashes,
    long faults,
    String lastEvents) {
  private static final int KEPT_LINES = 2_000;

  static SeedResult of(long seed, World<?> world) {
    Operations operations = world.checkers().operations();
    var violation = world.verdict().violation();
    return new SeedResult(
        seed,
        violation == null ? null : violation.toString(),
        world.trace().hash(),
        world.trace().count(),
        world.scheduler().now(),
        operations.acknowledged(),
        operations.reads(),
        operations.refused(),
        operations.unknown(),
        world.checkers().elections().leaders(),
        world.crashes(),
        world.nemesis().faults(),
        violation == null ? "" : world.trace().last(KEPT_LINES));
  }
}
