// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.RequestException;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import java.util.List;

/**
 * Which changes of the members are allowed, and in which words others are refused: etcd's rules as
 * it has them by default, in the order in which it looks at them. The strict ones keep an operator
 * from a change after which the cluster could not take another one.
 *
 * <p>Functions of their arguments alone.
 */
final class MemberRules {
  /** How many learners there may be; each costs the leader what a voter does. */
  private static final int MAX_LEARNERS = 1;

  /** How much of the leader's log a learner must have to be promoted. */
  private static final double READY = 0.9;

  private MemberRules() {}

  /** A change, given what the leader knows now. */
  interface Wish {
    /**
     * The steps to be taken; none if nothing is left to do.
     *
     * @throws RequestException if it is not allowed
     */
    MembershipChange steps(ClusterView view) throws RequestException;
  }

  static Wish add(long id, List<String> peerUrls, boolean isLearner) {
    return view -> {
      if (!isLearner) {
        requireStarted(view, view.voters().count() + 1, startedVoters(view, 0));
      }
      requireAllActive(view);
      requireUnusedUrls(view, peerUrls, 0);
      Member member = PeerUrls.member(id, peerUrls);
      if (!isLearner) {
        return MembershipChange.none().addVoter(member);
      }
      if (view.membership().learners().size() >= MAX_LEARNERS) {
        throw new RequestException(KvError.TOO_MANY_LEARNERS);
      }
      return MembershipChange.none().addLearner(member);
    };
  }

  static Wish remove(long id) {
    return view -> {
      requireMember(view, id);
      if (!view.membership().learners().contains(id)) {
        requireQuorumWithout(view, id);
      }
      return MembershipChange.none().remove(id);
    };
  }

  static Wish update(long id, List<String> peerUrls) {
    return view -> {
      requireMember(view, id);
      requireUnusedUrls(view, peerUrls, id);
      Member changed = PeerUrls.member(id, peerUrls);
      boolean isSame = changed.context().equals(view.membership().member(id).context());
      return isSame
          ? MembershipChange.none()
          : MembershipChange.none().updateContext(id, changed.context());
    };
  }

  static Wish promote(long id) {
    return view -> {
      requireMember(view, id);
      if (!view.membership().learners().contains(id)) {
        throw new RequestException(KvError.NOT_A_LEARNER);
      }
      if (view.match(id) < view.leader().last().index() * READY) {
        throw new RequestException(KvError.LEARNER_NOT_IN_SYNC);
      }
      // It has run, or it would not be ready.
      requireStarted(view, view.voters().count() + 1, startedVoters(view, 0) + 1);
      return MembershipChange.none().promote(id);
    };
  }

  // ---------------------------------------------------------------- the rules

  private static void requireMember(ClusterView view, long id) throws RequestException {
    if (!view.membership().contains(id)) {
      throw new RequestException(KvError.MEMBER_NOT_FOUND);
    }
  }

  private static void requireUnusedUrls(ClusterView view, List<String> peerUrls, long butOf)
      throws RequestException {
    for (Member member : view.membership().members()) {
      if (member.id() != butOf && PeerUrls.of(member).stream().anyMatch(peerUrls::contains)) {
        throw new RequestException(KvError.PEER_URLS_EXIST);
      }
    }
  }

  private static long startedVoters(ClusterView view, long without) {
    return view.voters().filter(id -> id != without && view.isStarted(id)).count();
  }

  /**
   * Members that have never run do not count: with too many of them a single slip in the flags of a
   * new one would leave nobody who could commit its removal.
   */
  private static void requireStarted(ClusterView view, long voters, long started)
      throws RequestException {
    boolean isSecondOfTwo = voters == 2 && started == 1;
    if (!isSecondOfTwo && started < voters / 2 + 1) {
      throw new RequestException(KvError.NOT_ENOUGH_STARTED);
    }
  }

  /** One more voter makes quorums larger, so it is not added while one is missing. */
  private static void requireAllActive(ClusterView view) throws RequestException {
    if (!view.voters().allMatch(view::isActive)) {
      throw new RequestException(KvError.UNHEALTHY);
    }
  }

  private static void requireQuorumWithout(ClusterView view, long id) throws RequestException {
    Membership membership = view.membership();
    int left = membership.voters().size() - 1;
    if (startedVoters(view, id) < left / 2 + 1) {
      throw new RequestException(KvError.NOT_ENOUGH_STARTED);
    }
    if (!view.isActive(id)) {
      // Whoever is down is missing from no quorum.
      return;
    }
    if (view.voters().filter(view::isActive).count() - 1 < left / 2 + 1) {
      throw new RequestException(KvError.UNHEALTHY);
    }
  }
}
