// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Persist;
import java.util.List;

/**
 * One Ready on its way through the log worker; on its way back it is the completion, and tells the
 * group.
 */
final class LogWrite extends GroupTask {
  final long number;
  final Persist persist;
  final List<Message> messagesAfterPersist;

  LogWrite(GroupLoop<?> group, long number, Persist persist, List<Message> messagesAfterPersist) {
    super(group);
    this.number = number;
    this.persist = persist;
    this.messagesAfterPersist = messagesAfterPersist;
  }

  /** Called by the loop. */
  @Override
  void act() {
    group.onPersisted(number);
  }
}
