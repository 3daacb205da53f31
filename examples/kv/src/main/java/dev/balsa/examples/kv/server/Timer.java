// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

/** Runs tasks later, one at a time. */
@FunctionalInterface
interface Timer {
  /** Runs {@code task} after so many milliseconds, 0 for at once, but never within this call. */
  void after(long millis, Runnable task);
}
