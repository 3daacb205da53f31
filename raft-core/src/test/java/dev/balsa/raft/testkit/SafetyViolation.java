// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

/** Something happened that Raft promises never happens. */
public final class SafetyViolation extends AssertionError {
  private static final long serialVersionUID = 1;

  public SafetyViolation(String message) {
    super(message);
  }

  static void require(boolean holds, String problem) {
    if (!holds) {
      throw new SafetyViolation(problem);
    }
  }
}
