// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.fuzz;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;

/** What an operator without a plan does to the members of a cluster, but nothing forbidden. */
final class FuzzChanges {
  private final Dice dice;
  private final CoreCluster cluster;
  private final int ids;

  /** Changes among the members 1 to {@code ids}. */
  FuzzChanges(Dice dice, CoreCluster cluster, int ids) {
    this.dice = dice;
    this.cluster = cluster;
    this.ids = ids;
  }

  /** Asks this member for something, which it will mostly refuse. */
  void ask(TestNode node) {
    Membership current = node.status().membership();
    if (dice.chance(20)) {
      node.raw().leaveJoint(dice.chance(50) ? current.id() : null);
      return;
    }
    MembershipChange change = MembershipChange.none();
    for (int i = 1 + dice.below(3); i > 0; i--) {
      change = change.and(step(current));
    }
    if (dice.chance(30)) {
      change = change.expecting(current.id());
    }
    node.raw().proposeMembership(dice.chance(30) ? change.leavingExplicitly() : change);
  }

  private MembershipChange.Step step(Membership current) {
    long id = 1 + dice.below(ids);
    if (!current.contains(id)) {
      Member member = new Member(incarnationFor(id), false, 0, dice.chance(30), "");
      return dice.chance(50)
          ? new MembershipChange.AddVoter(member)
          : new MembershipChange.AddLearner(member);
    }
    return switch (dice.below(5)) {
      case 0 -> new MembershipChange.Demote(id);
      case 1, 2 -> new MembershipChange.Promote(id);
      case 3 -> new MembershipChange.UpdateContext(id, "at " + dice.below(100));
      default -> new MembershipChange.Remove(id);
    };
  }

  /** Whoever adds a directory that was a member before has to say that it is this one. */
  private MemberId incarnationFor(long id) {
    TestNode node = cluster.node(id);
    boolean isFresh = node.view().lastIndex() == 0 && node.disk().hardState().term() == 0;
    return isFresh && dice.chance(70) ? new MemberId(id, 0) : node.memberId();
  }

  /**
   * Whether the disk of this member may be replaced, it being certain that it is no member any
   * more: its removal is committed, and nothing says that it comes back as the one it was.
   */
  boolean mayWipe(TestNode node, List<Message> museum) {
    Membership committed = cluster.checks().committedMembership();
    if (committed == null
        || committed.contains(node.id())
        || !cluster.checks().hasBound(node.memberId())) {
      // Until it is written down which directory the id stands for, nobody can tell two apart.
      return false;
    }
    for (TestNode other : cluster.nodes()) {
      if (other != node && !isOutdated(newest(other), committed, node.id())) {
        return false;
      }
    }
    return cluster.inFlight().stream().allMatch(m -> isHarmless(m, committed, node.id()))
        && museum.stream().allMatch(m -> isHarmless(m, committed, node.id()));
  }

  private static Membership newest(TestNode node) {
    if (node.isUp()) {
      return node.status().membership();
    }
    Membership newest = node.disk().snapshot().membership();
    for (Entry entry : node.disk().entries()) {
      if (entry.type() == EntryType.CONFIGURATION) {
        newest = MembershipCodec.decode(entry.id(), entry.data());
      }
    }
    return newest;
  }

  private static boolean isOutdated(Membership seen, Membership committed, long id) {
    Member member = seen.member(id);
    return member == null
        || (seen.id().index() < committed.id().index() && member.memberId().incarnation() != 0);
  }

  private static boolean isHarmless(Message message, Membership committed, long id) {
    return !(message instanceof AppendEntries append)
        || append.entries().stream()
            .filter(entry -> entry.type() == EntryType.CONFIGURATION)
            .allMatch(
                entry ->
                    isOutdated(MembershipCodec.decode(entry.id(), entry.data()), committed, id));
  }
}
