// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import java.util.List;

/**
 * The leader replicates entries, or probes for where the logs agree (paper, section 5.3). Always
 * answered.
 *
 * @param route sender and receiver
 * @param term the leader's term
 * @param prev the entry just before {@code entries}
 * @param entries consecutive entries from {@code prev.index() + 1} on; may be empty. Immutable
 * @param commit the leader's commit index
 */
public record AppendEntries(Route route, long term, EntryId prev, List<Entry> entries, long commit)
    implements Message {
  @Override
  public MessageType type() {
    return MessageType.APPEND_ENTRIES;
  }
}
