// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.SafetyViolation;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What a script acts upon: a cluster, the trace of what it does, and what the script has set aside.
 * Figure 3's properties are checked after each event, whatever a script expects.
 */
final class World {
  private static final int MAX_DELIVERIES = 5_000;

  private final ClusterSetup setup = new ClusterSetup();
  private final Map<String, List<Message>> kept = new TreeMap<>();
  private final TreeSet<String> muted = new TreeSet<>();
  private final List<Predicate<Message>> held = new ArrayList<>();
  private List<String> trace = new ArrayList<>();
  private CoreCluster cluster;
  private boolean isQuiet;

  /** Runs these commands; returns what there was to be seen. */
  List<String> run(List<Command> commands) {
    trace = new ArrayList<>();
    for (Command command : commands) {
      run(command);
    }
    return trace;
  }

  private void run(Command command) {
    if (command.verb().equals("quietly")) {
      isQuiet = true;
      run(command.rest());
      isQuiet = false;
      return;
    }
    Verbs.Verb verb = Verbs.find(command);
    try {
      verb.run(this, command);
    } catch (IllegalArgumentException e) {
      throw command.error(String.valueOf(e.getMessage()));
    } catch (SafetyViolation | IllegalStateException e) {
      throw new AssertionError(command.error(e.toString()).getMessage(), e);
    }
    command.finish();
    if (cluster != null) {
      // Those whose part is played by the script itself read their messages in the trace.
      cluster.drop(message -> setup.isPlayed(message.to()));
    }
  }

  // ---------------------------------------------------------------- the cluster

  ClusterSetup setup() {
    return setup;
  }

  CoreCluster cluster(Command command) {
    if (cluster == null) {
      setup.requireMembers(command);
      start();
    }
    return cluster;
  }

  boolean isStarted() {
    return cluster != null;
  }

  private void start() {
    List<TestNode> members = setup.start();
    for (TestNode member : members) {
      member.watch(ready -> onReady(member, ready));
    }
    cluster = CoreCluster.ofMembers(members.toArray(new TestNode[0]));
    cluster.overhear(message -> sayOf(message, Words.of(message)));
  }

  TestNode node(Command command) {
    return node(command, command.number("a member"));
  }

  TestNode node(Command command, long id) {
    TestNode node = cluster(command).node(id);
    if (node == null) {
      throw command.error("no member " + id);
    }
    return node;
  }

  /** The member that the command names, which has to run. */
  TestNode running(Command command) {
    TestNode node = node(command);
    if (!node.isUp()) {
      throw command.error(node.id() + " is down");
    }
    return node;
  }

  /** The members that the command names, all of them if it names none. */
  List<TestNode> nodes(Command command) {
    List<TestNode> nodes = new ArrayList<>();
    while (command.hasWord()) {
      nodes.add(node(command));
    }
    return nodes.isEmpty() ? List.copyOf(cluster(command).nodes()) : nodes;
  }

  // ---------------------------------------------------------------- the trace

  void say(String line) {
    if (!isQuiet) {
      trace.add(line);
    }
  }

  void sayAll(List<String> lines) {
    lines.forEach(this::say);
  }

  void sayOf(Message message, String line) {
    if (!muted.contains(Words.name(message))) {
      say(line);
    }
  }

  /** Messages of these names are left out of the trace; of none to hear all again. */
  void mute(List<String> names) {
    muted.clear();
    muted.addAll(names);
  }

  private void onReady(TestNode node, Ready ready) {
    if (node.holdsReadies()) {
      say(node.id() + " ready " + ready.number());
    }
    sayAll(ReadyWords.of(node.id(), ready));
    if (node.holdsWrites()) {
      for (Message message : ready.messagesAfterPersist()) {
        sayOf(message, "when written: " + Words.of(message));
      }
    }
  }

  // ---------------------------------------------------------------- the wire

  void hold(Predicate<Message> fits) {
    held.add(fits);
  }

  void releaseMessages() {
    held.clear();
  }

  private boolean isHeld(Message message) {
    return held.stream().anyMatch(fits -> fits.test(message));
  }

  Map<String, List<Message>> kept() {
    return kept;
  }

  /** One message arrives, which the trace tells if wanted, or is lost on the way. */
  void deliver(Message message, boolean isTold) {
    TestNode receiver = cluster.node(message.to());
    boolean arrives =
        receiver != null && receiver.isUp() && cluster.connects(message.from(), message.to());
    if (!arrives || isTold) {
      sayOf(message, (arrives ? "delivered: " : "lost: ") + Words.of(message));
    }
    cluster.deliver(message);
  }

  /** Delivers in order, and all that comes of it, until nothing moves but what is held. */
  void stabilize() {
    int deliveries = 0;
    boolean isBusy = true;
    while (isBusy) {
      isBusy = false;
      for (Message message : cluster.inFlight()) {
        if (setup.isPlayed(message.to()) || isHeld(message)) {
          continue;
        }
        if (++deliveries > MAX_DELIVERIES) {
          throw new AssertionError("messages without end: " + Words.of(message));
        }
        deliver(message, false);
        isBusy = true;
      }
    }
  }

  /** Each of these lets one tick pass, in order. */
  void tickEach(long... ids) {
    Arrays.stream(ids).forEach(id -> cluster.tick(id, 1));
  }
}
