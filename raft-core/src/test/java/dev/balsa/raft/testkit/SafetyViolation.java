// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import java.util.function.Supplier;

/** Something happened that Raft promises never happens. */
public final class SafetyViolation extends AssertionError {
  private static final long serialVersionUID = 1;

  public SafetyViolation(String message) {
    super(message);
  }

  /** The problem is put into words only if there is one: checks are many, and words cost time. */
  static void require(boolean holds, Supplier<String> problem) {
    if (!holds) {
      throw new SafetyViolation(problem.get());
    }
  }
}
