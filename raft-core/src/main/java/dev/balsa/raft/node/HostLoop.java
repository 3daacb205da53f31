// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The one thread of all groups: takes in what waits, gives each group that it concerns one turn,
 * and never blocks.
 *
 * <p>A turn takes completions first, then messages, then requests, then at most one tick; so a tick
 * never makes an election time out while the leader's message lies waiting. Each group then yields
 * one Ready for all of it: what came in together leaves together. Messages go on the wire before
 * anything is handed to the log, so that peers work while this member's own disk does.
 */
final class HostLoop implements Agent {
  private final HostParts parts;
  private final PeerGate gate;
  private final PeerDirectory peers;
  private final HostShutdown shutdown;
  private final TreeMap<Long, GroupLoop<?>> groups = new TreeMap<>();
  private List<GroupLoop<?>> active = new ArrayList<>();
  private List<GroupLoop<?>> inTurn = new ArrayList<>();
  private boolean isStarted;
  private long ticks;
  private long nextTick;

  /** The only group, spares the search. */
  private GroupLoop<?> latest;

  HostLoop(HostParts parts, LogWorker log) {
    this.parts = parts;
    this.gate = new PeerGate(parts, this);
    this.peers = new PeerDirectory(parts, gate);
    this.shutdown = new HostShutdown(parts, this, log);
  }

  @Override
  public String name() {
    return "loop";
  }

  @Override
  public void onWork(Runnable wakeUp) {
    parts.completions.onWork(wakeUp);
    parts.messages.onWork(wakeUp);
    parts.requests.onWork(wakeUp);
  }

  @Override
  public long dueNanos() {
    return isStarted && !parts.terminated ? nextTick : Long.MAX_VALUE;
  }

  PeerGate gate() {
    return gate;
  }

  PeerDirectory peers() {
    return peers;
  }

  HostShutdown shutdown() {
    return shutdown;
  }

  Iterable<GroupLoop<?>> groups() {
    return groups.values();
  }

  // ---------------------------------------------------------------- called by tasks of the loop

  void add(GroupLoop<?> group) {
    groups.put(group.id(), group);
    group.begun();
  }

  /** The transport delivers: time begins to count. */
  void onStarted() {
    isStarted = true;
    nextTick = parts.clock.nanoTime() + parts.options.tick().toNanos();
  }

  void onMessage(PeerMessage message) {
    gate.onTaken(message);
    parts.metrics.messagesReceived.add(1);
    GroupLoop<?> group = latest;
    if (group == null || group.id() != message.group) {
      group = groups.get(message.group);
      latest = group;
    }
    if (group != null) {
      group.onMessage(message.message);
    }
  }

  void onUnreachable(long peer) {
    for (GroupLoop<?> group : groups.values()) {
      group.onUnreachable(peer);
    }
  }

  /** The group takes part in this turn. */
  void activate(GroupLoop<?> group) {
    active.add(group);
  }

  // ---------------------------------------------------------------- time

  boolean isStarted() {
    return isStarted;
  }

  /** Ticks since the start. */
  long ticks() {
    return ticks;
  }

  /** The tick by which a request that arrives now is over. */
  long requestDeadline() {
    return ticks + parts.options.ticks(parts.options.requestTimeout());
  }

  /** The tick by which a new leader has settled what the last one left open, if there is to be. */
  long settleDeadline() {
    return ticks + 4L * parts.options.electionTicks();
  }

  private int maybeTick() {
    if (!isStarted) {
      return 0;
    }
    long now = parts.clock.nanoTime();
    if (now - nextTick < 0) {
      return 0;
    }
    long tick = parts.options.tick().toNanos();
    long missed = (now - nextTick) / tick;
    // Missed ticks are dropped: a loop that was held up, and not its peers, is what was slow.
    parts.metrics.ticksMissed.add(missed);
    nextTick += (missed + 1) * tick;
    ticks++;
    for (GroupLoop<?> group : groups.values()) {
      group.onTick(ticks);
    }
    return 1;
  }

  // ---------------------------------------------------------------- the turn

  @Override
  public int doWork() {
    if (parts.terminated) {
      return 0;
    }
    try {
      // The end first: a core that broke is not to be asked again.
      int work = shutdown.advance() + turn();
      parts.metrics.turns.add(work > 0 ? 1 : 0);
      return work;
    } catch (Throwable e) {
      parts.fail("the loop broke", e);
      return 1;
    }
  }

  private int turn() {
    int work = parts.completions.runAll();
    work += parts.messages.runAll();
    work += parts.requests.runAll();
    if (!shutdown.isStopping()) {
      work += maybeTick();
    }
    if (active.isEmpty()) {
      return work;
    }
    List<GroupLoop<?>> now = active;
    active = inTurn;
    inTurn = now;
    int sent = 0;
    for (int i = 0; i < now.size(); i++) {
      sent += now.get(i).begin();
    }
    if (sent > 0) {
      parts.transport.flush();
      parts.metrics.messagesSent.add(sent);
    }
    for (int i = 0; i < now.size(); i++) {
      now.get(i).finish();
    }
    now.clear();
    return work + 1;
  }
}
