// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageCodec.Envelope;
import dev.balsa.raft.message.MessageType;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.netty.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProtobufMessageCodecTest {
  private static final Route ROUTE = new Route(new MemberId(1, 17), new MemberId(2, 0));

  private final ProtobufMessageCodec codec = new ProtobufMessageCodec();

  @Provide
  Arbitrary<Message> messages() {
    return Messages.any();
  }

  @Property
  void everyMessageComesBackEqual(@ForAll long group, @ForAll("messages") Message message)
      throws Exception {
    Envelope back = codec.decode(ByteBuffer.wrap(bytes(group, message)));
    assertThat(back.group()).isEqualTo(group);
    assertSame(back.message(), message);
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeIsKnown(MessageType type) throws Exception {
    Message message = Messages.ofType(type).sample();
    assertThat(message.type()).isEqualTo(type);
    assertSame(codec.decode(ByteBuffer.wrap(bytes(3, message))).message(), message);
  }

  @Property
  void bothWaysOfEncodingGiveTheSameBytes(@ForAll long group, @ForAll("messages") Message message) {
    ByteBuf out = Unpooled.directBuffer(1);
    try {
      Wire.Envelope head = ProtobufMessageCodec.head(group, message);
      ProtobufMessageCodec.writeTo(out, head, message);
      assertThat(ProtobufMessageCodec.size(head, message)).isEqualTo(out.readableBytes());
      byte[] written = new byte[out.readableBytes()];
      out.readBytes(written);
      assertThat(written).isEqualTo(bytes(group, message));
    } finally {
      out.release();
    }
  }

  @Property
  void payloadsAreNotCopiedByEncode(@ForAll("messages") Message message) {
    for (ByteBuffer buffer : codec.encode(1, message)) {
      assertThat(buffer.position()).isZero();
      assertThat(buffer.hasRemaining()).isTrue();
    }
    if (message instanceof AppendEntries append) {
      long payloads = append.entries().stream().filter(e -> e.data().length > 0).count();
      assertThat(codec.encode(1, message)).hasSize((int) payloads + 1);
    }
  }

  @Property
  void everyTruncationIsMalformed(@ForAll("messages") Message message, @ForAll Random random) {
    byte[] bytes = bytes(1, message);
    assertMalformed(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
  }

  @Property
  void everyFlippedBitIsMalformed(@ForAll("messages") Message message, @ForAll Random random) {
    byte[] bytes = bytes(1, message);
    int bit = random.nextInt(8 * bytes.length);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    assertMalformed(bytes);
  }

  @Property
  void everyByteTooManyIsMalformed(@ForAll("messages") Message message) {
    byte[] bytes = bytes(1, message);
    assertMalformed(Arrays.copyOf(bytes, bytes.length + 1));
  }

  @Property
  void randomBytesAreMalformed(@ForAll byte[] bytes) {
    assertMalformed(bytes);
  }

  /** Heads that pass their checksum, so that what is behind it meets hostile values. */
  @Property
  void hostileHeadsAreMalformedOrAMessage(
      @ForAll("messages") Message message, @ForAll Random random) {
    byte[] head = ProtobufMessageCodec.head(1, message).toByteArray();
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      head[random.nextInt(head.length)] = (byte) random.nextInt();
    }
    byte[] payloads = new byte[random.nextInt(50)];
    try {
      assertThat(codec.decode(frame(head, payloads)).message()).isNotNull();
    } catch (MalformedMessageException e) {
      assertThat(e).hasMessageNotContaining("head of a message is damaged");
    }
  }

  @Test
  void lengthsAreHeldAgainstWhatIsThereBeforeAnythingIsAllocated() {
    Wire.AppendEntries append =
        Wire.AppendEntries.newBuilder()
            .addEntryTerm(1)
            .addEntryType(1)
            .addPayloadLength(Integer.MAX_VALUE)
            .addPayloadCrc(0)
            .build();
    Wire.Envelope head = route().setAppendEntries(append).build();
    assertThatThrownBy(() -> codec.decode(frame(head.toByteArray(), new byte[3])))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("3 bytes of payloads where 2147483647 are announced");
    Wire.Propose propose = Wire.Propose.newBuilder().addPayloadLength(-1).addPayloadCrc(0).build();
    assertThatThrownBy(
            () ->
                codec.decode(frame(route().setPropose(propose).build().toByteArray(), new byte[3])))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("3 bytes of payloads where 4294967295 are announced");
  }

  @Test
  void aHeadLongerThanTheFrameIsNotAllocated() {
    ByteBuffer frame = ByteBuffer.allocate(12).putInt(Integer.MAX_VALUE).putInt(0).position(0);
    assertThatThrownBy(() -> codec.decode(frame))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("a head of 2147483647 bytes in 4");
  }

  @Test
  void columnsOfUnequalLengthAreMalformed() {
    Wire.AppendEntries append =
        Wire.AppendEntries.newBuilder().addEntryTerm(1).addEntryTerm(1).addEntryType(1).build();
    assertThatThrownBy(
            () -> codec.decode(frame(route().setAppendEntries(append).build().toByteArray())))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("1 types for 2 payloads");
  }

  @Test
  void tooManyPayloadsAreRefusedOnBothSides() {
    Propose message =
        new Propose(
            ROUTE,
            1,
            new RequestId(1, 1),
            Collections.nCopies(ProtobufMessageCodec.MAX_PAYLOADS + 1, new byte[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> codec.encode(1, message));
    Wire.Propose.Builder propose = Wire.Propose.newBuilder();
    for (byte[] payload : message.payloads()) {
      propose.addPayloadLength(payload.length).addPayloadCrc(0);
    }
    assertThatThrownBy(() -> codec.decode(frame(route().setPropose(propose).build().toByteArray())))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most 262144");
  }

  @Test
  void aPayloadThatChangedIsFound() {
    Entry damaged = new Entry(new EntryId(5, 7), EntryType.NORMAL, new byte[] {1, 2, 3}, 99);
    byte[] bytes = bytes(1, new AppendEntries(ROUTE, 5, new EntryId(5, 6), List.of(damaged), 6));
    assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(bytes)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("the payload of entry 5/7 is damaged");
  }

  @Test
  void entriesThatDoNotFollowEachOtherCannotBeSaid() {
    Entry gap = Entry.noOp(new EntryId(5, 8));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> codec.encode(1, new AppendEntries(ROUTE, 5, new EntryId(5, 6), List.of(gap), 6)))
        .withMessage("entry 5/8 does not follow 5/6 at place 0");
  }

  @Test
  void aMessageOfANewerTypeIsMalformed() {
    UnknownFieldSet.Field body =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
    Wire.Envelope head =
        route().setUnknownFields(UnknownFieldSet.newBuilder().addField(99, body).build()).build();
    assertThatThrownBy(() -> codec.decode(frame(head.toByteArray())))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("a message of a type that this version does not know");
  }

  @Test
  void anUnknownFieldOfAKnownMessageIsPassedOver() throws Exception {
    UnknownFieldSet.Field extra = UnknownFieldSet.Field.newBuilder().addVarint(7).build();
    Wire.Envelope head =
        route()
            .setTimeoutNow(Wire.TimeoutNow.getDefaultInstance())
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, extra).build())
            .build();
    assertThat(codec.decode(frame(head.toByteArray())).message().type())
        .isEqualTo(MessageType.TIMEOUT_NOW);
  }

  @Property(tries = 50)
  void theFrameIsLeftAsItWas(@ForAll("messages") Message message) throws Exception {
    byte[] bytes = bytes(1, message);
    ByteBuffer frame = ByteBuffer.allocateDirect(bytes.length + 5).position(5).put(bytes);
    frame.position(5);
    assertSame(codec.decode(frame.asReadOnlyBuffer()).message(), message);
    assertThat(frame.position()).isEqualTo(5);
  }

  private static Wire.Envelope.Builder route() {
    return Wire.Envelope.newBuilder().setGroup(1).setFromId(1).setToId(2);
  }

  private static ByteBuffer frame(byte[] head, byte... payloads) {
    ByteBuffer lengthAndHead = ByteBuffer.allocate(4 + head.length).putInt(head.length).put(head);
    CRC32C crc = new CRC32C();
    crc.update(lengthAndHead.flip());
    return ByteBuffer.allocate(8 + head.length + payloads.length)
        .putInt(head.length)
        .putInt((int) crc.getValue())
        .put(head)
        .put(payloads)
        .flip();
  }

  private byte[] bytes(long group, Message message) {
    List<ByteBuffer> buffers = codec.encode(group, message);
    ByteBuffer all = ByteBuffer.allocate(buffers.stream().mapToInt(ByteBuffer::remaining).sum());
    buffers.forEach(all::put);
    return all.array();
  }

  private void assertMalformed(byte[] bytes) {
    assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(bytes)))
        .isInstanceOf(MalformedMessageException.class);
  }

  private static void assertSame(Message actual, Message expected) {
    // A record with arrays in a list has no equals that looks into them.
    if (expected instanceof Propose propose) {
      Propose other = (Propose) actual;
      assertThat(other.route()).isEqualTo(propose.route());
      assertThat(other.term()).isEqualTo(propose.term());
      assertThat(other.first()).isEqualTo(propose.first());
      assertThat(other.payloads().toArray()).isEqualTo(propose.payloads().toArray());
    } else {
      assertThat(actual).isEqualTo(expected);
    }
  }
}
