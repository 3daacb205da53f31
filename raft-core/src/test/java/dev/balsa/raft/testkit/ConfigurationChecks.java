// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static dev.balsa.raft.testkit.SafetyViolation.require;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * What holds of configurations over the whole life of a cluster: neighbours have no two quorums
 * without a common member, everybody agrees on the committed ones, and what is committed is held by
 * a quorum of the very directories that the configuration names.
 */
final class ConfigurationChecks {
  private final Map<EntryId, Membership> committed = new TreeMap<>();
  private final Map<Long, Seen> seen = new TreeMap<>();

  /** What a member worked by when it was checked, and whether it knew that committed. */
  private record Seen(Membership inForce, boolean committed) {}

  /** The committed configuration of the highest index, null if there is none yet. */
  Membership latestCommitted() {
    Membership latest = null;
    for (Membership membership : committed.values()) {
      if (latest == null || membership.id().index() > latest.id().index()) {
        latest = membership;
      }
    }
    return latest;
  }

  /** Whether a committed configuration has said that this directory is the one of this id. */
  boolean hasBound(MemberId member) {
    return committed.values().stream()
        .anyMatch(c -> c.contains(member.id()) && c.member(member.id()).memberId().equals(member));
  }

  /** A member has come to rest. */
  void onSettled(TestNode node, long highestCommit) {
    Membership inForce = node.status().membership();
    Seen now = new Seen(inForce, inForce.id().index() <= node.commit());
    Seen before = seen.put(node.id(), now);
    if (before != null && before.inForce() == inForce && before.committed() == now.committed()) {
      return;
    }
    List<Membership> chain = chainOf(node);
    for (int i = 1; i < chain.size(); i++) {
      requireOverlap(chain.get(i - 1), chain.get(i));
      boolean isTwoStepsAhead = i >= 2 && chain.get(i - 1).id().index() > highestCommit;
      require(!isTwoStepsAhead, () -> node.id() + " has two that are not committed: " + chain);
    }
    for (Membership membership : chain) {
      // The first one is in no log: members start with it, and outsiders with none.
      if (membership.id().index() > 0 && membership.id().index() <= node.commit()) {
        Membership former = committed.putIfAbsent(membership.id(), membership);
        require(
            former == null || former.equals(membership),
            () -> node.id() + " has " + membership + " where " + former + " was");
      }
    }
    require(
        inForce.equals(chain.get(chain.size() - 1)),
        () -> node.id() + " works by " + inForce + ", its log says " + chain);
  }

  /** Every configuration that this member's log tells of, oldest first. */
  private static List<Membership> chainOf(TestNode node) {
    List<Membership> chain = new ArrayList<>();
    chain.add(node.view().snapshot().membership());
    for (Entry entry : node.view().entries()) {
      if (entry.type() == EntryType.CONFIGURATION
          && entry.index() > node.view().snapshot().index()) {
        chain.add(MembershipCodec.decode(entry.id(), entry.data()));
      }
    }
    return chain;
  }

  /** An index is committed for the first time: who holds it must be enough. */
  void requireQuorumHolds(TestNode node, EntryId id, Collection<TestNode> all) {
    List<Membership> chain = chainOf(node);
    boolean isHeld = false;
    for (int i = 0; i < chain.size(); i++) {
      boolean isPast = i + 1 < chain.size() && chain.get(i + 1).id().index() <= id.index();
      Membership membership = chain.get(i);
      // By the configuration that was in force at the leader: of this index, or a later one.
      isHeld |= !isPast && isQuorum(membership, voter -> holds(membership.member(voter), id, all));
    }
    require(isHeld, () -> node.id() + " commits " + id + ", which no quorum holds of " + chain);
  }

  /** A member that the test plays by hand holds what it says it holds. */
  private static boolean holds(Member member, EntryId id, Collection<TestNode> all) {
    for (TestNode node : all) {
      if (node.id() == member.id()) {
        return node.memberId().matches(member.memberId()) && node.disk().covers(id);
      }
    }
    return true;
  }

  /** By counting each half on its own, apart from the code under test. */
  static boolean isQuorum(Membership membership, LongPredicate chosen) {
    return isMajority(membership.voters(), chosen)
        && (membership.outgoingVoters().isEmpty()
            || isMajority(membership.outgoingVoters(), chosen));
  }

  private static boolean isMajority(IdSet half, LongPredicate chosen) {
    int count = 0;
    for (int i = 0; i < half.size(); i++) {
      count += chosen.test(half.at(i)) ? 1 : 0;
    }
    return 2 * count > half.size();
  }

  private void requireOverlap(Membership one, Membership other) {
    long[] ids = one.voters().plus(one.outgoingVoters()).toArray();
    for (int subset = 0; subset < 1 << ids.length; subset++) {
      IdSet chosen = chosen(ids, subset);
      require(
          !isQuorum(one, chosen::contains) || !isQuorum(other, id -> !chosen.contains(id)),
          () -> "quorums without a common member: " + chosen + " of " + one + " and " + other);
    }
  }

  private static IdSet chosen(long[] ids, int subset) {
    long[] chosen = new long[Integer.bitCount(subset)];
    int size = 0;
    for (int i = 0; i < ids.length; i++) {
      if ((subset & 1 << i) != 0) {
        chosen[size++] = ids[i];
      }
    }
    return IdSet.of(chosen);
  }
}
