// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.Objects;

/**
 * Why a request was not taken: a definite answer, nothing was appended, and trying again is safe.
 *
 * @param reason the cause
 * @param leader the id of the leader as far as known, 0 if not
 * @param detail what exactly is wrong, for people; empty if the reason says it all
 */
public record Refusal(Reason reason, long leader, String detail) {
  public Refusal {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detail, "detail");
  }

  /** A refusal whose reason says it all. */
  public Refusal(Reason reason, long leader) {
    this(reason, leader, "");
  }

  /** The causes. */
  public enum Reason {
    /** This member does not lead; the leader, if known, is named. */
    NOT_LEADER(1),
    /** Nobody is known to lead. */
    NO_LEADER(2),
    /** Leadership is being handed over; try again after an election timeout. */
    TRANSFERRING(3),
    /** Too many bytes are appended and not yet committed. */
    TOO_MANY_UNCOMMITTED(4),
    /** The disk has no room left for entries. */
    STORAGE_FULL(5),
    /** The leader changed before a read was confirmed. */
    LEADER_CHANGED(6),
    /** No answer came within an election timeout. */
    TIMED_OUT(7),
    /** This member is not in the configuration, or may not do this in it. */
    NOT_A_MEMBER(8),
    /** The node's bounded inbox is full. */
    OVERLOADED(9),
    /** The node is stopping or has stopped. */
    STOPPED(10),
    /** The payload is over the limit. */
    TOO_LARGE(11),
    /** The leader has committed no entry of its term yet; try again in a moment. */
    NO_COMMIT_IN_TERM(12),
    /** The configuration is not committed yet, or is joint: one change at a time. */
    CHANGE_PENDING(13),
    /** Another configuration is in force than the one expected. */
    CONFIGURATION_MISMATCH(14),
    /** A learner that is to vote lacks too much of the log; try again when it has caught up. */
    LEARNER_BEHIND(15),
    /** There is no configuration that such a change could lead to; the detail says why. */
    INVALID_CHANGE(16);

    private final int code;

    Reason(int code) {
      this.code = code;
    }

    /** The stable number of this reason on the wire. */
    public int code() {
      return code;
    }

    /**
     * The reason with this code.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Reason ofCode(int code) {
      for (Reason reason : values()) {
        if (reason.code == code) {
          return reason;
        }
      }
      throw new IllegalArgumentException("unknown refusal reason " + code);
    }
  }
}
