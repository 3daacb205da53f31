// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

/** Decides what a power cut leaves of what was not synced. */
@FunctionalInterface
public interface Survivors {
  /**
   * How much of this piece is found on the disk afterwards. Asked once for each, in order.
   *
   * @return how many of its first bytes, from 0 to {@link UnsyncedChange#bytes()}
   */
  int kept(UnsyncedChange change);
}
