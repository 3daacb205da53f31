// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.netty.proto.Wire;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One attempt to reach a peer: resolves its address, connects, says hello and hears the answer.
 * Runs on one event loop; exactly one method of its {@link Outcome} is called, there, unless it is
 * cancelled.
 */
final class Dial extends ByteToMessageDecoder {
  /** What becomes of a dial. */
  interface Outcome {
    /**
     * The peer takes the connection. This handler is still in the pipeline, and leaves it once the
     * caller has added its own behind it.
     */
    void onAccepted(Channel channel);

    /** The peer says no, in this reply; the connection is closed. */
    void onRefused(Wire.HelloReply reply);

    /** No connection, or none to the right peer. */
    void onFailed(IOException cause);
  }

  private final Wiring wiring;
  private final EventLoop loop;
  private final Address address;
  private final MemberId to;
  private final int purpose;
  private final Outcome outcome;
  private Channel channel;
  private boolean ended;

  Dial(Wiring wiring, EventLoop loop, Address address, MemberId to, int purpose, Outcome outcome) {
    this.wiring = wiring;
    this.loop = loop;
    this.address = address;
    this.to = to;
    this.purpose = purpose;
    this.outcome = outcome;
  }

  /** Begins; {@code attempt} chooses among the addresses of a name. */
  void start(int attempt) {
    if (address.isLiteral()) {
      resolve(attempt);
      return;
    }
    try {
      // A name server that does not answer must not hold up the event loop, and with it every peer.
      wiring.names().execute(() -> resolve(attempt));
    } catch (RejectedExecutionException e) {
      onLoop(() -> fail(new IOException("closed", e)));
    }
  }

  private void resolve(int attempt) {
    try {
      InetSocketAddress resolved = address.resolve(attempt);
      onLoop(() -> connect(resolved));
    } catch (UnknownHostException e) {
      onLoop(() -> fail(new IOException("no such host: " + address.host(), e)));
    }
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The transport is closed; nobody waits for this dial.
      ended = true;
    }
  }

  private void connect(InetSocketAddress resolved) {
    if (ended) {
      return;
    }
    TransportOptions options = wiring.options();
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(Integer.MAX_VALUE, options.connectTimeout.toMillis()))
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(options.writeBufferBytes / 2, options.writeBufferBytes))
            .handler(this)
            .connect(resolved);
    channel = connected.channel();
    wiring.channels().add(channel);
    connected.addListener(
        done -> {
          if (!done.isSuccess()) {
            fail(new IOException("cannot connect to " + resolved, done.cause()));
          }
        });
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(Handshakes.hello(ctx.alloc(), wiring.self(), to, purpose));
    ctx.executor()
        .schedule(
            () -> fail(new IOException("no answer to the handshake from " + address)),
            wiring.options().handshakeTimeout.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (ended) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      byte[] frame = Handshakes.firstFrame(in);
      if (frame != null) {
        answered(ctx, Wire.HelloReply.parseFrom(frame));
      }
    } catch (MalformedMessageException | InvalidProtocolBufferException e) {
      fail(new IOException(address + " does not answer as a peer: " + e.getMessage(), e));
    }
  }

  private void answered(ChannelHandlerContext ctx, Wire.HelloReply reply) {
    if (reply.getVersion() == 0) {
      end();
      ctx.close();
      outcome.onRefused(reply);
      return;
    }
    String wrong = wrong(reply);
    if (wrong != null) {
      fail(new IOException(wrong));
      return;
    }
    end();
    outcome.onAccepted(ctx.channel());
    ctx.pipeline().remove(this);
  }

  private String wrong(Wire.HelloReply reply) {
    if (reply.getVersion() < Handshakes.MIN_VERSION
        || reply.getVersion() > Handshakes.MAX_VERSION) {
      return address + " chose protocol version " + reply.getVersion() + ", which we do not speak";
    }
    if (reply.getClusterId() != wiring.self().clusterId() || reply.getId() != to.id()) {
      return "at "
          + address
          + " is member "
          + Long.toHexString(reply.getId())
          + " of cluster "
          + Long.toHexString(reply.getClusterId())
          + ", not member "
          + Long.toHexString(to.id())
          + " of cluster "
          + Long.toHexString(wiring.self().clusterId());
    }
    return null;
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    ended = true;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    fail(new IOException(address + " closed the connection during the handshake"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(new IOException("the handshake with " + address + " failed", cause));
  }

  private void fail(IOException cause) {
    if (!ended) {
      cancel();
      outcome.onFailed(cause);
    }
  }

  /** Gives up; the outcome is not told. On the event loop. */
  void cancel() {
    end();
    if (channel != null) {
      channel.close();
    }
  }

  private void end() {
    ended = true;
  }
}
