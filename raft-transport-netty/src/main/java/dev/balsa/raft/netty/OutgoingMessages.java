// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.netty.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * An established connection to a peer: encodes what its {@link PeerLink} has queued, as many
 * messages as fit into one buffer, with one flush for all; and asks for signs of life.
 */
final class OutgoingMessages extends ChannelInboundHandlerAdapter {
  /** How much is encoded into one buffer, in bytes; a longer message has one of its own. */
  private static final int BATCH_BYTES = 256 << 10;

  private static final int LENGTH_BYTES = 4;

  private final Wiring wiring;
  private final PeerLink link;
  private final Counters.Peer counters;
  private Channel channel;
  private Future<?> pings;
  private long lastSignNanos;

  OutgoingMessages(Wiring wiring, PeerLink link, Counters.Peer counters) {
    this.wiring = wiring;
    this.link = link;
    this.counters = counters;
  }

  void addTo(Channel channel) {
    this.channel = channel;
    lastSignNanos = System.nanoTime();
    long interval = wiring.options().pingInterval.toNanos();
    pings =
        channel
            .eventLoop()
            .scheduleWithFixedDelay(this::ping, interval, interval, TimeUnit.NANOSECONDS);
    channel.pipeline().addLast(this);
  }

  /** Writes what is queued, as long as the socket keeps up. */
  void drain() {
    ByteBuf batch = null;
    boolean drained = false;
    while (channel.isWritable()) {
      PeerLink.Queued next = link.poll();
      if (next == null) {
        drained = true;
        break;
      }
      batch = add(batch, next);
    }
    if (batch != null) {
      channel.write(batch, channel.voidPromise());
      channel.flush();
    }
    if (drained && channel.isWritable()) {
      link.onDrained();
    }
  }

  private ByteBuf add(ByteBuf batch, PeerLink.Queued next) {
    Wire.Envelope head;
    long size;
    try {
      head = ProtobufMessageCodec.head(next.group(), next.message());
      size = ProtobufMessageCodec.size(head, next.message());
    } catch (IllegalArgumentException e) {
      notSent(next, e.getMessage());
      return batch;
    }
    int limit = wiring.options().maxFrameBytes;
    if (size > limit) {
      notSent(
          next, size + " bytes, and frames may have " + limit + "; raise maxFrameBytes everywhere");
      return batch;
    }
    int frame = LENGTH_BYTES + (int) size;
    ByteBuf out = batch;
    if (out != null && out.readableBytes() + frame > BATCH_BYTES) {
      channel.write(out, channel.voidPromise());
      out = null;
    }
    if (out == null) {
      long wanted = Math.min(BATCH_BYTES, frame + link.queuedBytes());
      out = channel.alloc().directBuffer((int) Math.max(frame, wanted));
    }
    out.writeInt((int) size);
    ProtobufMessageCodec.writeTo(out, head, next.message());
    counters.messagesSent.increment();
    counters.bytesSent.add(frame);
    return out;
  }

  private void notSent(PeerLink.Queued next, String problem) {
    link.drop(1);
    wiring
        .warnings()
        .warn(
            LimitedLog.Kind.NOT_SENT,
            "cannot send "
                + next.message().type()
                + " to member "
                + Long.toHexString(link.id())
                + ": "
                + problem);
  }

  private void ping() {
    if (System.nanoTime() - lastSignNanos > wiring.options().idleTimeout.toNanos()) {
      channel.close();
    } else if (channel.isWritable()) {
      channel.writeAndFlush(channel.alloc().buffer(LENGTH_BYTES).writeInt(0));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // The other side says nothing but that it is there.
    lastSignNanos = System.nanoTime();
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      drain();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pings.cancel(false);
    link.onInactive(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Failures.close(ctx, wiring, "member " + Long.toHexString(link.id()), cause);
  }
}
