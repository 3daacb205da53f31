// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.state;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;

/** Tells a message to a {@link StateSink}. */
final class MessageState {
  private MessageState() {}

  static void encode(Message message, StateSink sink) {
    sink.put(message.type());
    sink.put(message.route());
    sink.put(message.term());
    switch (message.type()) {
      case REQUEST_VOTE -> {
        RequestVote request = (RequestVote) message;
        sink.put(request.preVote());
        sink.put(request.lastLog());
        sink.put(request.commit());
        sink.put(request.leadershipTransfer());
      }
      case REQUEST_VOTE_RESPONSE -> {
        RequestVoteResponse response = (RequestVoteResponse) message;
        sink.put(response.preVote());
        sink.put(response.granted());
        sink.put(response.commit());
      }
      case APPEND_ENTRIES -> {
        AppendEntries append = (AppendEntries) message;
        sink.put(append.prev());
        sink.put(append.entries());
        sink.put(append.commit());
      }
      case APPEND_ENTRIES_RESPONSE -> {
        AppendEntriesResponse response = (AppendEntriesResponse) message;
        sink.put(response.rejected());
        sink.put(response.index());
        sink.put(response.hint());
      }
      case HEARTBEAT -> {
        Heartbeat heartbeat = (Heartbeat) message;
        sink.put(heartbeat.commit());
        sink.put(heartbeat.round());
        sink.put(heartbeat.needsAck());
      }
      case HEARTBEAT_RESPONSE -> {
        HeartbeatResponse response = (HeartbeatResponse) message;
        sink.put(response.round());
        sink.put(response.storageFull());
        sink.put(response.snapshotFrom());
      }
      case INSTALL_SNAPSHOT -> sink.put(((InstallSnapshot) message).snapshot());
      case INSTALL_SNAPSHOT_RESPONSE -> {
        InstallSnapshotResponse response = (InstallSnapshotResponse) message;
        sink.put(response.snapshot());
        sink.put(response.accepted());
      }
      case TIMEOUT_NOW -> {}
      case READ_INDEX -> sink.put(((ReadIndex) message).request());
      case READ_INDEX_RESPONSE -> {
        ReadIndexResponse response = (ReadIndexResponse) message;
        sink.put(response.request());
        sink.put(response.index());
        sink.put(response.refusal());
      }
      case PROPOSE -> {
        Propose propose = (Propose) message;
        sink.put(propose.first());
        sink.put(propose.payloads().size());
        propose.payloads().forEach(sink::put);
      }
      default -> {
        ProposeResponse response = (ProposeResponse) message;
        sink.put(response.first());
        sink.put(response.count());
        sink.put(response.result());
      }
    }
  }
}
