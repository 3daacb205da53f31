// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.SnapshotMetadata;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The payloads of records other than entries. Decoding throws {@link IllegalArgumentException} on
 * what it does not understand.
 */
final class Payloads {
  static final byte[] NONE = new byte[0];

  private Payloads() {}

  /** A snapshot's description; its id stands in the record's header. */
  static byte[] ofSnapshot(SnapshotMetadata snapshot) {
    byte[] membership = MembershipCodec.encode(snapshot.membership());
    ByteBuffer out = ByteBuffer.allocate(16 + membership.length);
    putSnapshot(out, snapshot, membership);
    return out.array();
  }

  private static void putSnapshot(ByteBuffer out, SnapshotMetadata snapshot, byte[] membership) {
    EntryId id = snapshot.membership().id();
    out.putLong(id.term()).putLong(id.index()).put(membership);
  }

  static SnapshotMetadata snapshot(EntryId id, byte[] payload) {
    return read(payload, in -> takeSnapshot(id, in));
  }

  private static SnapshotMetadata takeSnapshot(EntryId id, ByteBuffer in) {
    EntryId membershipId = new EntryId(in.getLong(), in.getLong());
    byte[] membership = new byte[in.remaining()];
    in.get(membership);
    Membership decoded = MembershipCodec.decode(membershipId, membership);
    return new SnapshotMetadata(id, decoded);
  }

  static byte[] ofVote(long votedFor) {
    return ByteBuffer.allocate(Long.BYTES).putLong(votedFor).array();
  }

  static long vote(byte[] payload) {
    return read(
        payload,
        in -> {
          long votedFor = in.getLong();
          requireEnd(in);
          return votedFor;
        });
  }

  /** A compaction; the snapshot's id stands in the record's header. */
  static byte[] ofCompaction(SnapshotMetadata snapshot, long firstIndex) {
    byte[] membership = MembershipCodec.encode(snapshot.membership());
    ByteBuffer out = ByteBuffer.allocate(8 + 16 + membership.length).putLong(firstIndex);
    putSnapshot(out, snapshot, membership);
    return out.array();
  }

  static long compactionFirstIndex(byte[] payload) {
    return read(payload, ByteBuffer::getLong);
  }

  static SnapshotMetadata compactionSnapshot(EntryId id, byte[] payload) {
    return read(payload, in -> takeSnapshot(id, in.position(Long.BYTES)));
  }

  /** A group's state; its last entry stands in the record's header. */
  static byte[] ofGroup(GroupState state) {
    byte[] membership = MembershipCodec.encode(state.snapshot().membership());
    ByteBuffer out = ByteBuffer.allocate(6 * 8 + 16 + membership.length);
    HardState hardState = state.hardState();
    out.putLong(hardState.term()).putLong(hardState.votedFor()).putLong(hardState.commit());
    out.putLong(state.firstIndex());
    out.putLong(state.snapshot().id().term()).putLong(state.snapshot().id().index());
    putSnapshot(out, state.snapshot(), membership);
    return out.array();
  }

  static GroupState group(EntryId last, byte[] payload) {
    return read(
        payload,
        in -> {
          HardState hardState = hardState(in);
          long firstIndex = in.getLong();
          EntryId id = new EntryId(in.getLong(), in.getLong());
          return new GroupState(hardState, takeSnapshot(id, in), firstIndex, last);
        });
  }

  private static HardState hardState(ByteBuffer in) {
    long term = in.getLong();
    long votedFor = in.getLong();
    return new HardState(term, votedFor, in.getLong());
  }

  private static void requireEnd(ByteBuffer in) {
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes too many");
    }
  }

  private interface Reader<T> {
    T read(ByteBuffer in);
  }

  private static <T> T read(byte[] payload, Reader<T> reader) {
    try {
      return reader.read(ByteBuffer.wrap(payload));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it ends before its end", e);
    }
  }
}
