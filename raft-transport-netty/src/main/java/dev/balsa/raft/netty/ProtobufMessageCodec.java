// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageCodec;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.netty.proto.Wire;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of messages: a small Protobuf head with a checksum of its own, then the payloads as
 * they are, each with the checksum that it was proposed with. {@code raft.proto} draws it.
 *
 * <p>Any change of bytes on the way is found at decode; nothing is allocated for more than the
 * frame holds.
 */
public final class ProtobufMessageCodec implements MessageCodec {
  /** The most entries of one AppendEntries, or proposals of one Propose. */
  public static final int MAX_PAYLOADS = 1 << 18;

  /** The length and the checksum of the head. */
  private static final int PREFIX_BYTES = 8;

  /** A codec; has no state. */
  public ProtobufMessageCodec() {}

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the message cannot be said: over {@link #MAX_PAYLOADS}, or
   *     its entries are not consecutive
   */
  @Override
  public List<ByteBuffer> encode(long group, Message message) {
    Wire.Envelope head = head(group, message);
    ByteBuffer prefixAndHead = ByteBuffer.allocate(PREFIX_BYTES + head.getSerializedSize());
    putHead(head, prefixAndHead);
    int payloads = payloadCount(message);
    List<ByteBuffer> buffers = new ArrayList<>(1 + payloads);
    buffers.add(prefixAndHead.flip());
    for (int i = 0; i < payloads; i++) {
      byte[] payload = payload(message, i);
      if (payload.length > 0) {
        buffers.add(ByteBuffer.wrap(payload).asReadOnlyBuffer());
      }
    }
    return buffers;
  }

  @Override
  public Envelope decode(ByteBuffer frame) throws MalformedMessageException {
    ByteBuffer in = frame.slice().order(ByteOrder.BIG_ENDIAN);
    if (in.remaining() < PREFIX_BYTES) {
      throw new MalformedMessageException("a message of " + in.remaining() + " bytes");
    }
    int headLength = in.getInt();
    int headCrc = in.getInt();
    if (headLength < 0 || headLength > in.remaining()) {
      throw new MalformedMessageException(
          "a head of " + Integer.toUnsignedString(headLength) + " bytes in " + in.remaining());
    }
    ByteBuffer headBytes = in.slice(PREFIX_BYTES, headLength);
    if (headChecksum(headLength, headBytes.duplicate()) != headCrc) {
      throw new MalformedMessageException("the head of a message is damaged");
    }
    in.position(PREFIX_BYTES + headLength);
    return decode(headBytes, in);
  }

  private static Envelope decode(ByteBuffer headBytes, ByteBuffer payloads)
      throws MalformedMessageException {
    try {
      Wire.Envelope head = Wire.Envelope.parseFrom(headBytes);
      Message message = EnvelopeReader.message(head, payloads);
      if (payloads.hasRemaining()) {
        throw new MalformedMessageException(
            payloads.remaining() + " bytes after a " + message.type());
      }
      return new Envelope(head.getGroup(), message);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedMessageException("the head of a message is no Protobuf", e);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("impossible values in a message: " + e.getMessage(), e);
    }
  }

  /** The head; see {@link #writeTo}. */
  static Wire.Envelope head(long group, Message message) {
    int payloads = payloadCount(message);
    if (payloads > MAX_PAYLOADS) {
      throw new IllegalArgumentException(
          payloads + " payloads in one " + message.type() + "; at most " + MAX_PAYLOADS);
    }
    return EnvelopeWriter.envelope(group, message);
  }

  /** How long the whole message is, in bytes; a long, because it may be more than any frame. */
  static long size(Wire.Envelope head, Message message) {
    long size = PREFIX_BYTES + head.getSerializedSize();
    for (int i = 0; i < payloadCount(message); i++) {
      size += payload(message, i).length;
    }
    return size;
  }

  /** Writes the message whose head this is; the payloads are copied once, from their arrays. */
  static void writeTo(ByteBuf out, Wire.Envelope head, Message message) {
    int length = PREFIX_BYTES + head.getSerializedSize();
    out.ensureWritable(length);
    putHead(head, out.internalNioBuffer(out.writerIndex(), length));
    out.writerIndex(out.writerIndex() + length);
    for (int i = 0; i < payloadCount(message); i++) {
      out.writeBytes(payload(message, i));
    }
  }

  private static void putHead(Wire.Envelope head, ByteBuffer out) {
    int start = out.position();
    int length = head.getSerializedSize();
    ByteBuffer bytes = out.slice(start + PREFIX_BYTES, length);
    try {
      CodedOutputStream coded = CodedOutputStream.newInstance(bytes.duplicate());
      head.writeTo(coded);
      coded.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a head is longer than it said", e);
    }
    out.putInt(length).putInt(headChecksum(length, bytes)).position(start + PREFIX_BYTES + length);
  }

  /** Over the length too: else a changed length would go unseen where heads are short. */
  private static int headChecksum(int length, ByteBuffer head) {
    CRC32C crc = new CRC32C();
    crc.update(length >>> 24);
    crc.update(length >>> 16);
    crc.update(length >>> 8);
    crc.update(length);
    crc.update(head);
    return (int) crc.getValue();
  }

  private static int payloadCount(Message message) {
    return switch (message.type()) {
      case APPEND_ENTRIES -> ((AppendEntries) message).entries().size();
      case PROPOSE -> ((Propose) message).payloads().size();
      default -> 0;
    };
  }

  private static byte[] payload(Message message, int place) {
    return message instanceof AppendEntries append
        ? append.entries().get(place).data()
        : ((Propose) message).payloads().get(place);
  }
}
