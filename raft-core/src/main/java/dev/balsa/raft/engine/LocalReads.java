// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The read requests of this member that have no answer yet, whoever is to give it. Each ends
 * exactly once: confirmed, refused, failed by a change of leader, or timed out. So none leaks.
 */
final class LocalReads {
  private record Pending(RequestId request, long deadline) {}

  private final Outbox out;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  LocalReads(Outbox out) {
    this.out = out;
  }

  /** Asked, and to be answered before the tick {@code deadline}. */
  void add(RequestId request, long deadline) {
    pending.add(new Pending(request, deadline));
  }

  /** The answer has come; one that nobody waits for any more is ignored. */
  void complete(ReadState answer) {
    Iterator<Pending> all = pending.iterator();
    while (all.hasNext()) {
      if (all.next().request().equals(answer.request())) {
        all.remove();
        out.read(answer);
        return;
      }
    }
  }

  /** Nobody will answer. */
  void failAll(Refusal refusal) {
    while (!pending.isEmpty()) {
      out.read(new ReadState(pending.poll().request(), 0, refusal));
    }
  }

  /** Gives up on those whose time has come. */
  void onTick(long now, Refusal refusal) {
    while (!pending.isEmpty() && pending.peek().deadline() <= now) {
      out.read(new ReadState(pending.poll().request(), 0, refusal));
    }
  }
}
