// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/** Whether one member of one group takes part. */
public enum NodeState {
  /** It takes part, or waits to be admitted. */
  RUNNING,
  /**
   * It has been removed from the group, and knows it for certain. It goes on to run, serves
   * nothing, and harms nobody; it is time to close it.
   */
  REMOVED,
  /**
   * It has stopped by itself, and acknowledges nothing any more: its state machine threw, what the
   * log holds cannot be read, or the whole host failed. {@link RaftNode#terminated} tells why.
   */
  FAILED,
  /** It has been closed, or is about to be. */
  STOPPED
}
