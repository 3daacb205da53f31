// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

/**
 * The leader asks the receiver to campaign at once (dissertation, section 3.10).
 *
 * @param route sender and receiver
 * @param term the leader's term
 */
public record TimeoutNow(Route route, long term) implements Message {
  @Override
  public MessageType type() {
    return MessageType.TIMEOUT_NOW;
  }
}
