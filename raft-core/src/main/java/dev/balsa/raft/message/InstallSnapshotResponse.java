// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.EntryId;

/**
 * A follower's word on an offered snapshot. Success is told by {@link AppendEntriesResponse}.
 *
 * @param route sender and receiver
 * @param term the follower's term
 * @param snapshot the last entry of the offered snapshot
 * @param accepted whether the bytes are being fetched; if not, fetching failed
 */
public record InstallSnapshotResponse(Route route, long term, EntryId snapshot, boolean accepted)
    implements Message {
  @Override
  public MessageType type() {
    return MessageType.INSTALL_SNAPSHOT_RESPONSE;
  }
}
