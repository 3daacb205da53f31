// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

/** One constant for each kind of {@link Message}, so that dispatch is exhaustive. */
public enum MessageType {
  REQUEST_VOTE,
  REQUEST_VOTE_RESPONSE,
  APPEND_ENTRIES,
  APPEND_ENTRIES_RESPONSE,
  HEARTBEAT,
  HEARTBEAT_RESPONSE,
  INSTALL_SNAPSHOT,
  INSTALL_SNAPSHOT_RESPONSE,
  TIMEOUT_NOW,
  READ_INDEX,
  READ_INDEX_RESPONSE,
  PROPOSE,
  PROPOSE_RESPONSE
}
