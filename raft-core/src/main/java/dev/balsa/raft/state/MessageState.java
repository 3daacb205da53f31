// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.state;

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

/** Tells what a message of one type says beyond its type, route and term. */
interface MessageState {
  void tell(Message message, StateSink sink);

  /** Tells all that a message says. */
  static void encode(Message message, StateSink sink) {
    sink.put(message.type());
    sink.put(message.route());
    sink.put(message.term());
    of(message.type()).tell(message, sink);
  }

  /** The one for messages of this type: an expression, so that the compiler misses none. */
  private static MessageState of(MessageType type) {
    return switch (type) {
      case REQUEST_VOTE ->
          (message, sink) -> {
            RequestVote request = (RequestVote) message;
            sink.put(request.preVote());
            sink.put(request.lastLog());
            sink.put(request.commit());
            sink.put(request.leadershipTransfer());
          };
      case REQUEST_VOTE_RESPONSE ->
          (message, sink) -> {
            RequestVoteResponse response = (RequestVoteResponse) message;
            sink.put(response.preVote());
            sink.put(response.granted());
            sink.put(response.commit());
          };
      case APPEND_ENTRIES ->
          (message, sink) -> {
            AppendEntries append = (AppendEntries) message;
            sink.put(append.prev());
            sink.put(append.entries());
            sink.put(append.commit());
          };
      case APPEND_ENTRIES_RESPONSE ->
          (message, sink) -> {
            AppendEntriesResponse response = (AppendEntriesResponse) message;
            sink.put(response.rejected());
            sink.put(response.index());
            sink.put(response.hint());
          };
      case HEARTBEAT ->
          (message, sink) -> {
            Heartbeat heartbeat = (Heartbeat) message;
            sink.put(heartbeat.commit());
            sink.put(heartbeat.round());
            sink.put(heartbeat.needsAck());
          };
      case HEARTBEAT_RESPONSE ->
          (message, sink) -> {
            HeartbeatResponse response = (HeartbeatResponse) message;
            sink.put(response.round());
            sink.put(response.storageFull());
            sink.put(response.snapshotFrom());
          };
      case INSTALL_SNAPSHOT -> (message, sink) -> sink.put(((InstallSnapshot) message).snapshot());
      case INSTALL_SNAPSHOT_RESPONSE ->
          (message, sink) -> {
            InstallSnapshotResponse response = (InstallSnapshotResponse) message;
            sink.put(response.snapshot());
            sink.put(response.accepted());
          };
      case TIMEOUT_NOW -> (message, sink) -> {};
      case READ_INDEX -> (message, sink) -> sink.put(((ReadIndex) message).request());
      case READ_INDEX_RESPONSE ->
          (message, sink) -> {
            ReadIndexResponse response = (ReadIndexResponse) message;
            sink.put(response.request());
            sink.put(response.index());
            sink.put(response.refusal());
          };
      case PROPOSE ->
          (message, sink) -> {
            Propose propose = (Propose) message;
            sink.put(propose.first());
            sink.put(propose.payloads().size());
            propose.payloads().forEach(sink::put);
          };
      case PROPOSE_RESPONSE ->
          (message, sink) -> {
            ProposeResponse response = (ProposeResponse) message;
            sink.put(response.first());
            sink.put(response.count());
            sink.put(response.result());
          };
    };
  }
}
