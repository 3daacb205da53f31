// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

/**
 * Holds the first violation of a run. Noted rather than thrown: checkers are called from within the
 * host, which would catch what they throw and take it for a failure of its own.
 */
public final class Verdict {
  /**
   * A property that did not hold.
   *
   * @param property which
   * @param detail the facts
   */
  public record Violation(Property property, String detail) {
    @Override
    public String toString() {
      return property + ": " + detail;
    }
  }

  private Violation first;

  /** Notes a violation; only the first one counts. */
  public void violated(Property property, String detail) {
    if (first == null) {
      first = new Violation(property, detail);
    }
  }

  /** The first violation, null if there is none so far. */
  public Violation violation() {
    return first;
  }
}
