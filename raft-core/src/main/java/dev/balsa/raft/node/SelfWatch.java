// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Membership;

/**
 * Whether this member still belongs to its group: it has been removed once a configuration without
 * it is committed, after one with it was in force.
 *
 * <p><b>Threads.</b> The loop's alone, but for {@link #isRemoved}.
 */
final class SelfWatch {
  private final long self;
  private boolean wasMember;
  private volatile boolean isRemoved;

  SelfWatch(long self, Membership first) {
    this.self = self;
    this.wasMember = first.contains(self);
  }

  /** For any thread. */
  boolean isRemoved() {
    return isRemoved;
  }

  /** This configuration is in force; returns whether it has just become certain that it is out. */
  boolean maybeRemove(Membership membership, long commit) {
    if (membership.contains(self)) {
      wasMember = true;
      isRemoved = false;
      return false;
    }
    if (!wasMember || isRemoved || membership.id().index() > commit) {
      return false;
    }
    isRemoved = true;
    return true;
  }
}
