// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Persist;
import java.util.List;

/**
 * One Ready on its way through the log worker; on its way back it is the completion, and tells the
 * group.
 */
final class LogWrite extends Task {
  final GroupLoop<?> group;
  final long number;
  final Persist persist;
  final List<Message> messagesAfterPersist;

  LogWrite(GroupLoop<?> group, long number, Persist persist, List<Message> messagesAfterPersist) {
    this.group = group;
    this.number = number;
    this.persist = persist;
    this.messagesAfterPersist = messagesAfterPersist;
  }

  /** Called by the loop. */
  @Override
  void run() {
    group.onPersisted(number);
  }
}
