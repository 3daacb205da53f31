// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/**
 * A linearizable read of a client of this member. Ended by the apply worker only.
 *
 * @param <T> what it answers
 */
final class Read<T> extends Request<GroupLoop<?>, T> {
  private final LongFunction<T> query;

  /** The tick at which its time is over. Set by the loop. */
  long deadline;

  Read(GroupLoop<?> group, RequestGate gate, LongFunction<T> query, CompletableFuture<T> future) {
    super(group, gate, future);
    this.query = query;
  }

  @Override
  void run() {
    group().clients().onRead(this);
  }

  /** Runs the query; everything up to {@code index} is applied. */
  void serve(long index) {
    T answer;
    try {
      answer = query.apply(index);
    } catch (Throwable e) {
      // The query is the caller's, and so is its mistake.
      fail(e);
      return;
    }
    succeed(answer);
  }
}
