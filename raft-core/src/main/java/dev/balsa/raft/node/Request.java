// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.concurrent.CompletableFuture;

/**
 * What a client of this member asks of the loop, from the call to the end of its future. It was let
 * in by the gate, and leaves it when it ends: exactly once.
 *
 * @param <G> the group that it is asked of
 * @param <T> what it ends with if all goes well
 */
abstract class Request<G extends GroupLoop<?>, T> extends Task {
  private final G group;
  private final RequestGate gate;
  private final CompletableFuture<T> future;

  Request(G group, RequestGate gate, CompletableFuture<T> future) {
    this.group = group;
    this.gate = gate;
    this.future = future;
  }

  /** Whom it is asked of. */
  final G group() {
    return group;
  }

  /** With how many bytes it was let in. */
  long bytes() {
    return 0;
  }

  /** Called by the loop, in the group's turn. */
  @Override
  abstract void run();

  /** Ends it well. */
  final void succeed(T result) {
    leave().complete(result);
  }

  /** Ends it: nothing of it was or will be done. */
  final void refuse(Refusal refusal) {
    fail(new RefusedException(refusal));
  }

  /** Ends it: perhaps it was or will be done, and perhaps not. */
  final void endUnknown(String why) {
    fail(new OutcomeUnknownException(why));
  }

  /** Ends it for this reason. */
  final void fail(Throwable cause) {
    leave().completeExceptionally(cause);
  }

  /** Makes room before its client, who may ask for the next thing at once, hears of the end. */
  private CompletableFuture<T> leave() {
    gate.leave(bytes());
    return future;
  }
}
