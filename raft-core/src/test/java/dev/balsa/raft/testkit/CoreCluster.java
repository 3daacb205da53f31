// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static dev.balsa.raft.testkit.SafetyViolation.require;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.RoleType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Several real members and the network between them, wholly in the test's hands: nothing moves
 * unless the test delivers a message or lets time pass. Figure 3's properties are checked after
 * each event.
 */
public final class CoreCluster {
  private static final int MAX_DELIVERIES = 20_000;

  private record Link(long from, long to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      int byFrom = Long.compare(from, other.from);
      return byFrom != 0 ? byFrom : Long.compare(to, other.to);
    }
  }

  private final UnaryOperator<RaftConfig.Builder> settings;
  private final Map<Long, TestNode> nodes = new TreeMap<>();
  private final List<Message> inFlight = new ArrayList<>();
  private final TreeSet<Link> cut = new TreeSet<>();
  private final SafetyChecks checks = new SafetyChecks();
  private Predicate<Message> isHeld = message -> false;
  private Consumer<Message> spoken = message -> {};

  private CoreCluster(int size, UnaryOperator<RaftConfig.Builder> settings) {
    this.settings = settings;
    for (long id : TestNode.ids(size)) {
      TestNode.Builder builder =
          TestNode.member(id, size)
              .membership(TestNode.voters(TestNode.ids(size)))
              .config(settings);
      add(builder.start());
    }
  }

  private CoreCluster(List<TestNode> members) {
    this.settings = config -> config;
    members.forEach(member -> nodes.put(member.id(), member));
    members.forEach(this::add);
  }

  /** The members 1 to {@code size} of a new cluster. */
  public static CoreCluster of(int size) {
    return new CoreCluster(size, config -> config);
  }

  /** The same with other settings. */
  public static CoreCluster of(int size, UnaryOperator<RaftConfig.Builder> settings) {
    return new CoreCluster(size, settings);
  }

  /** A cluster of members that have a past. */
  public static CoreCluster ofMembers(TestNode... members) {
    return new CoreCluster(List.of(members));
  }

  /** Somebody who is no member of anything yet starts, and waits to be admitted. */
  public CoreCluster join(long id) {
    add(TestNode.outsider(id).config(settings).start());
    return this;
  }

  private void add(TestNode node) {
    nodes.put(node.id(), node);
    node.sendTo(this::send, entry -> checks.onApply(node, entry));
    checks.onSettled(node, nodes.values());
  }

  private void send(Message message) {
    checks.onSent(message);
    spoken.accept(message);
    inFlight.add(message);
  }

  // ---------------------------------------------------------------- what the test sees

  public TestNode node(long id) {
    return nodes.get(id);
  }

  public Collection<TestNode> nodes() {
    return nodes.values();
  }

  public SafetyChecks checks() {
    return checks;
  }

  /** The leader of the highest term among those that are up, or null. */
  public TestNode leader() {
    TestNode found = null;
    for (TestNode node : nodes.values()) {
      if (node.leads() && (found == null || node.term() > found.term())) {
        found = node;
      }
    }
    return found;
  }

  /** Messages on their way, oldest first. */
  public List<Message> inFlight() {
    return List.copyOf(inFlight);
  }

  public int inFlightCount() {
    return inFlight.size();
  }

  /** Takes the message at this position off the wire. */
  public Message take(int position) {
    return inFlight.remove(position);
  }

  public boolean connects(long from, long to) {
    return !cut.contains(new Link(from, to));
  }

  public <T extends Message> List<T> inFlight(Class<T> type) {
    return inFlight.stream().filter(type::isInstance).map(type::cast).toList();
  }

  // ---------------------------------------------------------------- the network

  /** Delivers this message now, whether it is on its way or a copy; lost if it cannot get there. */
  public CoreCluster deliver(Message message) {
    inFlight.remove(message);
    TestNode receiver = nodes.get(message.to());
    if (receiver != null && receiver.isUp() && connects(message.from(), message.to())) {
      receiver.raw().step(message);
      settleNode(receiver);
    }
    return this;
  }

  /** Delivers what is on its way and fits, in order, but not what comes of it. */
  public CoreCluster deliverIf(Predicate<Message> fits) {
    for (Message message : inFlight()) {
      if (fits.test(message)) {
        deliver(message);
      }
    }
    return this;
  }

  public CoreCluster drop(Predicate<Message> fits) {
    inFlight.removeIf(fits);
    return this;
  }

  /** What fits stays on its way until released. */
  public CoreCluster hold(Predicate<Message> fits) {
    isHeld = fits;
    return this;
  }

  /** Everything that is said from now on is heard by {@code listener} as well. */
  public CoreCluster overhear(Consumer<Message> listener) {
    spoken = listener;
    return this;
  }

  /** Puts a message on the wire once more, behind all others. */
  public CoreCluster sendAgain(Message message) {
    inFlight.add(message);
    return this;
  }

  /** Takes what fits off the wire, for the test to keep. */
  public List<Message> take(Predicate<Message> fits) {
    List<Message> taken = inFlight.stream().filter(fits).toList();
    inFlight.removeIf(fits);
    return taken;
  }

  /** Messages from one to the other are lost from now on. */
  public CoreCluster cutOneWay(long from, long to) {
    cut.add(new Link(from, to));
    return this;
  }

  public CoreCluster cut(long one, long other) {
    return cutOneWay(one, other).cutOneWay(other, one);
  }

  public CoreCluster isolate(long... ids) {
    for (long id : ids) {
      nodes.keySet().stream().filter(other -> other != id).forEach(other -> cut(id, other));
    }
    return this;
  }

  /** Only members of the same side hear each other. */
  public CoreCluster partition(List<Long> one, List<Long> other) {
    one.forEach(a -> other.forEach(b -> cut(a, b)));
    return this;
  }

  public CoreCluster heal() {
    cut.clear();
    return this;
  }

  /** Delivers everything in order, and all that comes of it, until nothing moves. */
  public CoreCluster settle() {
    nodes.values().forEach(this::settleNode);
    int deliveries = 0;
    boolean isBusy = true;
    while (isBusy) {
      isBusy = false;
      Iterator<Message> waiting = inFlight().iterator();
      while (waiting.hasNext()) {
        Message message = waiting.next();
        if (!isHeld.test(message)) {
          require(++deliveries < MAX_DELIVERIES, () -> "messages without end: " + message);
          deliver(message);
          isBusy = true;
        }
      }
      isBusy |= fetchSnapshots();
    }
    return this;
  }

  /** Lets every wanted snapshot arrive, or fail if its sender is gone. */
  public boolean fetchSnapshots() {
    boolean any = false;
    for (TestNode node : nodes.values()) {
      any |= node.isUp() && node.snapshotFetch() != null && fetchSnapshot(node);
    }
    return any;
  }

  /** One member's wanted snapshot arrives, or fails. */
  public boolean fetchSnapshot(TestNode node) {
    long from = node.snapshotFetch().from().id();
    TestNode sender = nodes.get(from);
    boolean isConnected = sender != null && sender.isUp() && connects(from, node.id());
    node.completeSnapshotFetch(
        isConnected ? sender.file(node.snapshotFetch().snapshot().id()) : null);
    settleNode(node);
    return true;
  }

  // ---------------------------------------------------------------- time, crashes

  /** Lets one member do all it has to do, and checks it against history. */
  public void settleNode(TestNode node) {
    if (node.isUp()) {
      node.settle();
      if (!node.holdsReadies()) {
        checks.onSettled(node, nodes.values());
      }
    }
  }

  /** Time passes for one member alone. */
  public CoreCluster tick(long id, int ticks) {
    TestNode node = nodes.get(id);
    for (int i = 0; i < ticks && node.isUp(); i++) {
      node.raw().tick(0);
      settleNode(node);
    }
    return this;
  }

  /** Time passes for all; whatever is sent in a tick arrives within it. */
  public CoreCluster tickAll(int ticks) {
    for (int i = 0; i < ticks; i++) {
      nodes.keySet().forEach(id -> tick(id, 1));
      settle();
      nodes.values().forEach(TestNode::takeWantedSnapshot);
    }
    return this;
  }

  public CoreCluster crash(long id) {
    return crash(id, 0);
  }

  /** Dies; the first {@code survivors} of its writes under way had reached the disk. */
  public CoreCluster crash(long id, int survivors) {
    nodes.get(id).crash(survivors);
    return this;
  }

  public CoreCluster restart(long id) {
    TestNode node = nodes.get(id);
    checks.onRestart(node);
    node.restart();
    settleNode(node);
    return this;
  }

  // ---------------------------------------------------------------- stories

  /** Makes this member leader: the others give up on the leader that they have. */
  public CoreCluster elect(long id) {
    for (TestNode node : nodes.values()) {
      if (node.id() != id && node.isUp() && !node.leads()) {
        tick(node.id(), 10);
      }
    }
    inFlight.clear();
    node(id).raw().campaign();
    settle();
    require(node(id).leads(), () -> "not elected: " + node(id).status());
    return this;
  }

  /** Proposes at this member, which must take it. */
  public EntryId propose(long id, String command) {
    ProposeResult result = node(id).propose(command);
    settleNode(node(id));
    require(result.isAccepted(), () -> "refused: " + result);
    return result.first();
  }

  /** Changes the configuration at this member, which must take it. */
  public EntryId change(long id, MembershipChange change) {
    ProposeResult result = node(id).change(change);
    settleNode(node(id));
    require(result.isAccepted(), () -> "refused: " + result);
    return result.first();
  }

  /**
   * Runs until somebody leads, all members agree, and their configuration is not joint; fails after
   * {@code ticks}.
   */
  public CoreCluster tickUntilStable(int ticks) {
    for (int i = 0; i < ticks; i++) {
      tickAll(1);
      TestNode leader = leader();
      if (leader != null
          && leader.commit() == leader.status().last().index()
          && !leader.status().membership().isJoint()
          && nodes.values().stream()
              .filter(node -> leader.status().membership().contains(node.id()))
              .allMatch(
                  node ->
                      node.isUp()
                          && node.status().leader() == leader.id()
                          && node.machineIndex() == leader.commit())) {
        return this;
      }
    }
    throw new AssertionError(
        "not stable after "
            + ticks
            + " ticks: "
            + nodes.values().stream().filter(TestNode::isUp).map(TestNode::status).toList());
  }

  /** Time passes for these alone, with all their messages delivered, until one of them leads. */
  public CoreCluster tickUntilSomebodyLeadsAmong(long... ids) {
    for (int tick = 0; tick < 200; tick++) {
      for (long id : ids) {
        if (node(id).leads()) {
          return this;
        }
        tick(id, 1);
      }
      settle();
    }
    throw new AssertionError("nobody leads");
  }

  /** How many of those that are up have this role. */
  public long count(RoleType role) {
    return nodes.values().stream().filter(node -> node.isUp() && node.role() == role).count();
  }
}
