// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

/** How a leader replicates to a peer. */
public enum ProgressState {
  /** The agreement point is sought: one append at a time. */
  PROBE,
  /** The logs agree: appends are pipelined ahead of their acknowledgements. */
  REPLICATE,
  /** The peer's next entry is gone from the log: it is to install a snapshot first. */
  SNAPSHOT
}
