// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

/**
 * What one member may say to another. Local inputs are methods of {@link dev.balsa.raft.RawNode},
 * never messages.
 */
public sealed interface Message
    permits RequestVote,
        RequestVoteResponse,
        AppendEntries,
        AppendEntriesResponse,
        Heartbeat,
        HeartbeatResponse,
        InstallSnapshot,
        InstallSnapshotResponse,
        TimeoutNow,
        ReadIndex,
        ReadIndexResponse,
        Propose,
        ProposeResponse {

  /** Which kind this is. */
  MessageType type();

  /** Sender and receiver. */
  Route route();

  /** The sender's term; for a pre-vote and its grant, the term that is asked for. */
  long term();

  /** The sender's id. */
  default long from() {
    return route().from().id();
  }

  /** The receiver's id. */
  default long to() {
    return route().to().id();
  }
}
