// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.EntryId;

/**
 * The leader says that it is there, and how far the receiver may commit.
 *
 * @param route sender and receiver
 * @param term the leader's term
 * @param commit the last entry that the receiver may take for committed: the leader's commit, but
 *     never above what the receiver has acknowledged
 * @param round the latest ReadIndex round, to be echoed
 * @param needsAck whether an answer is wanted; a mere commit update wants none
 */
public record Heartbeat(Route route, long term, EntryId commit, long round, boolean needsAck)
    implements Message {
  @Override
  public MessageType type() {
    return MessageType.HEARTBEAT;
  }
}
