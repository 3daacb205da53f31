// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageType;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.TimeoutNow;

/** Who acts on a message that was admitted. */
interface Dispatch {
  void dispatch(Raft raft, Message message);

  /** The one for messages of this type: an expression, so that the compiler misses none. */
  static Dispatch of(MessageType type) {
    return switch (type) {
      case REQUEST_VOTE -> (raft, message) -> raft.votes().onRequestVote((RequestVote) message);
      case REQUEST_VOTE_RESPONSE ->
          (raft, message) -> raft.votes().onResponse((RequestVoteResponse) message);
      case APPEND_ENTRIES ->
          (raft, message) -> raft.receiver().onAppendEntries((AppendEntries) message);
      case APPEND_ENTRIES_RESPONSE ->
          (raft, message) -> raft.role().onAppendResponse((AppendEntriesResponse) message);
      case HEARTBEAT -> (raft, message) -> raft.receiver().onHeartbeat((Heartbeat) message);
      case HEARTBEAT_RESPONSE ->
          (raft, message) -> raft.role().onHeartbeatResponse((HeartbeatResponse) message);
      case INSTALL_SNAPSHOT ->
          (raft, message) -> raft.receiver().onInstallSnapshot((InstallSnapshot) message);
      case INSTALL_SNAPSHOT_RESPONSE ->
          (raft, message) -> raft.role().onSnapshotResponse((InstallSnapshotResponse) message);
      case TIMEOUT_NOW -> (raft, message) -> raft.elections().onTimeoutNow((TimeoutNow) message);
      case READ_INDEX -> (raft, message) -> raft.requests().onReadIndex((ReadIndex) message);
      case READ_INDEX_RESPONSE ->
          (raft, message) -> raft.requests().onReadIndexResponse((ReadIndexResponse) message);
      case PROPOSE -> (raft, message) -> raft.requests().onPropose((Propose) message);
      case PROPOSE_RESPONSE ->
          (raft, message) -> raft.requests().onProposeResponse((ProposeResponse) message);
    };
  }
}
