// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.quorum;

/** Where an election stands. */
public enum VoteResult {
  /** Neither won nor lost yet. */
  PENDING,
  /** A quorum has refused: it cannot be won any more. */
  LOST,
  /** A quorum has granted. */
  WON
}
