// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node.threads;

import dev.balsa.raft.node.NanoClock;
import dev.balsa.raft.node.RaftHost;

/**
 * Turns the agents of a host, each on a thread of its own.
 *
 * <p><b>Threads.</b> Safe for use by any thread.
 */
public final class HostThreads implements AutoCloseable {
  private HostThreads() {}

  /** The system's monotonic clock. */
  public static NanoClock clock() {
    return System::nanoTime;
  }

  /** Starts the threads; they end when the host has terminated. */
  public static HostThreads start(RaftHost host, String name) {
    throw new UnsupportedOperationException(name + host);
  }

  /** Shuts the host down and waits until it has terminated. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
