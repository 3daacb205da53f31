// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports for members that will be killed and started again on them.
 *
 * <p>They lie below the range from which the kernel takes ports for outgoing connections: one of
 * those could otherwise take the port while its member is down; on loopback, even a connection
 * attempt to that very port.
 */
final class Ports {
  private static final int LOWEST = 12_000;
  private static final int HIGHEST = 32_000;

  /** Never the same twice in one JVM, and another place in another JVM. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST));

  private Ports() {}

  static int free() {
    while (true) {
      int port = next(1);
      if (isFree(port)) {
        return port;
      }
    }
  }

  /** The first of {@code count} free ports, ten apart, with another free one above each. */
  static int freePairs(int count) {
    while (true) {
      int first = next(10 * count);
      boolean free = true;
      for (int i = 0; i < count; i++) {
        free &= isFree(first + 10 * i) && isFree(first + 10 * i + 1);
      }
      if (free) {
        return first;
      }
    }
  }

  private static int next(int count) {
    return NEXT.getAndUpdate(port -> port + count < HIGHEST ? port + count : LOWEST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
