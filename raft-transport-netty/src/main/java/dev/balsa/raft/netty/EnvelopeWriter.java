// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import com.google.protobuf.UnsafeByteOperations;
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
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.netty.proto.Wire;

/** Makes a message's head: everything but the payloads. */
final class EnvelopeWriter {
  private EnvelopeWriter() {}

  static Wire.Envelope envelope(long group, Message message) {
    Wire.Envelope.Builder out =
        Wire.Envelope.newBuilder()
            .setGroup(group)
            .setFromId(message.route().from().id())
            .setFromIncarnation(message.route().from().incarnation())
            .setToId(message.route().to().id())
            .setToIncarnation(message.route().to().incarnation())
            .setTerm(message.term());
    switch (message.type()) {
      case REQUEST_VOTE -> out.setRequestVote(of((RequestVote) message));
      case REQUEST_VOTE_RESPONSE -> out.setRequestVoteResponse(of((RequestVoteResponse) message));
      case APPEND_ENTRIES -> out.setAppendEntries(of((AppendEntries) message));
      case APPEND_ENTRIES_RESPONSE ->
          out.setAppendEntriesResponse(of((AppendEntriesResponse) message));
      case HEARTBEAT -> out.setHeartbeat(of((Heartbeat) message));
      case HEARTBEAT_RESPONSE -> out.setHeartbeatResponse(of((HeartbeatResponse) message));
      case INSTALL_SNAPSHOT -> out.setInstallSnapshot(of((InstallSnapshot) message));
      case INSTALL_SNAPSHOT_RESPONSE ->
          out.setInstallSnapshotResponse(of((InstallSnapshotResponse) message));
      case TIMEOUT_NOW -> out.setTimeoutNow(Wire.TimeoutNow.getDefaultInstance());
      case READ_INDEX -> out.setReadIndex(of((ReadIndex) message));
      case READ_INDEX_RESPONSE -> out.setReadIndexResponse(of((ReadIndexResponse) message));
      case PROPOSE -> out.setPropose(of((Propose) message));
      case PROPOSE_RESPONSE -> out.setProposeResponse(of((ProposeResponse) message));
    }
    return out.build();
  }

  private static Wire.RequestVote of(RequestVote message) {
    return Wire.RequestVote.newBuilder()
        .setPreVote(message.preVote())
        .setLastLogTerm(message.lastLog().term())
        .setLastLogIndex(message.lastLog().index())
        .setCommitTerm(message.commit().term())
        .setCommitIndex(message.commit().index())
        .setLeadershipTransfer(message.leadershipTransfer())
        .build();
  }

  private static Wire.RequestVoteResponse of(RequestVoteResponse message) {
    return Wire.RequestVoteResponse.newBuilder()
        .setPreVote(message.preVote())
        .setGranted(message.granted())
        .setCommitTerm(message.commit().term())
        .setCommitIndex(message.commit().index())
        .build();
  }

  private static Wire.AppendEntries of(AppendEntries message) {
    Wire.AppendEntries.Builder out =
        Wire.AppendEntries.newBuilder()
            .setPrevTerm(message.prev().term())
            .setPrevIndex(message.prev().index())
            .setCommit(message.commit());
    // By position: the list may be a slice whose iterator would be one more object for each
    // message.
    for (int i = 0; i < message.entries().size(); i++) {
      Entry entry = message.entries().get(i);
      if (entry.index() != message.prev().index() + 1 + i) {
        throw new IllegalArgumentException(
            "entry " + entry.id() + " does not follow " + message.prev() + " at place " + i);
      }
      out.addEntryTerm(entry.term())
          .addEntryType(entry.type().code())
          .addPayloadLength(entry.data().length)
          .addPayloadCrc(entry.crc());
    }
    return out.build();
  }

  private static Wire.AppendEntriesResponse of(AppendEntriesResponse message) {
    return Wire.AppendEntriesResponse.newBuilder()
        .setRejected(message.rejected())
        .setIndex(message.index())
        .setHintTerm(message.hint().term())
        .setHintIndex(message.hint().index())
        .build();
  }

  private static Wire.Heartbeat of(Heartbeat message) {
    return Wire.Heartbeat.newBuilder()
        .setCommitTerm(message.commit().term())
        .setCommitIndex(message.commit().index())
        .setRound(message.round())
        .setNeedsAck(message.needsAck())
        .build();
  }

  private static Wire.HeartbeatResponse of(HeartbeatResponse message) {
    return Wire.HeartbeatResponse.newBuilder()
        .setRound(message.round())
        .setStorageFull(message.storageFull())
        .setSnapshotFrom(message.snapshotFrom())
        .build();
  }

  private static Wire.InstallSnapshot of(InstallSnapshot message) {
    byte[] membership = MembershipCodec.encode(message.snapshot().membership());
    return Wire.InstallSnapshot.newBuilder()
        .setTerm(message.snapshot().id().term())
        .setIndex(message.snapshot().id().index())
        .setMembershipTerm(message.snapshot().membership().id().term())
        .setMembershipIndex(message.snapshot().membership().id().index())
        .setMembership(UnsafeByteOperations.unsafeWrap(membership))
        .build();
  }

  private static Wire.InstallSnapshotResponse of(InstallSnapshotResponse message) {
    return Wire.InstallSnapshotResponse.newBuilder()
        .setTerm(message.snapshot().term())
        .setIndex(message.snapshot().index())
        .setAccepted(message.accepted())
        .build();
  }

  private static Wire.ReadIndex of(ReadIndex message) {
    return Wire.ReadIndex.newBuilder()
        .setBootEpoch(message.request().bootEpoch())
        .setSequence(message.request().sequence())
        .build();
  }

  private static Wire.ReadIndexResponse of(ReadIndexResponse message) {
    Wire.ReadIndexResponse.Builder out =
        Wire.ReadIndexResponse.newBuilder()
            .setBootEpoch(message.request().bootEpoch())
            .setSequence(message.request().sequence())
            .setIndex(message.index());
    if (message.refusal() != null) {
      out.setRefusal(of(message.refusal()));
    }
    return out.build();
  }

  private static Wire.Propose of(Propose message) {
    Wire.Propose.Builder out =
        Wire.Propose.newBuilder()
            .setBootEpoch(message.first().bootEpoch())
            .setSequence(message.first().sequence());
    for (byte[] payload : message.payloads()) {
      out.addPayloadLength(payload.length).addPayloadCrc(Entry.checksum(payload));
    }
    return out.build();
  }

  private static Wire.ProposeResponse of(ProposeResponse message) {
    Wire.ProposeResponse.Builder out =
        Wire.ProposeResponse.newBuilder()
            .setBootEpoch(message.first().bootEpoch())
            .setSequence(message.first().sequence())
            .setCount(message.count());
    if (message.result().isAccepted()) {
      out.setFirstTerm(message.result().first().term())
          .setFirstIndex(message.result().first().index());
    } else {
      out.setRefusal(of(message.result().refusal()));
    }
    return out.build();
  }

  private static Wire.Refusal of(Refusal refusal) {
    return Wire.Refusal.newBuilder()
        .setReason(refusal.reason().code())
        .setLeader(refusal.leader())
        .setDetail(refusal.detail())
        .build();
  }
}
