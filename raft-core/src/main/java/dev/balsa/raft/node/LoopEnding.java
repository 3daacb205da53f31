// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/**
 * How one loop of a host ends: hands leadership of its groups over, then, once all loops have,
 * stops them. After a failure it stops them at once.
 *
 * <p><b>Threads.</b> The loop's alone.
 */
final class LoopEnding {
  private enum Stage {
    RUNNING,
    HANDING_OVER,
    HANDED_OVER,
    STOPPED
  }

  private final HostParts parts;
  private final HostLoop loop;
  private Stage stage = Stage.RUNNING;
  private long patience;

  LoopEnding(HostParts parts, HostLoop loop) {
    this.parts = parts;
    this.loop = loop;
  }

  /** The groups are stopped: no tick, no Ready any more. */
  boolean isStopped() {
    return stage == Stage.STOPPED;
  }

  /** Begins to stop. */
  void handOver() {
    if (stage != Stage.RUNNING) {
      return;
    }
    stage = Stage.HANDING_OVER;
    patience = loop.ticks() + parts.options.electionTicks();
    // What was asked before is still served.
    loop.takeRequests();
    for (GroupLoop<?> group : loop.groups()) {
      group.maybeHandOver();
    }
  }

  /** Takes the next step if it is time; returns whether it did, as 1 or 0. */
  int advance() {
    if (stage == Stage.STOPPED) {
      return 0;
    }
    if (parts.hasFailed()) {
      stop();
      return 1;
    }
    if (stage == Stage.HANDING_OVER && isHandedOver()) {
      stage = Stage.HANDED_OVER;
      parts.control.add(Task.of(parts.shutdown::onHandedOver));
      return 1;
    }
    return 0;
  }

  /** Whether nobody waits for this loop, be it a client or a group that is led here. */
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

  /** Stops the groups. */
  void stop() {
    if (stage == Stage.STOPPED) {
      return;
    }
    stage = Stage.STOPPED;
    parts.closing = true;
    parts.stopping = true;
    for (GroupLoop<?> group : loop.groups()) {
      group.stop();
    }
    parts.control.add(Task.of(parts.shutdown::onStopped));
  }
}
