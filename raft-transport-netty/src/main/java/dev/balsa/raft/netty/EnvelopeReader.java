// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.netty.proto.Wire;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Makes a message of its head and the payloads that follow it. What is read here was written by
 * anyone: values that a model class refuses leave as {@link IllegalArgumentException}, for the
 * codec to turn into {@link MalformedMessageException}.
 */
final class EnvelopeReader {
  private static final byte[] NO_BYTES = new byte[0];

  private EnvelopeReader() {}

  /**
   * The message.
   *
   * @param payloads all bytes after the head; read to the end
   */
  static Message message(Wire.Envelope in, ByteBuffer payloads) throws MalformedMessageException {
    Route route =
        new Route(
            new MemberId(in.getFromId(), in.getFromIncarnation()),
            new MemberId(in.getToId(), in.getToIncarnation()));
    long term = in.getTerm();
    return switch (in.getBodyCase()) {
      case REQUEST_VOTE -> of(route, term, in.getRequestVote());
      case REQUEST_VOTE_RESPONSE -> of(route, term, in.getRequestVoteResponse());
      case APPEND_ENTRIES -> of(route, term, in.getAppendEntries(), payloads);
      case APPEND_ENTRIES_RESPONSE -> of(route, term, in.getAppendEntriesResponse());
      case HEARTBEAT -> of(route, term, in.getHeartbeat());
      case HEARTBEAT_RESPONSE ->
          new HeartbeatResponse(
              route,
              term,
              in.getHeartbeatResponse().getRound(),
              in.getHeartbeatResponse().getStorageFull(),
              in.getHeartbeatResponse().getSnapshotFrom());
      case INSTALL_SNAPSHOT -> of(route, term, in.getInstallSnapshot());
      case INSTALL_SNAPSHOT_RESPONSE -> of(route, term, in.getInstallSnapshotResponse());
      case TIMEOUT_NOW -> new TimeoutNow(route, term);
      case READ_INDEX ->
          new ReadIndex(
              route,
              term,
              new RequestId(in.getReadIndex().getBootEpoch(), in.getReadIndex().getSequence()));
      case READ_INDEX_RESPONSE -> of(route, term, in.getReadIndexResponse());
      case PROPOSE -> of(route, term, in.getPropose(), payloads);
      case PROPOSE_RESPONSE -> of(route, term, in.getProposeResponse());
      case BODY_NOT_SET ->
          throw new MalformedMessageException(
              "a message of a type that this version does not know");
    };
  }

  private static RequestVote of(Route route, long term, Wire.RequestVote in) {
    return new RequestVote(
        route,
        term,
        in.getPreVote(),
        new EntryId(in.getLastLogTerm(), in.getLastLogIndex()),
        new EntryId(in.getCommitTerm(), in.getCommitIndex()),
        in.getLeadershipTransfer());
  }

  private static RequestVoteResponse of(Route route, long term, Wire.RequestVoteResponse in) {
    return new RequestVoteResponse(
        route,
        term,
        in.getPreVote(),
        in.getGranted(),
        new EntryId(in.getCommitTerm(), in.getCommitIndex()));
  }

  private static AppendEntries of(
      Route route, long term, Wire.AppendEntries in, ByteBuffer payloads)
      throws MalformedMessageException {
    EntryId prev = new EntryId(in.getPrevTerm(), in.getPrevIndex());
    int count = in.getEntryTermCount();
    checkColumn("types", in.getEntryTypeCount(), count);
    checkColumn("lengths", in.getPayloadLengthCount(), count);
    checkColumn("checksums", in.getPayloadCrcCount(), count);
    checkCount(count);
    checkLengths(in::getPayloadLength, count, payloads.remaining());
    Entry[] entries = new Entry[count];
    for (int i = 0; i < count; i++) {
      EntryId id = new EntryId(in.getEntryTerm(i), prev.index() + 1 + i);
      byte[] data = payload(payloads, in.getPayloadLength(i));
      Entry entry = new Entry(id, EntryType.ofCode(in.getEntryType(i)), data, in.getPayloadCrc(i));
      if (!entry.intact()) {
        // Without this check, bytes damaged on the way would be acknowledged, and one member's
        // state machine would apply something that nobody proposed.
        throw new MalformedMessageException("the payload of entry " + id + " is damaged");
      }
      entries[i] = entry;
    }
    return new AppendEntries(route, term, prev, listOf(entries), in.getCommit());
  }

