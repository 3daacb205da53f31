// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.testkit.CoreCluster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What happens to messages on their way, and what the trace tells of them. */
final class NetworkVerbs {
  private NetworkVerbs() {}

  static void addTo(Map<String, Verbs.Verb> verbs) {
    verbs.put("stabilize", NetworkVerbs::stabilize);
    verbs.put("deliver", NetworkVerbs::deliver);
    verbs.put("drop", NetworkVerbs::drop);
    verbs.put("duplicate", NetworkVerbs::duplicate);
    verbs.put("keep", NetworkVerbs::keep);
    verbs.put("replay", NetworkVerbs::replay);
    verbs.put("inflight", NetworkVerbs::inflight);
    verbs.put("cut", NetworkVerbs::cut);
    verbs.put("isolate", NetworkVerbs::isolate);
    verbs.put("partition", NetworkVerbs::partition);
    verbs.put("heal", (world, command) -> world.cluster(command).heal());
    verbs.put("mute", NetworkVerbs::mute);
  }

  private static void stabilize(World world, Command command) {
    world.cluster(command).nodes().forEach(world.cluster(command)::settleNode);
    world.stabilize();
  }

  private static List<Message> chosen(World world, Command command) {
    return new Filter(command).choose(command, world.cluster(command).inFlight());
  }

  /** What is on its way and fits, in order, but not what comes of it. */
  private static void deliver(World world, Command command) {
    for (Message message : chosen(world, command)) {
      world.deliver(message, true);
    }
  }

  private static void drop(World world, Command command) {
    for (Message message : chosen(world, command)) {
      world.sayOf(message, "dropped: " + Words.of(message));
      world.cluster(command).take(world.cluster(command).inFlight().indexOf(message));
    }
  }

  /** A copy comes behind all that is on its way. */
  private static void duplicate(World world, Command command) {
    for (Message message : chosen(world, command)) {
      world.sayOf(message, "duplicated: " + Words.of(message));
      world.cluster(command).sendAgain(message);
    }
  }

  /** {@code keep NAME filter}: takes messages off the wire, until {@code replay NAME}. */
  private static void keep(World world, Command command) {
    String name = command.word("a name");
    List<Message> taken = chosen(world, command);
    for (Message message : taken) {
      world.sayOf(message, "kept: " + Words.of(message));
      world.cluster(command).take(world.cluster(command).inFlight().indexOf(message));
    }
    world.kept().computeIfAbsent(name, key -> new ArrayList<>()).addAll(taken);
  }

  /** They arrive now; and may arrive again, as copies do. */
  private static void replay(World world, Command command) {
    String name = command.word("a name");
    List<Message> messages = world.kept().get(name);
    if (messages == null) {
      throw command.error("nothing is kept as " + name);
    }
    for (Message message : messages) {
      world.deliver(message, true);
    }
  }

  private static void inflight(World world, Command command) {
    world.cluster(command).inFlight().forEach(message -> world.say(Words.of(message)));
  }

  /** {@code cut 1 2} both ways, {@code cut 1->2} one way. */
  private static void cut(World world, Command command) {
    CoreCluster cluster = world.cluster(command);
    String word = command.word("a link");
    if (word.contains("->")) {
      String[] ends = Filter.route(command, word);
      cluster.cutOneWay(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
    } else {
      cluster.cut(command.idsOf(word)[0], command.number("the other member"));
    }
  }

  private static void isolate(World world, Command command) {
    world.cluster(command).isolate(command.idsOf(command.word("a member")));
  }

  /** {@code partition 1,2 3}. */
  private static void partition(World world, Command command) {
    List<Long> one = ids(command);
    world.cluster(command).partition(one, ids(command));
  }

  private static List<Long> ids(Command command) {
    return Arrays.stream(command.idsOf(command.word("a side"))).boxed().toList();
  }

  private static void mute(World world, Command command) {
    List<String> names = command.allWords();
    for (String name : names) {
      if (!Filter.NAMES.contains(name)) {
        throw command.error("no such message: " + name);
      }
    }
    world.mute(names);
  }
}
