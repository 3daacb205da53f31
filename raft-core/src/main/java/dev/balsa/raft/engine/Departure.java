// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.state.StateSink;

/**
 * The end of a leader that the committed configuration does not let vote (dissertation, section
 * 4.2.2). Until that configuration commits it leads on without counting itself, for nobody else may
 * be able to commit it. Then it hands over, so that the others need not wait for an election
 * timeout without a leader, and steps down in any case when one has passed.
 */
final class Departure {
  private static final long STAYS = Long.MAX_VALUE;

  private final Raft raft;
  private final LeaderTransfer transfer;

  /** The tick at which it steps down, whether or not anybody has taken over. */
  private long deadline = STAYS;

  Departure(Raft raft, LeaderTransfer transfer) {
    this.raft = raft;
    this.transfer = transfer;
  }

  /** The same for the twin {@code raft}. */
  Departure copy(Raft raft, LeaderTransfer transfer) {
    Departure copy = new Departure(raft, transfer);
    copy.deadline = deadline;
    return copy;
  }

  void encodeState(StateSink sink) {
    sink.put(hasBegun());
    if (hasBegun()) {
      sink.putDelay(raft.now(), deadline);
    }
  }

  /** Whether the leader is on its way out and takes on nothing new. */
  boolean hasBegun() {
    return deadline != STAYS;
  }

  /** More is committed, the configuration in force perhaps. */
  void onCommit() {
    boolean stays = raft.membership().isVoter(raft.self().id()) || raft.isMembershipPending();
    if (!stays && !hasBegun()) {
      deadline = raft.now() + raft.config().electionTicks();
      transfer.begin(0);
    }
  }

  /** There may be somebody by now to whom leadership can be handed. */
  void onTick() {
    if (hasBegun() && !transfer.isUnderWay()) {
      transfer.begin(0);
    }
  }

  /** Whether it has waited long enough for somebody to take over. */
  boolean isOver() {
    return raft.now() >= deadline;
  }

  /** The next tick at which there is something to do, {@link Long#MAX_VALUE} if it stays. */
  long dueAt() {
    return !hasBegun() || transfer.isUnderWay() ? deadline : raft.now();
  }
}
