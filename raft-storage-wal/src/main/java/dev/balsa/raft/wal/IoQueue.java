// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * What has been planned and is still to be done to the disk, in order. Whoever writes the log does
 * one I/O after the other, and may do something else in between; a failed one is final, so that
 * nothing behind it is ever done.
 *
 * <p>Used by the log worker's thread.
 */
final class IoQueue {
  /** One I/O: it blocks until it is done. */
  interface Io {
    void perform() throws IOException;
  }

  private final ArrayDeque<Io> planned = new ArrayDeque<>();

  void add(Io io) {
    planned.add(io);
  }

  boolean isEmpty() {
    return planned.isEmpty();
  }

  void performNext() throws IOException {
    planned.remove().perform();
  }

  void performAll() throws IOException {
    while (!planned.isEmpty()) {
      performNext();
    }
  }
}
