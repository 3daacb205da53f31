// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warnings that anyone who reaches the port can cause: at most one of a kind each second, so that
 * nobody fills our disk with them.
 */
final class LimitedLog {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The kinds of warnings. */
  enum Kind {
    MALFORMED,
    TOO_MANY_CONNECTIONS,
    REFUSED,
    TOO_SLOW,
    NOT_SENT
  }

  private final long[] lastNanos = new long[Kind.values().length];
  private final long[] suppressed = new long[Kind.values().length];

  LimitedLog() {
    java.util.Arrays.fill(lastNanos, System.nanoTime() - INTERVAL_NANOS);
  }

  void warn(Kind kind, String line) {
    long more;
    synchronized (this) {
      long now = System.nanoTime();
      if (now - lastNanos[kind.ordinal()] < INTERVAL_NANOS) {
        suppressed[kind.ordinal()]++;
        return;
      }
      lastNanos[kind.ordinal()] = now;
      more = suppressed[kind.ordinal()];
      suppressed[kind.ordinal()] = 0;
    }
    LOG.warn(more == 0 ? line : line + " (and " + more + " more like this before)");
  }
}
