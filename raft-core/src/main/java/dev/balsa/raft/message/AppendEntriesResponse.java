// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.EntryId;

/**
 * The answer to {@link AppendEntries}, and the sign that a snapshot has arrived.
 *
 * @param route sender and receiver
 * @param term the follower's term
 * @param rejected whether the log did not hold {@code prev}
 * @param index if accepted, the highest index now durable here and known to agree with the leader;
 *     if rejected, the index of the {@code prev} that was not found
 * @param hint if rejected, the last entry of the follower at or below {@code prev} whose term is
 *     not above that of {@code prev}: the leader skips a whole term at a time. Else zero
 */
public record AppendEntriesResponse(
    Route route, long term, boolean rejected, long index, EntryId hint) implements Message {
  @Override
  public MessageType type() {
    return MessageType.APPEND_ENTRIES_RESPONSE;
  }
}
