// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * A peer's message that contradicts what this member knows for certain. It was dropped; the host
 * counts and logs it.
 *
 * @param from the sender's id as the message states it
 * @param kind what is wrong
 * @param detail the figures, without any payload
 */
public record PeerViolation(long from, Kind kind, String detail) {
  /** What was wrong. */
  public enum Kind {
    /** Addressed to another member or another incarnation of this one. */
    NOT_FOR_ME,
    /** From a data directory that is not the one bound to the sender's id. */
    WRONG_INCARNATION,
    /** Two leaders claim one term. */
    SECOND_LEADER,
    /** Entries that would replace committed ones. */
    TRUNCATES_COMMITTED,
    /** A term beyond any that an honest cluster reaches. */
    ABSURD_TERM,
    /** Fields that contradict each other. */
    MALFORMED,
    /** An acknowledgement of what was never sent. */
    IMPOSSIBLE_ACKNOWLEDGEMENT
  }
}
