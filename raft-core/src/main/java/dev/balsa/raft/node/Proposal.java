// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.concurrent.CompletableFuture;

/**
 * A command of a client of this member, from the call to the end of its future.
 *
 * <p>Ends exactly once: succeeded, refused (definite: it was not and will not be applied), or
 * unknown. Ended by the apply worker only.
 *
 * @param <R> what applying it results in
 */
final class Proposal<R> extends Request {
  final byte[] command;
  private final GroupLoop<R> group;
  private final RequestGate gate;
  private final CompletableFuture<R> future;

  /** The tick at which its time is over. Set by the loop. */
  long deadline;

  Proposal(GroupLoop<R> group, RequestGate gate, byte[] command, CompletableFuture<R> future) {
    this.group = group;
    this.gate = gate;
    this.command = command;
    this.future = future;
  }

  @Override
  GroupLoop<?> group() {
    return group;
  }

  /** Called by the loop, in the group's turn. */
  @Override
  void run() {
    group.clients().onProposal(this);
  }

  void succeed(R result) {
    gate.leave(command.length);
    future.complete(result);
  }

  @Override
  void refuse(Refusal refusal) {
    gate.leave(command.length);
    future.completeExceptionally(new RefusedException(refusal));
  }

  void endUnknown(String why) {
    gate.leave(command.length);
    future.completeExceptionally(new OutcomeUnknownException(why));
  }
}
