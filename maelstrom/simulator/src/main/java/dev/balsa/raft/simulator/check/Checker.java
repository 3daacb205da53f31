// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.Status;

/**
 * Watches the world for one property. Each method is called right after what it tells of, and costs
 * little: it looks at what has changed, not at everything.
 */
public interface Checker {
  /** The member's loop has turned. */
  default void onStatus(Observed member, Status status) {}

  /** The member is about to write this; {@link Observed#submitted} does not hold it yet. */
  default void onWrite(Observed member, Persist persist) {}

  /** The member sends this. */
  default void onSend(Observed member, Message message) {}

  /** The member has applied this command. */
  default void onApplied(Observed member, long index, byte[] command) {}

  /** The member's state machine restored a snapshot at {@code index}. */
  default void onRestored(Observed member, long index) {}

  /** The digest of the member's state machine with everything up to {@code index} applied. */
  default void onDigest(Observed member, long index, long digest) {}

  /**
   * The member was started again and has read its disk.
   *
   * @param found what it found; {@link Observed#acknowledged} still is what it had before
   */
  default void onRecovered(Observed member, MemberLog found) {}
}
