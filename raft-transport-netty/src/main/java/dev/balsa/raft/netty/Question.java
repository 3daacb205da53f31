// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.netty.proto.Wire;
import dev.balsa.raft.spi.Introduction;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.TreeMap;

/**
 * Asks a member which cluster it belongs to, and where the others are: what one that wants to join
 * has to know before it can be anybody. A plain blocking socket, for it is asked once and before
 * anything runs.
 */
final class Question {
  private static final int BUFFER_BYTES = 8 << 10;

  private Question() {}

  static Introduction ask(Address address, TransportOptions options) throws IOException {
    InetSocketAddress resolved = address.resolve(0);
    try (Socket socket = new Socket()) {
      socket.connect(resolved, millis(options.connectTimeout.toMillis()));
      socket.setSoTimeout(millis(options.handshakeTimeout.toMillis()));
      ByteBuf question = Handshakes.question(UnpooledByteBufAllocator.DEFAULT);
      byte[] bytes = new byte[question.readableBytes()];
      question.readBytes(bytes).release();
      socket.getOutputStream().write(bytes);
      return introduction(Wire.HelloReply.parseFrom(frame(socket.getInputStream())));
    } catch (MalformedMessageException | InvalidProtocolBufferException e) {
      throw new IOException(address + " does not answer as a peer: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException("no answer from " + address + ": " + e.getMessage(), e);
    }
  }

  private static int millis(long millis) {
    // 0 would be for ever.
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, millis));
  }

  private static byte[] frame(InputStream in) throws IOException, MalformedMessageException {
    ByteBuf received = Unpooled.buffer();
    byte[] buffer = new byte[BUFFER_BYTES];
    byte[] frame = null;
    while (frame == null) {
      int read = in.read(buffer);
      if (read < 0) {
        throw new EOFException("it closed the connection");
      }
      received.writeBytes(buffer, 0, read);
      frame = Handshakes.firstFrame(received, Handshakes.MAX_ANSWER_BYTES);
    }
    return frame;
  }

  private static Introduction introduction(Wire.HelloReply reply) throws IOException {
    if (reply.getClusterId() == 0) {
      throw new IOException("it belongs to no cluster itself");
    }
    TreeMap<Long, String> addresses = new TreeMap<>();
    for (Wire.PeerAddress peer : reply.getPeersList()) {
      addresses.put(peer.getId(), peer.getAddress());
    }
    return new Introduction(reply.getClusterId(), addresses);
  }
}
