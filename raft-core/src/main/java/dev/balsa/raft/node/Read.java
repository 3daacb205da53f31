// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/**
 * A linearizable read of a client of this member. Ends exactly once, by the apply worker.
 *
 * @param <T> what it answers
 */
final class Read<T> extends Request {
  private final GroupLoop<?> group;
  private final RequestGate gate;
  private final LongFunction<T> query;
  private final CompletableFuture<T> future;

  /** The tick at which its time is over. Set by the loop. */
  long deadline;

  Read(GroupLoop<?> group, RequestGate gate, LongFunction<T> query, CompletableFuture<T> future) {
    this.group = group;
    this.gate = gate;
    this.query = query;
    this.future = future;
  }

  @Override
  GroupLoop<?> group() {
    return group;
  }

  /** Called by the loop, in the group's turn. */
  @Override
  void run() {
    group.clients().onRead(this);
  }

  /** Runs the query; everything up to {@code index} is applied. */
  void serve(long index) {
    gate.leave(0);
    try {
      future.complete(query.apply(index));
    } catch (Throwable e) {
      // The query is the caller's, and so is its mistake.
      future.completeExceptionally(e);
    }
  }

  @Override
  void refuse(Refusal refusal) {
    gate.leave(0);
    future.completeExceptionally(new RefusedException(refusal));
  }
}
