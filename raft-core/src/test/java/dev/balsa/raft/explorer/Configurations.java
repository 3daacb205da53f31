// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.testkit.LogImage;
import dev.balsa.raft.testkit.SafetyViolation;
import java.util.function.LongPredicate;

/** Quorums, counted in the plainest way, apart from the core's own counting. */
final class Configurations {
  /** Members are numbered from 1 to this at most. */
  private static final int MOST_MEMBERS = 4;

  private Configurations() {}

  /** Whether these are a majority of each half. */
  static boolean isQuorum(Membership membership, LongPredicate isIn) {
    return isMajority(membership.voters(), isIn)
        && (!membership.isJoint() || isMajority(membership.outgoingVoters(), isIn));
  }

  private static boolean isMajority(IdSet voters, LongPredicate isIn) {
    int count = 0;
    for (int i = 0; i < voters.size(); i++) {
      count += isIn.test(voters.at(i)) ? 1 : 0;
    }
    return 2 * count > voters.size();
  }

  /** Each quorum of a configuration in this log shares a member with each of the next one. */
  static void requireOverlap(LogImage log) {
    Membership before = log.snapshot().membership();
    for (Entry entry : log.entries()) {
      boolean follows = entry.index() > log.snapshot().index();
      if (follows && entry.type() == EntryType.CONFIGURATION) {
        Membership next = MembershipCodec.decode(entry.id(), entry.data());
        if (!overlaps(before, next)) {
          throw new SafetyViolation("Quorum Overlap: " + before + " then " + next);
        }
        before = next;
      }
    }
  }

  private static boolean overlaps(Membership one, Membership other) {
    for (int chosen = 0; chosen < 1 << MOST_MEMBERS; chosen++) {
      int set = chosen;
      if (isQuorum(one, id -> (set >> (id - 1) & 1) != 0)
          && isQuorum(other, id -> (set >> (id - 1) & 1) == 0)) {
        return false;
      }
    }
    return true;
  }
}
