// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.concurrent.CompletableFuture;

/** A client's wish for a snapshot of the leader's. Ends when the leader will be asked, or not. */
final class SnapshotAsk extends Request<GroupLoop<?>, Void> {
  SnapshotAsk(GroupLoop<?> group, RequestGate gate, CompletableFuture<Void> future) {
    super(group, gate, future);
  }

  @Override
  void run() {
    Refusal refusal = group().clients().requestSnapshot();
    if (refusal == null) {
      succeed(null);
    } else {
      refuse(refusal);
    }
  }
}
