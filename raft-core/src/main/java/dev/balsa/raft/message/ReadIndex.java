// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.RequestId;

/**
 * A follower asks the leader for a read index (dissertation, section 6.4).
 *
 * @param route sender and receiver
 * @param term the follower's term
 * @param request the follower's name for the request
 */
public record ReadIndex(Route route, long term, RequestId request) implements Message {
  @Override
  public MessageType type() {
    return MessageType.READ_INDEX;
  }
}
