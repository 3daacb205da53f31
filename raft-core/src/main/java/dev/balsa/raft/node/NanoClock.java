// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/** A monotonic clock, handed in so that a test or a simulator can be its master. */
@FunctionalInterface
public interface NanoClock {
  /** Nanoseconds since some fixed moment; never falls. May be called by any thread. */
  long nanoTime();
}
