// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.netty.proto.Wire;
import dev.balsa.raft.spi.Transport.Handshake;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Judges a connection that was made to us, and turns it into what it is for. Nothing that arrives
 * before the judgement reaches anyone.
 */
final class Acceptor extends ByteToMessageDecoder {
  private final Wiring wiring;
  private final Incoming incoming;
  private boolean answered;

  Acceptor(Wiring wiring, Incoming incoming) {
    this.wiring = wiring;
    this.incoming = incoming;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.executor()
        .schedule(
            () -> onTimeout(ctx),
            wiring.options().handshakeTimeout.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void onTimeout(ChannelHandlerContext ctx) {
    if (!answered && ctx.channel().isActive()) {
      wiring.counters().refusedConnections.increment();
      wiring
          .warnings()
          .warn(
              LimitedLog.Kind.TOO_SLOW,
              "closed the connection of "
                  + ctx.channel().remoteAddress()
                  + ": no handshake within "
                  + wiring.options().handshakeTimeout);
      ctx.close();
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (answered) {
      // A peer waits for the answer; while it is on its way, nothing is read.
      return;
    }
    try {
      byte[] frame = Handshakes.firstFrame(in);
      if (frame != null) {
        answered = true;
        incoming.handshakeDone(ctx.channel());
        judge(ctx, Wire.Hello.parseFrom(frame));
      }
    } catch (MalformedMessageException e) {
      stranger(ctx, in, e.getMessage());
    } catch (InvalidProtocolBufferException e) {
      stranger(ctx, in, "its handshake is no Protobuf");
    }
  }

  private void stranger(ChannelHandlerContext ctx, ByteBuf in, String problem) {
    answered = true;
    in.skipBytes(in.readableBytes());
    Failures.malformed(ctx, wiring, "a stranger", problem);
  }

  private void judge(ChannelHandlerContext ctx, Wire.Hello hello) throws MalformedMessageException {
    int purpose = hello.getPurpose();
    if (purpose == Handshakes.PURPOSE_QUESTION) {
      ctx.writeAndFlush(
              Handshakes.introduction(ctx.alloc(), wiring.self(), wiring.listener().addresses()))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    Handshake handshake = Handshakes.handshake(hello);
    RefusedHandshake refusal = refusal(hello, handshake);
    if (refusal != null) {
      wiring.counters().refusedConnections.increment();
      wiring
          .warnings()
          .warn(LimitedLog.Kind.REFUSED, refusalLine(ctx, handshake, refusal.reason()));
      ctx.writeAndFlush(Handshakes.refusal(ctx.alloc(), wiring.self(), refusal))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    switch (purpose) {
      case Handshakes.PURPOSE_MESSAGES -> acceptMessages(ctx, handshake);
      case Handshakes.PURPOSE_SNAPSHOT ->
          accept(
              ctx,
              SnapshotFrames.MAX_REQUEST_BYTES,
              new SnapshotSender(wiring, incoming, handshake.from(), ctx.channel()));
      default -> throw new MalformedMessageException("a handshake for purpose " + purpose);
    }
  }

  private RefusedHandshake refusal(Wire.Hello hello, Handshake handshake) {
    if (hello.getMinVersion() > Handshakes.MAX_VERSION
        || hello.getMaxVersion() < Handshakes.MIN_VERSION) {
      return RefusedHandshake.of(HandshakeRefusal.NO_COMMON_VERSION);
    }
    if (handshake.clusterId() != wiring.self().clusterId()) {
      return RefusedHandshake.of(HandshakeRefusal.WRONG_CLUSTER);
    }
    if (!handshake.to().matches(wiring.self().member())) {
      return RefusedHandshake.of(HandshakeRefusal.NOT_FOR_ME);
    }
    return wiring.listener().onHandshake(handshake);
  }

  private String refusalLine(
      ChannelHandlerContext ctx, Handshake handshake, HandshakeRefusal refusal) {
    return "refused member "
        + handshake.from()
        + " of cluster "
        + Long.toHexString(handshake.clusterId())
        + " ("
        + ctx.channel().remoteAddress()
        + "), which wants member "
        + handshake.to()
        + ": "
        + Handshakes.text(Handshakes.code(refusal))
        + "; this is member "
        + wiring.self().member()
        + " of cluster "
        + Long.toHexString(wiring.self().clusterId());
  }

  private void acceptMessages(ChannelHandlerContext ctx, Handshake handshake) {
    IncomingMessages messages = new IncomingMessages(wiring, ctx.channel(), handshake);
    Future<?> oldEnded = incoming.replace(handshake.from().id(), messages);
    if (oldEnded == null) {
      acceptMessages(ctx, messages);
      return;
    }
    ctx.channel().config().setAutoRead(false);
    oldEnded.addListener(
        ended ->
            ctx.executor()
                .execute(
                    () -> {
                      acceptMessages(ctx, messages);
                      ctx.channel().config().setAutoRead(true);
                    }));
  }

  private void acceptMessages(ChannelHandlerContext ctx, IncomingMessages messages) {
    if (!ctx.channel().isActive()) {
      return;
    }
    long idle = wiring.options().idleTimeout.toMillis();
    ctx.pipeline().addFirst(new IdleStateHandler(idle, 0, 0, TimeUnit.MILLISECONDS));
    accept(ctx, wiring.options().maxFrameBytes, messages);
  }

  private void accept(ChannelHandlerContext ctx, int maxFrameBytes, ChannelHandler handler) {
    ctx.writeAndFlush(Handshakes.acceptance(ctx.alloc(), wiring.self()));
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addLast(new LengthFieldBasedFrameDecoder(maxFrameBytes, 0, 4, 0, 4));
    pipeline.addLast(handler);
    pipeline.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Failures.close(ctx, wiring, "a stranger", cause);
  }
}
