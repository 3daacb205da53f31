// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.StateMachine;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.util.List;
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
 * <p>A failed write, a state machine that throws or a broken invariant stops the whole host: from
 * then on nothing is acknowledged, and {@link #terminated} tells the cause.
 *
 * <p><b>Threads.</b> Safe for use by any thread; the agents' own rule is told at {@link Agent}.
 */
public final class RaftHost {
  private RaftHost() {}

  /** A builder of a host that lives by this clock. */
  public static Builder builder(NanoClock clock) {
    return new Builder(clock);
  }

  /**
   * Adds a group: recovers it from the log engine, or starts it if the engine knows nothing of it.
   *
   * @param id the group's id, the same on all members, never reused
   * @param machine the state machine, empty; restored here from the latest snapshot
   * @param bootstrap the first members, ignored if the group exists already; may be null then
   * @throws IOException if the log or the snapshot cannot be read
   * @throws IllegalStateException naming the remedy if this directory cannot serve the group
   */
  public <R> RaftNode<R> group(long id, StateMachine<R> machine, Members bootstrap)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** What is to be turned, in an order that suits a single thread. */
  public List<Agent> agents() {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts the transport. The groups known by then take part from here on.
   *
   * @throws IOException naming the address if it cannot be bound
   */
  public void start() throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Begins to stop, and returns at once: hands leadership over, refuses further requests, ends all
   * futures, then closes transport and log engine. The agents must be turned until {@link
   * #terminated} is done.
   */
  public void shutdown() {
    throw new UnsupportedOperationException();
  }

  /** Done when the host has stopped; exceptionally with the cause if it stopped by itself. */
  public CompletableFuture<Void> terminated() {
    throw new UnsupportedOperationException();
  }

  /** What it has done so far. */
  public HostMetrics metrics() {
    throw new UnsupportedOperationException();
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
      throw new UnsupportedOperationException(
          "" + clock + storage + transport + options + listener);
    }
  }
}
