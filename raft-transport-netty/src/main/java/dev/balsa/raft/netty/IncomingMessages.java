// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageCodec.Envelope;
import dev.balsa.raft.spi.Transport.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that a peer has made for messages: gives each to the listener as it arrives. */
final class IncomingMessages extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final int LENGTH_BYTES = 4;

  private final ProtobufMessageCodec codec = new ProtobufMessageCodec();
  private final Wiring wiring;
  private final Channel channel;
  private final Handshake peer;
  private final Counters.Peer counters;

  /** Whether nothing of this connection may be delivered any more. */
  private volatile boolean retired;

  IncomingMessages(Wiring wiring, Channel channel, Handshake peer) {
    this.wiring = wiring;
    this.channel = channel;
    this.peer = peer;
    this.counters = wiring.counters().peer(peer.from().id());
  }

  Channel channel() {
    return channel;
  }

  /** Delivers nothing more, and closes. */
  Future<?> retire() {
    retired = true;
    return channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    try {
      if (retired) {
        return;
      }
      if (!frame.isReadable()) {
        answerPing(ctx);
        return;
      }
      counters.messagesReceived.increment();
      counters.bytesReceived.add(LENGTH_BYTES + frame.readableBytes());
      deliver(codec.decode(frame.nioBuffer()));
    } catch (MalformedMessageException e) {
      retired = true;
      Failures.malformed(ctx, wiring, "member " + peer.from(), e.getMessage());
    } finally {
      frame.release();
    }
  }

  private void answerPing(ChannelHandlerContext ctx) {
    // One who only asks and never reads the answers gets no more than a buffer full of them.
    if (channel.isWritable()) {
      ctx.writeAndFlush(ctx.alloc().buffer(LENGTH_BYTES).writeInt(0));
    }
  }

  private void deliver(Envelope envelope) throws MalformedMessageException {
    Message message = envelope.message();
    // The handshake was judged by who the peer says it is. If messages could name another sender, a
    // member that was refused could vote through a connection that was not.
    if (!message.route().from().equals(peer.from())
        || message.to() != wiring.self().member().id()) {
      throw new MalformedMessageException(
          "a message from "
              + message.route().from()
              + " to "
              + message.route().to()
              + " on a connection from "
              + peer.from()
              + " to "
              + wiring.self().member());
    }
    try {
      wiring.listener().onMessage(envelope.group(), message);
    } catch (RuntimeException e) {
      LOG.error("the listener failed on a {} of member {}", message.type(), peer.from(), e);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent) {
      LOG.info(
          "closed the connection of member {}: nothing heard for {}",
          peer.from(),
          wiring.options().idleTimeout);
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    retired = true;
    Failures.close(ctx, wiring, "member " + peer.from(), cause);
  }
}
