// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.state.StateSink;

/** Listens to the leader, and campaigns when there is none (paper, section 5.2). */
final class Follower implements Role {
  private final Raft raft;

  Follower(Raft raft) {
    this.raft = raft;
  }

  @Override
  public RoleType type() {
    return RoleType.FOLLOWER;
  }

  @Override
  public void onTick() {
    if (!raft.elections().isElectionDue()) {
      return;
    }
    if (raft.elections().mayCampaign()) {
      raft.elections().campaign();
    } else {
      raft.elections().forgetLeader();
    }
  }

  @Override
  public long dueAt() {
    return raft.elections().electionDueAt();
  }

  @Override
  public Role copy(Raft raft) {
    return new Follower(raft);
  }

  @Override
  public void encodeState(StateSink sink) {
    // All that a follower knows is what every role knows.
  }
}
