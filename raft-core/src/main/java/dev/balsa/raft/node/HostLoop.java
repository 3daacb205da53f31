// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * The one thread of its groups: takes in what waits, gives each group that it concerns one turn,
 * and never blocks. A host has one or several; a group stays on one.
 *
 * <p>A turn takes completions first, then each group its messages, its requests, and at most one
 * tick; so a tick never makes an election time out while the leader's message lies waiting. Each
 * group then yields one Ready for all of it: what came in together leaves together. Messages go on
 * the wire before anything is handed to the log, so that peers work while this member's own disk
 * does, and those of all groups with one flush: a heartbeat interval of thousands of groups costs a
 * peer a few packets.
 *
 * <p>A group to which nothing happens costs nothing: it waits in the wheel for the tick at which it
 * is due.
 */
final class HostLoop implements Agent {
  private final HostParts parts;
  private final String name;

  /** What its groups' workers have done. Never refused, never dropped. */
  private final Mailbox completions;

  /** What peers sent. */
  private final Mailbox messages = new Mailbox();

  /** What clients ask. */
  private final Mailbox requests = new Mailbox();

  private final LoopEnding ending;
  private final TickWheel<GroupLoop<?>> wheel = new TickWheel<>();
  private final List<GroupLoop<?>> groups = new ArrayList<>();
  private List<GroupLoop<?>> active = new ArrayList<>();
  private List<GroupLoop<?>> inTurn = new ArrayList<>();
  private boolean isStarted;
  private boolean isFull;
  private long ticks;
  private long ticksBefore;
  private long nextTick;

  /** The first loop takes as its completions what concerns the whole host, too. */
  HostLoop(HostParts parts, String name, Mailbox completions) {
    this.parts = parts;
    this.name = name;
    this.completions = completions;
    this.ending = new LoopEnding(parts, this);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void onWork(Runnable wakeUp) {
    completions.onWork(wakeUp);
    messages.onWork(wakeUp);
    requests.onWork(wakeUp);
  }

  @Override
  public long dueNanos() {
    return isStarted && !parts.terminated ? nextTick : Long.MAX_VALUE;
  }

  // ---------------------------------------------------------------- for any thread

  /** Hands over what has been done, or is to be done by this loop. */
  void post(Task task) {
    completions.add(task);
  }

  /** A peer has sent this. */
  void deliver(PeerMessage message) {
    messages.add(message);
  }

  /** A client asks for this. */
  void ask(Request<?, ?> request) {
    requests.add(request);
  }

  /** Ends requests that came too late. To be called once all agents are at rest. */
  void refuseRequests() {
    Task task = requests.takeAll();
    while (task != null) {
      ((Request<?, ?>) task).refuse(new Refusal(Refusal.Reason.STOPPED, 0));
      task = task.next;
    }
  }

  // ---------------------------------------------------------------- called by tasks of the loop

  List<GroupLoop<?>> groups() {
    return groups;
  }

  LoopEnding ending() {
    return ending;
  }

  void add(GroupLoop<?> group) {
    groups.add(group);
    group.begun();
  }

  /** The transport delivers: time begins to count. */
  void onStarted() {
    isStarted = true;
    nextTick = parts.clock.nanoTime() + parts.options.tick().toNanos();
  }

  void onUnreachable(long peer) {
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).onUnreachable(peer);
    }
  }

  /** The disk has no room for commands, or has some again. */
  void onStorageFull(boolean full) {
    isFull = full;
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).onStorageFull(full);
    }
  }

  /** The group takes part in this turn. */
  void activate(GroupLoop<?> group) {
    active.add(group);
  }

  /** The group is to be asked at this tick at the latest whether it is due. */
  void wakeAt(GroupLoop<?> group, long tick) {
    wheel.schedule(group, tick);
  }

  void wakeNever(GroupLoop<?> group) {
    wheel.cancel(group);
  }

  // ---------------------------------------------------------------- time

  boolean isStarted() {
    return isStarted;
  }

  /** Ticks since the start, this turn's included. */
  long ticks() {
    return ticks;
  }

  /** Ticks since the start, without this turn's: those that what comes in now came after. */
  long ticksBefore() {
    return ticksBefore;
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
    if (isFull && ticks % parts.options.electionTicks() == 0) {
      parts.log.lookForRoom();
    }
    wheel.advance(GroupLoop::onTimer);
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
      int work = ending.advance() + turn();
      parts.metrics.turns.add(work > 0 ? 1 : 0);
      return work;
    } catch (Throwable e) {
      parts.fail("the " + name + " broke", e);
      return 1;
    }
  }

  private int turn() {
    ticksBefore = ticks;
    int work = completions.runAll();
    work += takeMessages();
    work += takeRequests();
    if (!ending.isStopped()) {
      work += maybeTick();
    }
    if (active.isEmpty()) {
      return work;
    }
    List<GroupLoop<?>> now = active;
    active = inTurn;
    inTurn = now;
    begin(now);
    finish(now);
    parts.metrics.groupTurns.add(now.size());
    now.clear();
    return work + 1;
  }

  /** Each message to the group that it is for. */
  private int takeMessages() {
    int count = 0;
    Task task = messages.takeAll();
    while (task != null) {
      Task following = task.next;
      PeerMessage message = (PeerMessage) task;
      message.group.enqueue(message);
      task = following;
      count++;
    }
    parts.metrics.messagesReceived.add(count);
    return count;
  }

  /** Each request to the group that it is for. */
  int takeRequests() {
    int count = 0;
    Task task = requests.takeAll();
    while (task != null) {
      Task following = task.next;
      Request<?, ?> request = (Request<?, ?>) task;
      request.group().enqueue(request);
      task = following;
      count++;
    }
    return count;
  }

  private void begin(List<GroupLoop<?>> now) {
    int sent = 0;
    for (int i = 0; i < now.size(); i++) {
      GroupLoop<?> group = now.get(i);
      try {
        sent += group.begin();
      } catch (RuntimeException e) {
        group.broke(e);
      }
    }
    if (sent > 0) {
      parts.transport.flush();
      parts.metrics.messagesSent.add(sent);
    }
  }

  private static void finish(List<GroupLoop<?>> now) {
    for (int i = 0; i < now.size(); i++) {
      GroupLoop<?> group = now.get(i);
      try {
        group.finish();
      } catch (RuntimeException e) {
        group.broke(e);
      }
    }
  }
}
