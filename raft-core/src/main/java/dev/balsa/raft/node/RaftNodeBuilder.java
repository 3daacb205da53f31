// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.node.threads.HostThreads;
import dev.balsa.raft.spi.LogDirectory;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.StateMachine;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.util.List;
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
  private LogDirectory directory;
  private Transport transport;
  private StateMachine<R> stateMachine;
  private Members bootstrap;
  private String token = "";
  private List<String> seeds;
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

  /**
   * Where the log is, or will be: it is made when this member's cluster is known. The log engine is
   * closed by the node when it stops, and when it cannot start.
   */
  public RaftNodeBuilder<R> storage(LogDirectory directory) {
    this.directory = directory;
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

  /**
   * The first members, and what tells their cluster from others that might meet it on a network.
   */
  public RaftNodeBuilder<R> bootstrap(Members bootstrap, String token) {
    this.token = token;
    return bootstrap(bootstrap);
  }

  /**
   * Becomes a member of a cluster that exists; used only as long as nobody has admitted this one.
   * An empty directory is made one of that cluster, whose id a seed tells. The node then follows,
   * and neither votes nor campaigns, until {@link RaftNode#changeMembership} on the leader has
   * named it.
   *
   * @param seeds addresses of members, as {@code host:port}; each knows all the others
   */
  public RaftNodeBuilder<R> join(String... seeds) {
    this.seeds = List.of(seeds);
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
      Seeds asked = seeds == null ? null : new Seeds(seeds, transport);
      openStorage(asked);
      RaftHost host =
          RaftHost.builder(HostThreads.clock())
              .storage(storage)
              .transport(transport)
              .options(options)
              .listener(listener)
              .build();
      GroupStart.Origin origin =
          asked == null ? GroupStart.bootstrap(bootstrap) : GroupStart.join(asked::contacts);
      RaftNode<R> node = host.add(group, stateMachine, origin);
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
    if (storage == null && directory == null || transport == null || stateMachine == null) {
      throw new IllegalArgumentException("storage, transport and stateMachine are all needed");
    }
    if (bootstrap != null && seeds != null) {
      throw new IllegalArgumentException(
          "a member either begins a cluster or joins one; give bootstrap(...) or join(...)");
    }
  }

  private void openStorage(Seeds asked) throws IOException {
    if (storage == null) {
      if (!directory.isFormatted()) {
        directory.format(clusterId(asked), self);
      }
      storage = directory.open();
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

  private long clusterId(Seeds asked) throws IOException {
    if (asked != null) {
      return asked.ask().clusterId();
    }
    if (bootstrap == null) {
      throw new IllegalStateException(
          "the data directory is empty; name the first members with bootstrap(...) to begin a"
              + " cluster, or members of one with join(...), or give the directory that this member"
              + " had before");
    }
    return bootstrap.clusterId(token);
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
