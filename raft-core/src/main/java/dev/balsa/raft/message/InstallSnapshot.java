// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.SnapshotMetadata;

/**
 * The leader offers a snapshot to a follower whose next entry is gone from the log (paper, section
 * 7). Only the description travels here; a follower that needs the bytes fetches them.
 *
 * @param route sender and receiver
 * @param term the leader's term
 * @param snapshot what is offered
 */
public record InstallSnapshot(Route route, long term, SnapshotMetadata snapshot)
    implements Message {
  @Override
  public MessageType type() {
    return MessageType.INSTALL_SNAPSHOT;
  }
}
