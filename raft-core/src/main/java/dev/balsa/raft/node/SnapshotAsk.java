// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.concurrent.CompletableFuture;

/** A client's wish for a snapshot of the leader's. Ends when the leader will be asked, or not. */
final class SnapshotAsk extends Request {
  private final GroupLoop<?> group;
  private final RequestGate gate;
  private final CompletableFuture<Void> future;

  SnapshotAsk(GroupLoop<?> group, RequestGate gate, CompletableFuture<Void> future) {
    this.group = group;
    this.gate = gate;
    this.future = future;
  }

  @Override
  GroupLoop<?> group() {
    return group;
  }

  /** Called by the loop, in the group's turn. */
  @Override
  void run() {
    Refusal refusal = group.clients().requestSnapshot();
    if (refusal != null) {
      refuse(refusal);
      return;
    }
    gate.leave(0);
    future.complete(null);
  }

  @Override
  void refuse(Refusal refusal) {
    gate.leave(0);
    future.completeExceptionally(new RefusedException(refusal));
  }
}
