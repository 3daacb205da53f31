// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all rooms of one host share: what was handed in, the mailboxes, and whether it has failed.
 */
final class HostParts {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  final NanoClock clock;
  final LogEngine storage;
  final Transport transport;
  final NodeOptions options;
  final NodeListener listener;
  final LogIdentity identity;
  final HostMetrics metrics = new HostMetrics();
  final RequestGate gate;
  final PeerDirectory peers;

  /** How many groups have not failed. */
  final AtomicInteger healthyGroups = new AtomicInteger();

  /** To be set once, before anything runs. */
  List<HostLoop> loops = List.of();

  /** To be set once, before anything runs. */
  HostShutdown shutdown;

  /** To be set once, before anything runs. */
  LogWorker log;

  /** All groups, from the start of the transport on. */
  volatile GroupTable groups = GroupTable.EMPTY;

  /** For the first loop: what concerns the whole host. Never refused, never dropped. */
  final Mailbox control = new Mailbox();

  final Mailbox writes = new Mailbox();
  final Mailbox applies = new Mailbox();
  final Mailbox snapshots = new Mailbox();
  final Mailbox fetches = new Mailbox();

  /** What has not begun to be written as a snapshot by now is not worth waiting for. */
  volatile boolean stopping;

  /** All agents are at rest, and will not take anything up again. */
  volatile boolean terminated;

  /** No request is taken any more. */
  volatile boolean closing;

  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  HostParts(
      NanoClock clock,
      LogEngine storage,
      Transport transport,
      NodeOptions options,
      NodeListener listener) {
    this.clock = clock;
    this.storage = storage;
    this.transport = transport;
    this.options = options;
    this.listener = listener;
    this.identity = storage.identity();
    this.gate = new RequestGate(options.inboxCapacity(), options.inboxBytes());
    this.peers = new PeerDirectory(this);
  }

  /** Stops the host for this reason; the first one counts. May be called by any thread. */
  void fail(String what, Throwable cause) {
    Throwable reason = new IllegalStateException(what + ": " + cause.getMessage(), cause);
    if (failure.compareAndSet(null, reason)) {
      closing = true;
      LOG.error("member {} stops: {}", identity.member(), what, cause);
      control.add(Task.of(() -> listener.onFatal(reason)));
      for (HostLoop loop : loops) {
        // Each looks first whether the host has failed.
        loop.post(Task.of(() -> {}));
      }
    }
  }

  /** Why the host stops by itself, null if it does not. */
  Throwable failure() {
    return failure.get();
  }

  /** After this nothing may be acknowledged. */
  boolean hasFailed() {
    return failure.get() != null;
  }
}
