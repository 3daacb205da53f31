// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.netty.proto.Wire;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport.SnapshotReceiver;
import dev.balsa.raft.spi.Transport.SnapshotRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one snapshot from a peer, on a connection of its own. Writes to the disk off the event
 * loop; while two chunks wait to be written, nothing more is read from the socket.
 *
 * <p>All calls of the receiver and its sink are made by tasks that run one after the other; the
 * last of them closes the sink and tells the outcome, once.
 */
final class SnapshotFetch extends SimpleChannelInboundHandler<ByteBuf> implements Dial.Outcome {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final int MAX_CHUNKS = 2;

  private final Wiring wiring;
  private final SnapshotRequest request;
  private final SnapshotReceiver receiver;
  private final Runnable onEnd;
  private final EventLoop loop;
  private final SerialExecutor files;

  // The event loop's.
  private Channel channel;
  private Future<?> watchdog;
  private long lastProgressNanos;
  private boolean replied;
  private boolean begun;
  private long size;
  private long position;
  private int chunks;

  /**
   * Whether the outcome is settled, or only the commit is left: the connection no longer matters.
   */
  private boolean ended;

  // The tasks'.
  private SnapshotStore.Sink sink;
  private boolean told;

  /**
   * A fetch that has not begun.
   *
   * @param onEnd run before the outcome is told
   */
  SnapshotFetch(Wiring wiring, SnapshotRequest request, SnapshotReceiver receiver, Runnable onEnd) {
    this.wiring = wiring;
    this.request = request;
    this.receiver = receiver;
    this.onEnd = onEnd;
    this.loop = wiring.loops().next();
    this.files = new SerialExecutor(wiring.files());
  }

  /** Begins. */
  void start(Address address, int attempt) {
    onLoop(
        () ->
            new Dial(wiring, loop, address, request.from(), Handshakes.PURPOSE_SNAPSHOT, this)
                .start(attempt));
  }

  @Override
  public void onRefused(Wire.HelloReply reply) {
    String reason = Handshakes.text(reply.getRefusal());
    fail(new IOException(who() + " refused the handshake: " + reason));
  }

  @Override
  public void onFailed(IOException cause) {
    fail(cause);
  }