  private static AppendEntriesResponse of(Route route, long term, Wire.AppendEntriesResponse in) {
    return new AppendEntriesResponse(
        route,
        term,
        in.getRejected(),
        in.getIndex(),
        new EntryId(in.getHintTerm(), in.getHintIndex()));
  }

  private static Heartbeat of(Route route, long term, Wire.Heartbeat in) {
    return new Heartbeat(
        route,
        term,
        new EntryId(in.getCommitTerm(), in.getCommitIndex()),
        in.getRound(),
        in.getNeedsAck());
  }

  private static InstallSnapshot of(Route route, long term, Wire.InstallSnapshot in) {
    EntryId membershipId = new EntryId(in.getMembershipTerm(), in.getMembershipIndex());
    return new InstallSnapshot(
        route,
        term,
        new SnapshotMetadata(
            new EntryId(in.getTerm(), in.getIndex()),
            MembershipCodec.decode(membershipId, in.getMembership().toByteArray())));
  }

  private static InstallSnapshotResponse of(
      Route route, long term, Wire.InstallSnapshotResponse in) {
    return new InstallSnapshotResponse(
        route, term, new EntryId(in.getTerm(), in.getIndex()), in.getAccepted());
  }

  private static ReadIndexResponse of(Route route, long term, Wire.ReadIndexResponse in) {
    return new ReadIndexResponse(
        route,
        term,
        new RequestId(in.getBootEpoch(), in.getSequence()),
        in.getIndex(),
        in.hasRefusal() ? of(in.getRefusal()) : null);
  }

  private static Propose of(Route route, long term, Wire.Propose in, ByteBuffer payloads)
      throws MalformedMessageException {
    int count = in.getPayloadLengthCount();
    checkColumn("checksums", in.getPayloadCrcCount(), count);
    checkCount(count);
    checkLengths(in::getPayloadLength, count, payloads.remaining());
    byte[][] all = new byte[count][];
    for (int i = 0; i < count; i++) {
      all[i] = payload(payloads, in.getPayloadLength(i));
      if (Entry.checksum(all[i]) != in.getPayloadCrc(i)) {
        throw new MalformedMessageException("the payload of proposal " + i + " is damaged");
      }
    }
    return new Propose(
        route, term, new RequestId(in.getBootEpoch(), in.getSequence()), listOf(all));
  }

  private static ProposeResponse of(Route route, long term, Wire.ProposeResponse in) {
    return new ProposeResponse(
        route,
        term,
        new RequestId(in.getBootEpoch(), in.getSequence()),
        in.getCount(),
        in.hasRefusal()
            ? ProposeResult.refused(of(in.getRefusal()))
            : ProposeResult.accepted(new EntryId(in.getFirstTerm(), in.getFirstIndex())));
  }

  private static Refusal of(Wire.Refusal in) {
    return new Refusal(Refusal.Reason.ofCode(in.getReason()), in.getLeader(), in.getDetail());
  }

  private static void checkColumn(String name, int actual, int expected)
      throws MalformedMessageException {
    if (actual != expected) {
      throw new MalformedMessageException(actual + " " + name + " for " + expected + " payloads");
    }
  }

  private static void checkCount(int count) throws MalformedMessageException {
    if (count > ProtobufMessageCodec.MAX_PAYLOADS) {
      throw new MalformedMessageException(
          count + " payloads in one message; at most " + ProtobufMessageCodec.MAX_PAYLOADS);
    }
  }

  /** Before anything is allocated by these lengths: they must be exactly what is there. */
  private static void checkLengths(IntUnaryOperator lengths, int count, int remaining)
      throws MalformedMessageException {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Integer.toUnsignedLong(lengths.applyAsInt(i));
    }
    if (sum != remaining) {
      throw new MalformedMessageException(
          remaining + " bytes of payloads where " + sum + " are announced");
    }
  }

  private static byte[] payload(ByteBuffer payloads, int length) {
    if (length == 0) {
      return NO_BYTES;
    }
    byte[] data = new byte[length];
    payloads.get(data);
    return data;
  }

  private static <T> List<T> listOf(T[] elements) {
    // Not List.of: it would copy the array.
    return elements.length == 0 ? List.of() : Collections.unmodifiableList(Arrays.asList(elements));
  }
}
