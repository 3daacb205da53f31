// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.trace;

/**
 * Hears everything that one node of the core does, as it does it.
 *
 * <p><b>Threads.</b> Called by whoever calls the node, in the midst of that call: it must not call
 * the node back, and must not throw.
 */
@FunctionalInterface
public interface TraceSink {
  /** The next event. */
  void on(TraceEvent event);
}
