// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.netty.proto.Wire;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport.Handshake;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** The bytes with which each connection begins; {@code raft.proto} draws them. */
final class Handshakes {
  /** The protocol versions that this code speaks. */
  static final int MIN_VERSION = 1;

  static final int MAX_VERSION = 1;

  /** What a connection is for. */
  static final int PURPOSE_MESSAGES = 1;

  static final int PURPOSE_SNAPSHOT = 2;

  /** To be told of the cluster, by one that belongs to none yet. */
  static final int PURPOSE_QUESTION = 3;

  /** How long an answer may be: it names as many members as there can be. */
  static final int MAX_ANSWER_BYTES = 1 << 20;

  /** A refusal that is about us at this moment, not about the peer. */
  static final int TRY_LATER = 6;

  private static final byte[] MAGIC = "BALSA\r\n\0".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_FRAME_BYTES = 1 << 10;
  private static final HandshakeRefusal[] BY_CODE = {
    null,
    HandshakeRefusal.WRONG_CLUSTER,
    HandshakeRefusal.NOT_FOR_ME,
    HandshakeRefusal.WRONG_INCARNATION,
    HandshakeRefusal.NO_COMMON_VERSION,
    HandshakeRefusal.NOT_ALLOWED,
    null, // try later
    HandshakeRefusal.OLDER_COPY
  };

  private Handshakes() {}

  static ByteBuf hello(ByteBufAllocator allocator, LogIdentity self, MemberId to, int purpose) {
    return frame(
        allocator,
        Wire.Hello.newBuilder()
            .setMinVersion(MIN_VERSION)
            .setMaxVersion(MAX_VERSION)
            .setClusterId(self.clusterId())
            .setFromId(self.member().id())
            .setFromIncarnation(self.member().incarnation())
            .setToId(to.id())
            .setToIncarnation(to.incarnation())
            .setBootEpoch(self.bootEpoch())
            .setPurpose(purpose)
            .build()
            .toByteArray());
  }

  /** Asks whoever it reaches; says nothing of who asks, who may be nobody yet. */
  static ByteBuf question(ByteBufAllocator allocator) {
    return frame(
        allocator,
        Wire.Hello.newBuilder()
            .setMinVersion(MIN_VERSION)
            .setMaxVersion(MAX_VERSION)
            .setPurpose(PURPOSE_QUESTION)
            .build()
            .toByteArray());
  }

  /** The answer to a question. */
  static ByteBuf introduction(
      ByteBufAllocator allocator, LogIdentity self, Map<Long, String> addresses) {
    Wire.HelloReply.Builder reply = reply(self).setVersion(MAX_VERSION);
    addresses.forEach(
        (id, address) ->
            reply.addPeers(Wire.PeerAddress.newBuilder().setId(id).setAddress(address)));
    return frame(allocator, reply.build().toByteArray());
  }

  /** The answer to one who is accepted. */
  static ByteBuf acceptance(ByteBufAllocator allocator, LogIdentity self) {
    return frame(allocator, reply(self).setVersion(MAX_VERSION).build().toByteArray());
  }

  /** The answer to one who is refused for this reason. */
  static ByteBuf refusal(ByteBufAllocator allocator, LogIdentity self, RefusedHandshake refused) {
    return frame(
        allocator,
        reply(self)
            .setRefusal(code(refused.reason()))
            .setSeenBootEpoch(refused.seenBootEpoch())
            .build()
            .toByteArray());
  }

  private static Wire.HelloReply.Builder reply(LogIdentity self) {
    return Wire.HelloReply.newBuilder()
        .setClusterId(self.clusterId())
        .setId(self.member().id())
        .setIncarnation(self.member().incarnation());
  }

  private static ByteBuf frame(ByteBufAllocator allocator, byte[] message) {
    return allocator
        .buffer(MAGIC.length + 4 + message.length)
        .writeBytes(MAGIC)
        .writeInt(message.length)
        .writeBytes(message);
  }

  /**
   * Takes the first frame, once it has arrived whole.
   *
   * @return null if more must arrive
   * @throws MalformedMessageException as soon as the bytes cannot become a frame
   */
  static byte[] firstFrame(ByteBuf in) throws MalformedMessageException {
    return firstFrame(in, MAX_FRAME_BYTES);
  }

  static byte[] firstFrame(ByteBuf in, int maxBytes) throws MalformedMessageException {
    int start = in.readerIndex();
    int known = Math.min(MAGIC.length, in.readableBytes());
    for (int i = 0; i < known; i++) {
      if (in.getByte(start + i) != MAGIC[i]) {
        throw new MalformedMessageException(stranger(in));
      }
    }
    if (in.readableBytes() < MAGIC.length + 4) {
      return null;
    }
    long length = in.getUnsignedInt(start + MAGIC.length);
    if (length > maxBytes) {
      throw new MalformedMessageException("a handshake of " + length + " bytes");
    }
    if (in.readableBytes() < MAGIC.length + 4 + length) {
      return null;
    }
    byte[] frame = new byte[(int) length];
    in.skipBytes(MAGIC.length + 4).readBytes(frame);
    return frame;
  }

  /** Who it may be that does not speak our protocol. */
  private static String stranger(ByteBuf in) {
    int start = in.readerIndex();
    int shown = Math.min(8, in.readableBytes());
    String text = in.toString(start, shown, StandardCharsets.ISO_8859_1);
    if (text.startsWith("\u0016\u0003")) {
      return "it speaks TLS; this is a peer port without TLS";
    }
    if (text.matches(
        "(?s)(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PRI) .*|OPTIONS.|CONNECT.")) {
      return "it speaks HTTP; this is the port for peers, not for clients";
    }
    if (text.startsWith("HTTP/")) {
      return "it speaks HTTP; that is a port for clients, not for peers";
    }
    return "it does not speak the peer protocol; first bytes "
        + ByteBufUtil.hexDump(in, start, shown);
  }

  /** What a peer says of itself. */
  static Handshake handshake(Wire.Hello hello) throws MalformedMessageException {
    if (hello.getFromId() == 0 || hello.getToId() == 0) {
      throw new MalformedMessageException("a handshake from or to member 0");
    }
    return new Handshake(
        hello.getClusterId(),
        new MemberId(hello.getFromId(), hello.getFromIncarnation()),
        new MemberId(hello.getToId(), hello.getToIncarnation()),
        hello.getBootEpoch());
  }

  static int code(HandshakeRefusal refusal) {
    return switch (refusal) {
      case WRONG_CLUSTER -> 1;
      case NOT_FOR_ME -> 2;
      case WRONG_INCARNATION -> 3;
      case NO_COMMON_VERSION -> 4;
      case NOT_ALLOWED -> 5;
      case OLDER_COPY -> 7;
    };
  }

  /** The refusal with this code; null if this version knows none. */
  static HandshakeRefusal refusal(int code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  static String text(int code) {
    HandshakeRefusal refusal = refusal(code);
    if (refusal != null) {
      return refusal.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
    return code == TRY_LATER ? "too many connections" : "code " + Integer.toUnsignedString(code);
  }
}