  @Override
  public void onAccepted(Channel channel) {
    this.channel = channel;
    if (ended) {
      channel.close();
      return;
    }
    int longest = SnapshotFrames.CHUNK_PREFIX_BYTES + SnapshotFrames.MAX_CHUNK_BYTES;
    channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(longest, 0, 4, 0, 4), this);
    lastProgressNanos = System.nanoTime();
    long timeout = wiring.options().snapshotTimeout.toNanos();
    watchdog =
        loop.scheduleWithFixedDelay(this::watch, timeout / 4, timeout / 4, TimeUnit.NANOSECONDS);
    send(
        Wire.SnapshotRequest.newBuilder()
            .setGroup(request.group())
            .setTerm(request.snapshot().term())
            .setIndex(request.snapshot().index())
            .build()
            .toByteArray());
  }

  private void watch() {
    // While our own disk is at work, the peer is not to blame.
    boolean peersTurn = chunks == 0 && replied == begun;
    if (peersTurn
        && System.nanoTime() - lastProgressNanos > wiring.options().snapshotTimeout.toNanos()) {
      fail(
          new IOException(
              "nothing came from " + who() + " for " + wiring.options().snapshotTimeout));
    }
  }

  private void send(byte[] message) {
    channel.writeAndFlush(SnapshotFrames.frame(channel.alloc(), message));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame)
      throws MalformedMessageException {
    if (ended) {
      return;
    }
    lastProgressNanos = System.nanoTime();
    if (!replied) {
      onReply(ByteBufUtil.getBytes(frame));
    } else if (begun) {
      onChunk(frame);
    } else {
      throw new MalformedMessageException("a chunk before it was asked for");
    }
  }

  private void onReply(byte[] frame) throws MalformedMessageException {
    replied = true;
    Wire.SnapshotReply reply;
    try {
      reply = Wire.SnapshotReply.parseFrom(frame);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedMessageException("an answer that is no Protobuf", e);
    }
    if (reply.getRefusal() != 0) {
      fail(
          new IOException(
              who()
                  + " does not send the snapshot "
                  + request.snapshot()
                  + ": "
                  + SnapshotFrames.text(reply.getRefusal())));
      return;
    }
    if (reply.getSize() < 0) {
      throw new MalformedMessageException("a snapshot of " + reply.getSize() + " bytes");
    }
    size = reply.getSize();
    files.execute(() -> begin(reply.getSize(), reply.getDigest()));
  }

  private void begin(long size, long digest) {
    if (told) {
      return;
    }
    try {
      sink = receiver.begin(size, digest);
      long start = sink.position();
      if (start < 0 || start > size) {
        throw new IOException("the sink stands at " + start + " of " + size);
      }
      if (start == size) {
        onLoop(this::disconnect);
        commit();
      } else {
        onLoop(() -> begun(start));
      }
    } catch (IOException | RuntimeException e) {
      onLoop(() -> fail(e));
    }
  }

  private void begun(long start) {
    begun = true;
    lastProgressNanos = System.nanoTime();
    position = start;
    if (!ended) {
      send(Wire.SnapshotStart.newBuilder().setOffset(start).build().toByteArray());
    }
  }

  private void onChunk(ByteBuf frame) throws MalformedMessageException {
    if (!frame.isReadable()) {
      fail(new IOException(who() + " cannot go on sending its snapshot"));
      return;
    }
    int length = frame.readableBytes() - SnapshotFrames.CHUNK_PREFIX_BYTES;
    if (length < 1 || length > size - position) {
      throw new MalformedMessageException(
          "a chunk of " + length + " bytes where " + (size - position) + " are missing");
    }
    long offset = frame.readLong();
    int crc = frame.readInt();
    byte[] bytes = ByteBufUtil.getBytes(frame);
    if (offset != position || SnapshotFrames.checksum(offset, bytes, 0, length) != crc) {
      throw new MalformedMessageException("the chunk at " + position + " is damaged");
    }
    position += length;
    chunks++;
    if (chunks >= MAX_CHUNKS) {
      channel.config().setAutoRead(false);
    }
    wiring.counters().snapshotBytesReceived.add(length);
    boolean last = position == size;
    files.execute(() -> write(bytes, last));
    if (last) {
      disconnect();
    }
  }

  private void write(byte[] bytes, boolean last) {
    if (told) {
      return;
    }
    try {
      sink.write(bytes, 0, bytes.length);
      if (last) {
        commit();
      } else {
        onLoop(this::written);
      }
    } catch (IOException | RuntimeException e) {
      tell(e);
      onLoop(this::disconnect);
    }
  }

  private void written() {
    chunks--;
    lastProgressNanos = System.nanoTime();
    if (!ended) {
      channel.config().setAutoRead(true);
    }
  }

  private void commit() {
    try {
      sink.commit();
    } catch (IOException | RuntimeException e) {
      tell(e);
      return;
    }
    tell(null);
  }

  /** Everything has arrived, or nothing more will be taken: the connection is no longer needed. */
  private void disconnect() {
    ended = true;
    if (watchdog != null) {
      watchdog.cancel(false);
    }
    if (channel != null) {
      channel.close();
    }
  }

  private void fail(Throwable cause) {
    if (!ended) {
      disconnect();
      files.execute(() -> tell(cause));
    }
  }

  /** Ends the fetch as a task: nobody writes any more when the receiver hears of it. */
  private void tell(Throwable cause) {
    if (told) {
      return;
    }
    told = true;
    Throwable failure = cause;
    try {
      if (sink != null) {
        sink.close();
      }
    } catch (IOException e) {
      LOG.warn("cannot close a snapshot", e);
    }
    onEnd.run();
    if (failure == null) {
      receiver.onComplete();
    } else {
      receiver.onFailure(failure);
    }
  }

  private String who() {
    return "member " + request.from();
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      files.execute(() -> tell(new IOException("the transport is closed", e)));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException(who() + " closed the connection at " + position + " of " + size));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
    Failures.close(ctx, wiring, who(), cause);
  }

  /** Gives up; the receiver is told of a failure unless it has been told already. */
  void abort() {
    onLoop(() -> fail(new IOException("the transport is closed")));
  }
}
