// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.model.Entry;

/** A peer's message on its way to its group. */
final class PeerMessage extends Task {
  /** What a message is taken to cost beside its payload. */
  private static final int OVERHEAD_BYTES = 200;

  final GroupLoop<?> group;
  final Message message;
  final long bytes;

  PeerMessage(GroupLoop<?> group, Message message) {
    this.group = group;
    this.message = message;
    this.bytes = bytesOf(message);
  }

  private static long bytesOf(Message message) {
    long bytes = OVERHEAD_BYTES;
    if (message instanceof AppendEntries append) {
      for (Entry entry : append.entries()) {
        bytes += entry.bytes();
      }
    } else if (message instanceof Propose propose) {
      for (byte[] payload : propose.payloads()) {
        bytes += Entry.OVERHEAD_BYTES + payload.length;
      }
    }
    return bytes;
  }

  /** Called by the loop, in the group's turn. */
  @Override
  void run() {
    group.onMessage(this);
  }
}
