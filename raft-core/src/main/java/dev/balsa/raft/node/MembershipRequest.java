// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A wish to change who is a member. Ends exactly once, by the apply worker: with the configuration
 * that came of it, refused, or unknown.
 */
final class MembershipRequest extends Request {
  private final GroupLoop<?> group;
  private final RequestGate gate;
  private final Function<RawNode, ProposeResult> action;
  private final CompletableFuture<Membership> future;

  /** The entry that carries the configuration it waits for. Set by the loop. */
  EntryId entry;

  /** The tick at which its time is over. Set by the loop. */
  long deadline;

  MembershipRequest(
      GroupLoop<?> group,
      RequestGate gate,
      Function<RawNode, ProposeResult> action,
      CompletableFuture<Membership> future) {
    this.group = group;
    this.gate = gate;
    this.action = action;
    this.future = future;
  }

  @Override
  GroupLoop<?> group() {
    return group;
  }

  /** Called by the loop, in the group's turn. */
  @Override
  void run() {
    group.clients().onChange(this);
  }

  ProposeResult propose(RawNode raw) {
    return action.apply(raw);
  }

  void succeed(Membership membership) {
    gate.leave(0);
    future.complete(membership);
  }

  @Override
  void refuse(Refusal refusal) {
    gate.leave(0);
    future.completeExceptionally(new RefusedException(refusal));
  }

  void endUnknown(String why) {
    gate.leave(0);
    future.completeExceptionally(new OutcomeUnknownException(why));
  }
}
