// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds, by count and bytes, what is inside: what clients have asked for and not been answered
 * yet, wherever in the host it is, or what peers have sent and the loop has not taken yet. So no
 * queue behind this gate needs a bound of its own.
 *
 * <p>A host's gate is shared by its groups, each through a gate of its own. Where there are
 * several, none may hold more than what it leaves free for the others: one busy group gets half of
 * the whole, two get a third each, and whoever comes next always finds room.
 *
 * <p><b>Threads.</b> Any.
 */
final class RequestGate {
  private final RequestGate whole;
  private final int maxCount;
  private final long maxBytes;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger shares = new AtomicInteger();

  /** A gate of its own. */
  RequestGate(int maxCount, long maxBytes) {
    this(null, maxCount, maxBytes);
  }

  /** One of those that share {@code whole}, with bounds of its own besides. */
  RequestGate(RequestGate whole, int maxCount, long maxBytes) {
    this.whole = whole;
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
    if (whole != null) {
      whole.shares.incrementAndGet();
    }
  }

  /** Lets a request of this size in, or not. Who is let in leaves once. */
  boolean maybeEnter(long size) {
    if (whole != null && !whole.maybeEnter(size)) {
      return false;
    }
    int inside = count.incrementAndGet();
    long insideBytes = size > 0 ? bytes.addAndGet(size) : 0;
    if (inside > maxCount || insideBytes > maxBytes || isGreedy(inside, insideBytes, size)) {
      leave(size);
      return false;
    }
    return true;
  }

  /** Whether this share, with the one that has just entered, is more than what it leaves free. */
  private boolean isGreedy(int inside, long insideBytes, long size) {
    return whole != null
        && whole.shares.get() > 1
        && (inside - 1 > whole.maxCount - whole.count.get()
            || insideBytes - size > whole.maxBytes - whole.bytes.get());
  }

  void leave(long size) {
    count.decrementAndGet();
    if (size > 0) {
      bytes.addAndGet(-size);
    }
    if (whole != null) {
      whole.leave(size);
    }
  }

  /** How many are inside. */
  int count() {
    return count.get();
  }
}
