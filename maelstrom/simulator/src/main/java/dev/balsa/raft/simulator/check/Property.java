// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

/** What must hold at every moment. The first five are those of the paper's figure 3. */
public enum Property {
  ELECTION_SAFETY("Election Safety"),
  LEADER_APPEND_ONLY("Leader Append-Only"),
  LOG_MATCHING("Log Matching"),
  LEADER_COMPLETENESS("Leader Completeness"),
  STATE_MACHINE_SAFETY("State Machine Safety"),
  /** Over the whole history, restarts included. */
  ONE_VOTE_PER_TERM("One Vote Per Term"),
  /** Term, commit and applied index never fall. */
  MONOTONICITY("Monotonicity"),
  /** What was acknowledged is on the disk, and found there after a crash. */
  DURABILITY("Durability"),
  /** Reads and writes take effect between their call and their answer. */
  LINEARIZABILITY("Linearizability"),
  /** Each proposal ends, once, and in the way that it was said to. */
  OUTCOMES("Outcomes"),
  /** Once all faults are healed the cluster serves again within a bounded time. */
  LIVENESS("Liveness"),
  /** Once all faults are healed every member comes to hold the same. */
  CONVERGENCE("Convergence"),
  /** No member stops by itself, and no code throws. */
  NO_FAILURE("No Failure");

  private final String title;

  Property(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}
