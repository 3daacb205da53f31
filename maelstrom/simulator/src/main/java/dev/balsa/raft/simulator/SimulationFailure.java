// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import java.nio.file.Path;

/** A promise was broken. The message says which, and how to see it happen again. */
public final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1;
  private static final int LINES = 40;

  private final transient SeedResult result;

  SimulationFailure(SeedResult result, Path file) {
    super(
        "seed "
            + result.seed()
            + ": "
            + result.violation()
            + "\nreplay with -D"
            + Simulation.SEED_PROPERTY
            + "="
            + result.seed()
            + " ; trace hash "
            + result.traceHash()
            + " ; trace in "
            + file
            + "\n"
            + tail(result.lastEvents()));
    this.result = result;
  }

  private static String tail(String text) {
    String[] lines = text.split("\n");
    int from = Math.max(0, lines.length - LINES);
    return String.join("\n", java.util.Arrays.asList(lines).subList(from, lines.length));
  }

  /** The run that failed. */
  public SeedResult result() {
    return result;
  }
}
