// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.testkit.TestNode;
import java.util.Map;
import java.util.function.Supplier;

/** Changes of the configuration, and what is asked about it. */
final class MembershipVerbs {
  private MembershipVerbs() {}

  static void addTo(Map<String, Verbs.Verb> verbs) {
    verbs.put("change", MembershipVerbs::change);
    verbs.put("leave-joint", MembershipVerbs::leaveJoint);
    verbs.put("membership", MembershipVerbs::membership);
    verbs.put("wipe", MembershipVerbs::wipe);
  }

  /** {@code change 1 add-voter=4,5 remove=2 expecting=1/3}: all of it together, at member 1. */
  private static void change(World world, Command command) {
    TestNode node = world.running(command);
    MembershipChange change = MembershipChange.none();
    for (long id : command.ids("add-voter")) {
      change = change.addVoter(member(world, command, id));
    }
    for (long id : command.ids("add-learner")) {
      change = change.addLearner(member(world, command, id));
    }
    for (long id : command.ids("promote")) {
      change = change.promote(id);
    }
    for (long id : command.ids("demote")) {
      change = change.demote(id);
    }
    for (long id : command.ids("remove")) {
      change = change.remove(id);
    }
    change = change.expecting(command.entryId("expecting", null));
    if (command.flag("explicit-leave", false)) {
      change = change.leavingExplicitly();
    }
    MembershipChange whole = change;
    propose(world, command, node, () -> node.change(whole));
  }

  /** With the data directory that it has now. */
  private static Member member(World world, Command command, long id) {
    TestNode node = world.cluster(command).node(id);
    MemberId memberId = node == null ? TestNode.memberId(id) : node.memberId();
    return new Member(memberId, false, 0, false, "");
  }

  private static void leaveJoint(World world, Command command) {
    TestNode node = world.running(command);
    EntryId expected = command.entryId("expecting", null);
    propose(world, command, node, () -> node.leaveJoint(expected));
  }

  /** The answer is known before anything of it leaves, so it is told first. */
  static void propose(
      World world, Command command, TestNode node, Supplier<ProposeResult> proposal) {
    boolean held = node.holdsReadies();
    node.holdReadies(true);
    world.say(Words.result(proposal.get()));
    node.holdReadies(held);
    world.cluster(command).settleNode(node);
  }

  private static void membership(World world, Command command) {
    for (TestNode node : world.nodes(command)) {
      if (!node.isUp()) {
        world.say(node.id() + " is down");
        continue;
      }
      String members = Words.members(node.status().membership());
      world.say(node.id() + " " + members + ", by " + node.status().membership().id());
    }
  }

  /** The disk of a member that is down is replaced by an empty one. */
  private static void wipe(World world, Command command) {
    TestNode node = world.node(command);
    if (node.isUp()) {
      throw command.error(node.id() + " runs");
    }
    node.wipe();
  }
}
