// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The bytes on the wire, pinned: members of different versions speak to each other, so what is in
 * {@code wire-format.txt} may get longer but never different.
 */
class WireFormatTest {
  private static final Route ROUTE = new Route(new MemberId(1, 0x1111), new MemberId(2, 0x2222));
  private static final RequestId REQUEST = new RequestId(3, 400);
  private static final Refusal REFUSAL = new Refusal(Refusal.Reason.NOT_LEADER, 2);

  @Test
  void theBytesAreWhatTheyWere() {
    Map<String, String> actual = new LinkedHashMap<>();
    messages().forEach((name, message) -> actual.put(name, hex(message)));
    LogIdentity self = new LogIdentity(0x77, ROUTE.from(), 9);
    actual.put(
        "hello",
        hex(
            Handshakes.hello(
                UnpooledByteBufAllocator.DEFAULT, self, ROUTE.to(), Handshakes.PURPOSE_MESSAGES)));
    actual.put("accepted", hex(Handshakes.acceptance(UnpooledByteBufAllocator.DEFAULT, self)));
    actual.put("refused", refusal(self, RefusedHandshake.of(HandshakeRefusal.WRONG_INCARNATION)));
    actual.put(
        "refused, older copy",
        refusal(self, new RefusedHandshake(HandshakeRefusal.OLDER_COPY, 300)));
    actual.put(
        "chunk checksum",
        Integer.toHexString(SnapshotFrames.checksum(1L << 40, new byte[] {1, 2, 3}, 0, 3)));
    String text =
        actual.entrySet().stream()
            .map(each -> each.getKey() + ": " + each.getValue() + "\n")
            .collect(Collectors.joining());
    assertThat(text).isEqualTo(pinned());
  }

  @Test
  void everyTypeIsPinned() {
    Set<MessageType> types = EnumSet.noneOf(MessageType.class);
    messages().values().forEach(message -> types.add(message.type()));
    assertThat(types).containsExactlyInAnyOrder(MessageType.values());
  }

  private static Map<String, Message> messages() {
    EntryId seven = new EntryId(5, 700);
    Map<String, Message> all = new LinkedHashMap<>();
    all.put("RequestVote", new RequestVote(ROUTE, 6, true, seven, new EntryId(4, 650), true));
    all.put("RequestVoteResponse", new RequestVoteResponse(ROUTE, 6, true, true, seven));
    all.put("AppendEntries", new AppendEntries(ROUTE, 6, seven, entries(), 699));
    all.put("AppendEntries, none", new AppendEntries(ROUTE, 6, seven, List.of(), 699));
    all.put("AppendEntriesResponse", new AppendEntriesResponse(ROUTE, 6, true, 700, seven));
    all.put("Heartbeat", new Heartbeat(ROUTE, 6, seven, 12, true));
    all.put("HeartbeatResponse", new HeartbeatResponse(ROUTE, 6, 12, false));
    all.put("HeartbeatResponse, full", new HeartbeatResponse(ROUTE, 6, 12, true));
    all.put("HeartbeatResponse, snapshot", new HeartbeatResponse(ROUTE, 6, 12, false, 700));
    all.put("InstallSnapshot", new InstallSnapshot(ROUTE, 6, snapshot()));
    all.put("InstallSnapshotResponse", new InstallSnapshotResponse(ROUTE, 6, seven, true));
    all.put("TimeoutNow", new TimeoutNow(ROUTE, 6));
    all.put("ReadIndex", new ReadIndex(ROUTE, 6, REQUEST));
    all.put("ReadIndexResponse", new ReadIndexResponse(ROUTE, 6, REQUEST, 700, null));
    all.put("ReadIndexResponse, refused", new ReadIndexResponse(ROUTE, 6, REQUEST, 0, REFUSAL));
    all.put("Propose", new Propose(ROUTE, 6, REQUEST, List.of(bytes("one"), bytes(""))));
    all.put(
        "ProposeResponse",
        new ProposeResponse(ROUTE, 6, REQUEST, 2, ProposeResult.accepted(seven)));
    all.put(
        "ProposeResponse, refused",
        new ProposeResponse(ROUTE, 6, REQUEST, 2, ProposeResult.refused(REFUSAL)));
    return all;
  }

  private static List<Entry> entries() {
    return List.of(
        Entry.noOp(new EntryId(5, 701)),
        Entry.of(new EntryId(6, 702), EntryType.NORMAL, bytes("balsa")),
        Entry.of(new EntryId(6, 703), EntryType.CONFIGURATION, bytes("c")));
  }

  private static SnapshotMetadata snapshot() {
    Membership membership =
        Membership.bootstrap(List.of(Member.of(1, "a:1"), Member.of(2, "b:2").bound(0x2222)));
    return new SnapshotMetadata(new EntryId(5, 700), membership.at(new EntryId(4, 300)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String refusal(LogIdentity self, RefusedHandshake refused) {
    return hex(Handshakes.refusal(UnpooledByteBufAllocator.DEFAULT, self, refused));
  }

  private static String hex(Message message) {
    StringBuilder hex = new StringBuilder();
    for (ByteBuffer buffer : new ProtobufMessageCodec().encode(42, message)) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      hex.append(hex.isEmpty() ? "" : " ").append(ByteBufUtil.hexDump(bytes));
    }
    return hex.toString();
  }

  private static String hex(ByteBuf frame) {
    try {
      return ByteBufUtil.hexDump(frame);
    } finally {
      frame.release();
    }
  }

  private static String pinned() {
    try (InputStream in = WireFormatTest.class.getResourceAsStream("/wire-format.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
