// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one group of a host can go on, and how it ended.
 *
 * <p>What breaks in one group, its state machine above all, ends that group and no other; they
 * share a log and a transport, but no state. The host ends with its last group.
 *
 * <p><b>Threads.</b> Any.
 */
final class GroupHealth {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  private final HostParts parts;
  private final long id;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private volatile Runnable onFailure = () -> {};

  GroupHealth(HostParts parts, long id) {
    this.parts = parts;
    this.id = id;
    parts.healthyGroups.incrementAndGet();
  }

  long id() {
    return id;
  }

  /** Names what stops the group once it has failed. To be set before the group begins. */
  void onFailure(Runnable stop) {
    this.onFailure = stop;
  }

  /** Stops the group for this reason; the first one counts. */
  void fail(String what, Throwable cause) {
    if (cause instanceof VirtualMachineError) {
      // Nobody knows what else it has hit.
      parts.fail("group " + id + ": " + what, cause);
      return;
    }
    Throwable reason =
        new IllegalStateException("group " + id + ": " + what + ": " + cause.getMessage(), cause);
    if (!failure.compareAndSet(null, reason)) {
      return;
    }
    LOG.error("member {}: group {} stops: {}", parts.identity.member(), id, what, cause);
    onFailure.run();
    if (parts.healthyGroups.decrementAndGet() == 0) {
      parts.fail("group " + id + ", the last one, could not go on", reason);
    }
  }

  /** After this nothing of the group may be acknowledged. */
  boolean hasFailed() {
    return failure.get() != null || parts.hasFailed();
  }

  /** Why the group failed by itself, null if it did not. */
  Throwable failure() {
    return failure.get();
  }

  /** Done when the group has stopped. Completed by the apply worker. */
  CompletableFuture<Void> terminated() {
    return terminated;
  }

  /** Nothing of the group runs any more. {@code hostFailure} is null if the host did not fail. */
  void end(Throwable hostFailure) {
    Throwable reason = failure.get() == null ? hostFailure : failure.get();
    if (reason == null) {
      terminated.complete(null);
    } else {
      terminated.completeExceptionally(reason);
    }
  }

  /** How the group is. */
  NodeState state() {
    if (failure.get() != null || parts.hasFailed()) {
      return NodeState.FAILED;
    }
    return parts.closing ? NodeState.STOPPED : NodeState.RUNNING;
  }
}
