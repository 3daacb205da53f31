// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.node.threads.HostThreads;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.StateMachine;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Collects what a {@link RaftNode} is made of.
 *
 * @param <R> what applying a command results in
 */
public final class RaftNodeBuilder<R> {
  private long self;
  private long group = 1;
  private LogEngine storage;
  private Transport transport;
  private StateMachine<R> stateMachine;
  private Members bootstrap;
  private NodeOptions options = NodeOptions.DEFAULTS;
  private NodeListener listener = NodeListener.NONE;

  RaftNodeBuilder() {}

  /** This member's id; must be the one that the data directory was formatted for. */
  public RaftNodeBuilder<R> self(long self) {
    this.self = self;
    return this;
  }

  /** The group's id, 1 by default. The same on all members. */
  public RaftNodeBuilder<R> group(long group) {
    this.group = group;
    return this;
  }

  /** The log engine; closed by the node when it stops, and when it cannot start. */
  public RaftNodeBuilder<R> storage(LogEngine storage) {
    this.storage = storage;
    return this;
  }

  /** The transport, not yet started; closed by the node when it stops, and when it cannot start. */
  public RaftNodeBuilder<R> transport(Transport transport) {
    this.transport = transport;
    return this;
  }

  /** The state machine, empty. */
  public RaftNodeBuilder<R> stateMachine(StateMachine<R> stateMachine) {
    this.stateMachine = stateMachine;
    return this;
  }

  /** The first members; used only if the log engine knows nothing of the group. */
  public RaftNodeBuilder<R> bootstrap(Members bootstrap) {
    this.bootstrap = bootstrap;
    return this;
  }

  public RaftNodeBuilder<R> options(NodeOptions options) {
    this.options = options;
    return this;
  }

  /** Changes some of the options: {@code options(o -> o.electionTicks(20))}. */
  public RaftNodeBuilder<R> options(Consumer<NodeOptions.Builder> changes) {
    NodeOptions.Builder builder = NodeOptions.builder();
    changes.accept(builder);
    return options(builder.build());
  }

  /** Who is told what happens; nobody by default. */
  public RaftNodeBuilder<R> listener(NodeListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Starts the node, with threads of its own.
   *
   * @throws IllegalArgumentException if something is missing, or belongs to another member
   * @throws IllegalStateException naming the remedy if the directory cannot serve this group
   * @throws IOException if the log cannot be read or the port not be bound
   */
  public RaftNode<R> start() throws IOException {
    try {
      check();
      RaftHost host =
          RaftHost.builder(HostThreads.clock())
              .storage(storage)
              .transport(transport)
              .options(options)
              .listener(listener)
              .build();
      RaftNode<R> node = host.group(group, stateMachine, bootstrap);
      return start(host, node);
    } catch (IOException | RuntimeException e) {
      closeAll(e);
      throw e;
    }
  }

  private RaftNode<R> start(RaftHost host, RaftNode<R> node) throws IOException {
    HostThreads threads = HostThreads.start(host, "balsa-" + Long.toUnsignedString(self));
    try {
      host.start();
      return node.closedBy(threads::close);
    } catch (IOException | RuntimeException e) {
      threads.close();
      throw e;
    }
  }

  private void check() {
    if (storage == null || transport == null || stateMachine == null) {
      throw new IllegalArgumentException("storage, transport and stateMachine are all needed");
    }
    long owner = storage.identity().member().id();
    if (owner != self) {
      throw new IllegalArgumentException(
          "the data directory belongs to member "
              + Long.toUnsignedString(owner)
              + ", this is member "
              + Long.toUnsignedString(self)
              + "; give each member a directory of its own");
    }
  }

  /**
   * What was handed in is this node's to close, also if it never came to be. Closing twice harms
   * nothing.
   */
  private void closeAll(Exception reason) {
    try {
      if (transport != null) {
        transport.close();
      }
      if (storage != null) {
        storage.close();
      }
    } catch (IOException | RuntimeException e) {
      reason.addSuppressed(e);
    }
  }
}
