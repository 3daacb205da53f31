// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.concurrent.CompletableFuture;

/** A client's wish to hand leadership over. Ends when this member leads no more, or refused. */
final class Transfer extends Request {
  final long target;
  private final GroupLoop<?> group;
  private final RequestGate gate;
  private final CompletableFuture<Void> future;

  Transfer(GroupLoop<?> group, RequestGate gate, long target, CompletableFuture<Void> future) {
    this.group = group;
    this.gate = gate;
    this.target = target;
    this.future = future;
  }

  @Override
  GroupLoop<?> group() {
    return group;
  }

  /** Called by the loop, in the group's turn. */
  @Override
  void run() {
    group.clients().onTransfer(this);
  }

  void succeed() {
    gate.leave(0);
    future.complete(null);
  }

  @Override
  void refuse(Refusal refusal) {
    gate.leave(0);
    future.completeExceptionally(new RefusedException(refusal));
  }
}
