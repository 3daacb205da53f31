// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

/**
 * The answer to {@link Heartbeat}.
 *
 * @param route sender and receiver
 * @param term the follower's term
 * @param round the round of the heartbeat that is answered
 * @param storageFull whether the follower's disk has no room for commands
 * @param snapshotFrom the lowest index of a snapshot that the follower's state machine could be
 *     restored from, 0 if it needs none
 */
public record HeartbeatResponse(
    Route route, long term, long round, boolean storageFull, long snapshotFrom) implements Message {
  /** Of a follower whose state machine needs no snapshot. */
  public HeartbeatResponse(Route route, long term, long round, boolean storageFull) {
    this(route, term, round, storageFull, 0);
  }

  @Override
  public MessageType type() {
    return MessageType.HEARTBEAT_RESPONSE;
  }
}
