// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ProposeResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A wish to change who is a member. Ended by the apply worker only: with the configuration that
 * came of it, refused, or unknown.
 */
final class MembershipRequest extends Request<GroupLoop<?>, Membership> {
  private final Function<RawNode, ProposeResult> action;

  /** The entry that carries the configuration it waits for. Set by the loop. */
  EntryId entry;

  /** The tick at which its time is over. Set by the loop. */
  long deadline;

  MembershipRequest(
      GroupLoop<?> group,
      RequestGate gate,
      Function<RawNode, ProposeResult> action,
      CompletableFuture<Membership> future) {
    super(group, gate, future);
    this.action = action;
  }

  @Override
  void run() {
    group().clients().onChange(this);
  }

  ProposeResult propose(RawNode raw) {
    return action.apply(raw);
  }
}
