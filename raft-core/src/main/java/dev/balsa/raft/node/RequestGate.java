// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds, by count and bytes, what is inside: what clients have asked for and not been answered
 * yet, wherever in the host it is, or what peers have sent and the loop has not taken yet. So no
 * queue behind this gate needs a bound of its own.
 *
 * <p><b>Threads.</b> Any.
 */
final class RequestGate {
  private final int maxCount;
  private final long maxBytes;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  RequestGate(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** Lets a request of this size in, or not. Who is let in leaves once. */
  boolean maybeEnter(long size) {
    if (count.incrementAndGet() > maxCount) {
      count.decrementAndGet();
      return false;
    }
    if (size > 0 && bytes.addAndGet(size) > maxBytes) {
      leave(size);
      return false;
    }
    return true;
  }

  void leave(long size) {
    count.decrementAndGet();
    if (size > 0) {
      bytes.addAndGet(-size);
    }
  }

  /** How many are inside. */
  int count() {
    return count.get();
  }
}
