// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.testkit.TestNode;
import java.util.Map;

/** What is done to a member by its host and its clients, and what is asked about it. */
final class MemberVerbs {
  private MemberVerbs() {}

  static void addTo(Map<String, Verbs.Verb> verbs) {
    verbs.put("cluster", MemberVerbs::cluster);
    verbs.put("node", (world, command) -> world.setup().node(unstarted(world, command)));
    verbs.put("tick", MemberVerbs::tick);
    verbs.put("run", MemberVerbs::run);
    verbs.put("campaign", MemberVerbs::campaign);
    verbs.put("elect", MemberVerbs::elect);
    verbs.put("propose", MemberVerbs::propose);
    verbs.put("forward", MemberVerbs::forward);
    verbs.put("read-index", MemberVerbs::readIndex);
    verbs.put("transfer", MemberVerbs::transfer);
    verbs.put("unreachable", MemberVerbs::unreachable);
    verbs.put("status", MemberVerbs::status);
    verbs.put("machine", MemberVerbs::machine);
  }

  private static Command unstarted(World world, Command command) {
    if (world.isStarted()) {
      throw command.error("the members run already");
    }
    return command;
  }

  private static void cluster(World world, Command command) {
    world.setup().cluster(unstarted(world, command));
  }

  /** {@code tick 1 5}: time passes for one member; {@code tick all 5}: for all, and no message. */
  private static void tick(World world, Command command) {
    if (command.takeIf("all")) {
      int ticks = command.countOr(1);
      for (int i = 0; i < ticks; i++) {
        world.cluster(command).nodes().forEach(node -> world.tickEach(node.id()));
      }
      return;
    }
    TestNode node = world.running(command);
    int ticks = command.countOr(1);
    for (int i = 0; i < ticks; i++) {
      world.tickEach(node.id());
    }
  }

  /** {@code run 5}: time passes for all, and what is sent within a tick arrives within it. */
  private static void run(World world, Command command) {
    int ticks = command.countOr(1);
    for (int i = 0; i < ticks; i++) {
      world.cluster(command).nodes().forEach(node -> world.tickEach(node.id()));
      world.stabilize();
    }
  }

  private static void campaign(World world, Command command) {
    TestNode node = world.running(command);
    node.raw().campaign();
    world.cluster(command).settleNode(node);
  }

  private static void elect(World world, Command command) {
    world.cluster(command).elect(world.running(command).id());
  }

  /** {@code propose 1 a b}: two commands at once; {@code size=100} pads each to as many bytes. */
  private static void propose(World world, Command command) {
    TestNode node = world.running(command);
    int size = (int) command.longOption("size", 0);
    String[] commands =
        command.allWords().stream()
            .map(name -> name + ".".repeat(Math.max(0, size - name.length())))
            .toArray(String[]::new);
    if (commands.length == 0) {
      throw command.error("nothing to propose");
    }
    MembershipVerbs.propose(world, command, node, () -> node.propose(commands));
  }

  private static void forward(World world, Command command) {
    TestNode node = world.running(command);
    long sequence = command.number("a sequence number");
    tell(world, node.forward(sequence, command.word("a command")));
    world.cluster(command).settleNode(node);
  }

  private static void readIndex(World world, Command command) {
    TestNode node = world.running(command);
    tell(world, node.readIndex(command.number("a sequence number")));
    world.cluster(command).settleNode(node);
  }

  private static void transfer(World world, Command command) {
    TestNode node = world.running(command);
    tell(world, node.transferTo(command.hasWord() ? command.number("a target") : 0));
    world.cluster(command).settleNode(node);
  }

  private static void tell(World world, Refusal refusal) {
    if (refusal != null) {
      world.say(Words.refusal(refusal));
    }
  }

  private static void unreachable(World world, Command command) {
    TestNode node = world.running(command);
    node.raw().unreachable(command.number("a peer"));
    world.cluster(command).settleNode(node);
  }

  private static void status(World world, Command command) {
    world.nodes(command).forEach(node -> world.sayAll(StatusWords.status(node)));
  }

  private static void machine(World world, Command command) {
    world.nodes(command).forEach(node -> world.say(StatusWords.machine(node)));
  }
}
