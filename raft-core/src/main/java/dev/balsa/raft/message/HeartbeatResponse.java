// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

/**
 * The answer to {@link Heartbeat}.
 *
 * @param route sender and receiver
 * @param term the follower's term
 * @param round the round of the heartbeat that is answered
 * @param storageFull whether the follower's disk has no room for commands
 */
public record HeartbeatResponse(Route route, long term, long round, boolean storageFull)
    implements Message {
  @Override
  public MessageType type() {
    return MessageType.HEARTBEAT_RESPONSE;
  }
}
