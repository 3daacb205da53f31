// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

/** What a power cut leaves of what was not synced. What was synced stays in all of them. */
public enum CrashMode {
  /** Nothing. */
  LOSE_ALL,
  /**
   * Everything, but as unsynced as it was: the process died and the machine lived on. A later power
   * cut may still take it.
   */
  KEEP_ALL,
  /** In each file what was written first, up to some sector; of the names, the first changes. */
  KEEP_PREFIX,
  /** Any sectors and any changes of names, in no order. */
  KEEP_SUBSET,
  /** Any sectors, and of some only the first bytes. */
  TEAR_SECTORS
}
