// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.contract.RecordingListener;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.netty.proto.Wire;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The other side of a connection, byte by byte: what an honest peer would not say, this one can.
 */
final class RawPeer implements AutoCloseable {
  static final byte[] MAGIC = {'B', 'A', 'L', 'S', 'A', '\r', '\n', 0};

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  RawPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(RecordingListener.PATIENCE_SECONDS));
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  static RawPeer dial(InetSocketAddress address) throws IOException {
    return new RawPeer(new Socket(address.getAddress(), address.getPort()));
  }

  RawPeer write(byte... bytes) throws IOException {
    try {
      out.write(bytes);
    } catch (SocketException e) {
      // It has hung up, perhaps as it should: the test finds out when it reads.
      assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
    }
    return this;
  }

  RawPeer writeInt(int value) throws IOException {
    return write(ByteBuffer.allocate(4).putInt(value).array());
  }

  RawPeer writeLong(long value) throws IOException {
    return write(ByteBuffer.allocate(8).putLong(value).array());
  }

  RawPeer frame(byte[] bytes) throws IOException {
    return writeInt(bytes.length).write(bytes);
  }

  RawPeer hello(Wire.Hello hello) throws IOException {
    return write(MAGIC).frame(hello.toByteArray());
  }

  RawPeer reply(Wire.HelloReply reply) throws IOException {
    return write(MAGIC).frame(reply.toByteArray());
  }

  RawPeer message(long group, Message message) throws IOException {
    int length = 0;
    for (ByteBuffer buffer : new ProtobufMessageCodec().encode(group, message)) {
      length += buffer.remaining();
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    new ProtobufMessageCodec().encode(group, message).forEach(all::put);
    return frame(all.array());
  }

  byte[] readFrame() throws IOException {
    return in.readNBytes(in.readInt());
  }

  byte[] readFirstFrame() throws IOException {
    in.readNBytes(MAGIC.length);
    return readFrame();
  }

  Wire.HelloReply readReply() throws IOException {
    return Wire.HelloReply.parseFrom(readFirstFrame());
  }

  /** Reads until the other side hangs up; how many bytes came before. */
  long awaitEnd() throws IOException {
    long bytes = 0;
    try {
      while (in.read() >= 0) {
        bytes++;
      }
    } catch (SocketException | EOFException e) {
      // It hung up with bytes of ours unread.
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
