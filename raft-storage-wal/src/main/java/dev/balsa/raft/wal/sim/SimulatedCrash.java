// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

/**
 * The power goes out in the middle of an I/O. An error rather than an exception, so that nothing on
 * the way treats it as a fault to be handled: nobody handles a power cut.
 */
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1;

  /** At this place. */
  public SimulatedCrash(String message) {
    super(message);
  }
}
