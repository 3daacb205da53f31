// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageCodec;
import java.nio.ByteBuffer;
import java.util.List;

/** The bytes of messages, as {@code raft.proto} describes them. */
public final class ProtobufMessageCodec implements MessageCodec {
  /** A codec; has no state. */
  public ProtobufMessageCodec() {}

  @Override
  public List<ByteBuffer> encode(long group, Message message) {
    throw new UnsupportedOperationException("to be written");
  }

  @Override
  public Envelope decode(ByteBuffer frame) throws MalformedMessageException {
    throw new UnsupportedOperationException("to be written");
  }
}
