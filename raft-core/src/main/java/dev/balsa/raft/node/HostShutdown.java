// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.CompletableFuture;

/**
 * How a host stops: hands leadership over, ends everything that waits, lets the workers finish what
 * they have, then closes transport and log. After a failure the same without the first.
 *
 * <p><b>Threads.</b> The loop's alone, but for {@link #terminated}.
 */
final class HostShutdown {
  private enum Stage {
    RUNNING,
    HANDING_OVER,
    STOPPING,
    CLOSING
  }

  private final HostParts parts;
  private final HostLoop loop;
  private final LogWorker log;
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private Stage stage = Stage.RUNNING;
  private long patience;
  private int atWork;

  HostShutdown(HostParts parts, HostLoop loop, LogWorker log) {
    this.parts = parts;
    this.loop = loop;
    this.log = log;
  }

  CompletableFuture<Void> terminated() {
    return terminated;
  }

  /** The groups are stopped: no tick, no Ready any more. */
  boolean isStopping() {
    return stage.compareTo(Stage.STOPPING) >= 0;
  }

  /** Begins to stop. A task of the loop. */
  void begin() {
    if (stage != Stage.RUNNING) {
      return;
    }
    stage = Stage.HANDING_OVER;
    patience = loop.ticks() + parts.options.electionTicks();
    // What was asked before is still served.
    parts.requests.runAll();
    for (GroupLoop<?> group : loop.groups()) {
      group.maybeHandOver();
    }
  }

  /** Takes the next step if it is time; returns whether it did, as 1 or 0. */
  int advance() {
    boolean isTime =
        switch (stage) {
          case RUNNING -> parts.hasFailed();
          case HANDING_OVER -> parts.hasFailed() || isHandedOver();
          case STOPPING, CLOSING -> false;
        };
    if (!isTime) {
      return 0;
    }
    stage = Stage.STOPPING;
    stop();
    return 1;
  }

  /** Whether nobody waits for this member, be it a client or a group that it leads. */
  private boolean isHandedOver() {
    if (!loop.isStarted() || loop.ticks() >= patience) {
      return true;
    }
    for (GroupLoop<?> group : loop.groups()) {
      if (!group.isIdle() || group.isHandingOver()) {
        return false;
      }
    }
    return true;
  }

  private void stop() {
    parts.closing = true;
    parts.stopping = true;
    for (GroupLoop<?> group : loop.groups()) {
      group.stop();
    }
    // Each finishes what it was given before, the log worker above all: what it has not written is
    // not acknowledged, and what it acknowledges is written.
    waitFor(parts.applies);
    waitFor(parts.snapshots);
    waitFor(parts.fetches);
    waitFor(parts.writes);
  }

  private void waitFor(Mailbox worker) {
    atWork++;
    worker.add(Task.of(() -> parts.completions.add(Task.of(this::onWorkerAtRest))));
  }

  private void onWorkerAtRest() {
    atWork--;
    if (atWork == 0) {
      stage = Stage.CLOSING;
      try {
        parts.transport.close();
      } catch (RuntimeException e) {
        parts.fail("the transport could not be closed", e);
      }
      log.stop(() -> parts.completions.add(Task.of(this::onLogClosed)));
    }
  }

  private void onLogClosed() {
    parts.terminated = true;
    parts.refuseRequests();
    parts.applies.add(Task.of(this::tell));
  }

  private void tell() {
    Throwable failure = parts.failure();
    if (failure == null) {
      terminated.complete(null);
    } else {
      terminated.completeExceptionally(failure);
    }
  }
}
