// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.CompletableFuture;

/**
 * How a host stops: its loops hand leadership over, end everything that waits, the workers finish
 * what they have, then transport and log are closed. After a failure the same without the first.
 *
 * <p><b>Threads.</b> The first loop's alone, but for {@link #terminated}.
 */
final class HostShutdown {
  private final HostParts parts;
  private final LogWorker log;
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private boolean hasBegun;
  private int handedOver;
  private int stopped;
  private int atWork;

  HostShutdown(HostParts parts, LogWorker log) {
    this.parts = parts;
    this.log = log;
  }

  CompletableFuture<Void> terminated() {
    return terminated;
  }

  /** Begins to stop. */
  void begin() {
    if (!hasBegun) {
      hasBegun = true;
      for (HostLoop loop : parts.loops) {
        loop.post(Task.of(loop.ending()::handOver));
      }
    }
  }

  /** A loop leads nothing any more that another member could lead. */
  void onHandedOver() {
    handedOver++;
    if (handedOver == parts.loops.size()) {
      for (HostLoop loop : parts.loops) {
        loop.post(Task.of(loop.ending()::stop));
      }
    }
  }

  /** A loop has stopped its groups. */
  void onStopped() {
    stopped++;
    if (stopped == parts.loops.size()) {
      // Each finishes what it was given before, the log worker above all: what it has not written
      // is not acknowledged, and what it acknowledges is written.
      waitFor(parts.applies);
      waitFor(parts.snapshots);
      waitFor(parts.fetches);
      waitFor(parts.writes);
    }
  }

  private void waitFor(Mailbox worker) {
    atWork++;
    worker.add(Task.of(() -> parts.control.add(Task.of(this::onWorkerAtRest))));
  }

  private void onWorkerAtRest() {
    atWork--;
    if (atWork == 0) {
      try {
        parts.transport.close();
      } catch (RuntimeException e) {
        parts.fail("the transport could not be closed", e);
      }
      log.stop(() -> parts.control.add(Task.of(this::onLogClosed)));
    }
  }

  private void onLogClosed() {
    parts.terminated = true;
    parts.loops.forEach(HostLoop::refuseRequests);
    parts.applies.add(Task.of(this::tell));
  }

  private void tell() {
    Throwable failure = parts.failure();
    for (HostLoop loop : parts.loops) {
      loop.groups().forEach(group -> group.health().end(failure));
    }
    if (failure == null) {
      terminated.complete(null);
    } else {
      terminated.completeExceptionally(failure);
    }
  }
}
