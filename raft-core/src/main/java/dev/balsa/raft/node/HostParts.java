// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
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

  /** For the loop: what its workers have done. Never refused, never dropped. */
  final Mailbox completions = new Mailbox();

  /** For the loop: what peers sent. */
  final Mailbox messages = new Mailbox();

  /** For the loop: what clients ask. */
  final Mailbox requests = new Mailbox();

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
  }

  /** Stops the host for this reason; the first one counts. May be called by any thread. */
  void fail(String what, Throwable cause) {
    Throwable reason = new IllegalStateException(what + ": " + cause.getMessage(), cause);
    if (failure.compareAndSet(null, reason)) {
      closing = true;
      LOG.error("member {} stops: {}", identity.member(), what, cause);
      completions.add(Task.of(() -> listener.onFatal(reason)));
    }
  }

  /** Ends requests that came too late. May be called by any thread once all agents are at rest. */
  void refuseRequests() {
    Task task = requests.takeAll();
    while (task != null) {
      ((Request) task).refuse(new Refusal(Refusal.Reason.STOPPED, 0));
      task = task.next;
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
