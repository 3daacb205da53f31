// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.CompletableFuture;

/** A client's wish to hand leadership over. Ends when this member leads no more, or refused. */
final class Transfer extends Request<GroupLoop<?>, Void> {
  final long target;

  Transfer(GroupLoop<?> group, RequestGate gate, long target, CompletableFuture<Void> future) {
    super(group, gate, future);
    this.target = target;
  }

  @Override
  void run() {
    group().clients().onTransfer(this);
  }
}
