// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import java.util.ArrayList;
import java.util.List;

/**
 * Those who have asked for leadership to be handed over, and wait for it to come about.
 *
 * <p><b>Threads.</b> The loop's alone.
 */
final class Transfers {
  private final RawNode raw;
  private final Endings<?> endings;
  private final List<Transfer> waiting = new ArrayList<>();

  Transfers(RawNode raw, Endings<?> endings) {
    this.raw = raw;
    this.endings = endings;
  }

  boolean isIdle() {
    return waiting.isEmpty();
  }

  /** The core has answered: with null if it has begun. */
  void onAnswer(Transfer transfer, Refusal refusal) {
    if (refusal == null) {
      waiting.add(transfer);
    } else {
      endings.end(() -> transfer.refuse(refusal));
    }
  }

  /** Ends those that wait if the hand-over has come about, or been given up. */
  void settle(RoleType role, long leader) {
    if (waiting.isEmpty()) {
      return;
    }
    boolean leads = role == RoleType.LEADER;
    if (leads && raw.status().transferee() != 0) {
      return;
    }
    Refusal refusal = new Refusal(Refusal.Reason.TIMED_OUT, leader);
    for (Transfer transfer : waiting) {
      endings.end(leads ? () -> transfer.refuse(refusal) : () -> transfer.succeed(null));
    }
    waiting.clear();
  }

  /** The node stops: ends all. */
  void stop(Refusal refusal) {
    for (Transfer transfer : waiting) {
      endings.end(() -> transfer.refuse(refusal));
    }
    waiting.clear();
  }
}
