// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.CompletableFuture;

/**
 * A command of a client of this member.
 *
 * <p>Succeeds, is refused (definite: it was not and will not be applied), or ends unknown. Ended by
 * the apply worker only.
 *
 * @param <R> what applying it results in
 */
final class Proposal<R> extends Request<GroupLoop<R>, R> {
  final byte[] command;

  /** The tick at which its time is over. Set by the loop. */
  long deadline;

  Proposal(GroupLoop<R> group, RequestGate gate, byte[] command, CompletableFuture<R> future) {
    super(group, gate, future);
    this.command = command;
  }

  @Override
  long bytes() {
    return command.length;
  }

  @Override
  void run() {
    group().clients().onProposal(this);
  }
}
