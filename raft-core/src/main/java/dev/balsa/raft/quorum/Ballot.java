// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.quorum;

/** One voter's answer. */
public enum Ballot {
  /** No answer yet. */
  MISSING,
  /** The vote is given to another, or withheld. */
  REFUSED,
  /** The vote is given. */
  GRANTED
}
