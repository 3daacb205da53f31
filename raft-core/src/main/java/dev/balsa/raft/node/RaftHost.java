// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.StateMachine;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Runs any number of Raft groups over one log engine and one transport.
 *
 * <p>It is made of {@linkplain #agents() agents} that somebody has to turn: threads of their own
 * ({@link dev.balsa.raft.node.threads.HostThreads}), or a test or simulator by hand with a clock of
 * its own. It makes no thread, reads no clock but the one handed in, and draws nothing at random,
 * so that the same inputs in the same order have the same effects.
 *
 * <p>A failed write stops the whole host: from then on nothing is acknowledged, and {@link
 * #terminated} tells the cause. A state machine that throws, or a broken invariant, stops its group
 * only, which {@link RaftNode#state} and {@link RaftNode#terminated} tell; the host stops with its
 * last group.
 *
 * <p>The groups are spread over the {@linkplain NodeOptions#loops() loops} in the order in which
 * they are added; each stays where it is.
 *
 * <p><b>Threads.</b> Safe for use by any thread; the agents' own rule is told at {@link Agent}.
 */
public final class RaftHost {
  private final HostParts parts;
  private final PeerGate gate;
  private final ApplyWorker applyWorker;
  private final List<Agent> agents;
  private final TreeSet<Long> ids = new TreeSet<>();
  private final List<GroupLoop<?>> groups = new ArrayList<>();
  private boolean isStarted;

  private RaftHost(HostParts parts) {
    this.parts = parts;
    LogWorker log = new LogWorker(parts);
    parts.log = log;
    this.gate = new PeerGate(parts);
    this.applyWorker = new ApplyWorker(parts);
    parts.loops = loops(parts);
    parts.shutdown = new HostShutdown(parts, log);
    this.agents = agents(log);
  }

  private static List<HostLoop> loops(HostParts parts) {
    List<HostLoop> loops = new ArrayList<>();
    loops.add(new HostLoop(parts, "loop", parts.control));
    for (int i = 2; i <= parts.options.loops(); i++) {
      loops.add(new HostLoop(parts, "loop-" + i, new Mailbox()));
    }
    return List.copyOf(loops);
  }

  private List<Agent> agents(LogWorker log) {
    List<Agent> onFirst = new ArrayList<>(List.of(parts.loops.get(0)));
    List<Agent> others = new ArrayList<>(parts.loops.subList(1, parts.loops.size()));
    (parts.options.logOnLoop() ? onFirst : others).add(log);
    (parts.options.applyOnLoop() ? onFirst : others).add(applyWorker);
    others.add(new WorkerAgent("snapshot", parts.snapshots, parts));
    others.add(new WorkerAgent("fetch", parts.fetches, parts));
    others.add(0, onFirst.size() == 1 ? onFirst.get(0) : new AgentGroup("loop", onFirst));
    return List.copyOf(others);
  }

  /** A builder of a host that lives by this clock. */
  public static Builder builder(NanoClock clock) {
    return new Builder(clock);
  }

  /** Who this member is. */
  public MemberId self() {
    return parts.identity.member();
  }

  /**
   * Adds a group, before {@link #start}: recovers it from the log engine, or begins it if the
   * engine knows nothing of it.
   *
   * @param id the group's id, the same on all members, never reused
   * @param machine the state machine, empty; restored here from the latest snapshot
   * @param bootstrap the first members, ignored if the group exists already; may be null then
   * @throws IOException if the log or the snapshot cannot be read
   * @throws IllegalStateException naming the remedy if this directory cannot serve the group
   */
  public <R> RaftNode<R> group(long id, StateMachine<R> machine, Members bootstrap)
      throws IOException {
    return add(id, machine, GroupStart.bootstrap(bootstrap));
  }

  /**
   * Adds a group that exists elsewhere, before {@link #start}: recovers it from the log engine, or,
   * if the engine knows nothing of it, waits to be admitted. Until then this member neither votes
   * nor campaigns; a member that leads has to name it in a change of membership.
   *
   * @param id the group's id
   * @param machine the state machine, empty; restored here from the latest snapshot
   * @param contacts the group's members, ignored once this one knows its configuration. Whoever
   *     leads must be among them: its messages could not be answered
   * @throws IOException if the log or the snapshot cannot be read
   * @throws IllegalStateException naming the remedy if this directory cannot serve the group
   */
  public <R> RaftNode<R> join(long id, StateMachine<R> machine, Members contacts)
      throws IOException {
    return add(id, machine, GroupStart.join(() -> contacts));
  }

  synchronized <R> RaftNode<R> add(long id, StateMachine<R> machine, GroupStart.Origin origin)
      throws IOException {
    Objects.requireNonNull(machine, "a state machine is missing");
    if (isStarted) {
      throw new IllegalStateException("groups are added before the host is started");
    }
    if (!ids.add(id)) {
      throw new IllegalStateException("group " + id + " is here already; its id is its own");
    }
    HostLoop loop = parts.loops.get(groups.size() % parts.loops.size());
    GroupLoop<R> group = GroupStart.start(parts, loop, applyWorker, gate, id, machine, origin);
    groups.add(group);
    loop.post(Task.of(() -> loop.add(group)));
    return new RaftNode<>(parts, group, this::shutdown);
  }

  /**
   * What is to be turned, in an order that suits a single thread. Which there are depends on the
   * options; each takes part until {@link #terminated} is done.
   */
  public List<Agent> agents() {
    return agents;
  }

  /**
   * Starts the transport. Time counts from here on.
   *
   * @throws IOException naming the address if it cannot be bound
   */
  public synchronized void start() throws IOException {
    if (isStarted) {
      throw new IllegalStateException("started already");
    }
    isStarted = true;
    parts.groups = GroupTable.of(groups);
    parts.transport.start(parts.identity, gate);
    for (HostLoop loop : parts.loops) {
      loop.post(Task.of(loop::onStarted));
    }
  }

  /**
   * Begins to stop, and returns at once: hands leadership over, refuses further requests, ends all
   * futures, then closes transport and log engine. The agents must be turned until {@link
   * #terminated} is done.
   */
  public void shutdown() {
    parts.closing = true;
    parts.control.add(Task.of(parts.shutdown::begin));
  }

  /**
   * Done when the host has stopped; exceptionally with the cause if it stopped by itself. Completed
   * by the apply worker.
   */
  public CompletableFuture<Void> terminated() {
    return parts.shutdown.terminated().copy();
  }

  /** What it has done so far. */
  public HostMetrics metrics() {
    return parts.metrics;
  }

  /** Collects what a host is made of. */
  public static final class Builder {
    private final NanoClock clock;
    private LogEngine storage;
    private Transport transport;
    private NodeOptions options = NodeOptions.DEFAULTS;
    private NodeListener listener = NodeListener.NONE;

    private Builder(NanoClock clock) {
      this.clock = clock;
    }

    /** The log engine; closed by the host when it stops. */
    public Builder storage(LogEngine storage) {
      this.storage = storage;
      return this;
    }

    /** The transport, not yet started; closed by the host when it stops. */
    public Builder transport(Transport transport) {
      this.transport = transport;
      return this;
    }

    public Builder options(NodeOptions options) {
      this.options = options;
      return this;
    }

    /** Changes some of the options. */
    public Builder options(Consumer<NodeOptions.Builder> changes) {
      NodeOptions.Builder builder = NodeOptions.builder();
      changes.accept(builder);
      return options(builder.build());
    }

    /** Who is told what happens; nobody by default. */
    public Builder listener(NodeListener listener) {
      this.listener = listener;
      return this;
    }

    /**
     * The host, without groups and not started.
     *
     * @throws IllegalArgumentException if something is missing
     */
    public RaftHost build() {
      if (storage == null || transport == null) {
        throw new IllegalArgumentException("storage and transport are missing, or one of them");
      }
      return new RaftHost(new HostParts(clock, storage, transport, options, listener));
    }
  }
}
