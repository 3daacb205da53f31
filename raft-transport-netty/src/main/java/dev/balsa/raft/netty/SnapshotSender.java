// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.netty.proto.Wire;
import dev.balsa.raft.spi.SnapshotStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one snapshot to a peer that fetches it. Reads from the disk off the event loop, one chunk
 * after the other, and never has more than two of them in memory.
 */
final class SnapshotSender extends SimpleChannelInboundHandler<ByteBuf> {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final int MAX_CHUNKS = 2;

  private enum Expected {
    REQUEST,
    START,
    NOTHING
  }

  private final Wiring wiring;
  private final Incoming incoming;
  private final MemberId peer;
  private final Channel channel;

  /** Whoever touches the source is one of its tasks. */
  private final SerialExecutor files;

  // The event loop's.
  private Expected expected = Expected.REQUEST;
  private Future<?> watchdog;
  private long lastProgressNanos;
  private long position;
  private int chunks;
  private boolean reading;

  // The tasks'. Size is set before the event loop looks.
  private SnapshotStore.Source source;
  private long size;

  SnapshotSender(Wiring wiring, Incoming incoming, MemberId peer, Channel channel) {
    this.wiring = wiring;
    this.incoming = incoming;
    this.peer = peer;
    this.channel = channel;
    this.files = new SerialExecutor(wiring.files());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    lastProgressNanos = System.nanoTime();
    long timeout = wiring.options().snapshotTimeout.toNanos();
    watchdog =
        ctx.executor()
            .scheduleWithFixedDelay(this::watch, timeout / 4, timeout / 4, TimeUnit.NANOSECONDS);
  }

  private void watch() {
    if (System.nanoTime() - lastProgressNanos > wiring.options().snapshotTimeout.toNanos()) {
      LOG.info("gave up sending a snapshot to member {}: it stands still", peer);
      channel.close();
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame)
      throws MalformedMessageException {
    lastProgressNanos = System.nanoTime();
    byte[] bytes = ByteBufUtil.getBytes(frame);
    try {
      switch (expected) {
        case REQUEST -> request(Wire.SnapshotRequest.parseFrom(bytes));
        case START -> start(Wire.SnapshotStart.parseFrom(bytes).getOffset());
        case NOTHING -> throw new MalformedMessageException("a frame where none is due");
      }
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedMessageException("a request for a snapshot that is no Protobuf", e);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("impossible values in a request for a snapshot", e);
    }
  }

  private void request(Wire.SnapshotRequest request) {
    expected = Expected.NOTHING;
    EntryId id = new EntryId(request.getTerm(), request.getIndex());
    if (!incoming.admitTransfer(peer.id(), request.getGroup(), channel)) {
      refuse(SnapshotFrames.TOO_MANY_TRANSFERS);
      return;
    }
    files.execute(() -> open(request.getGroup(), id));
  }

  private void open(long group, EntryId id) {
    if (!channel.isActive()) {
      return;
    }
    try {
      source = wiring.listener().openSnapshot(group, id);
      size = source == null ? 0 : source.size();
      long digest = source == null ? 0 : source.digest();
      boolean found = source != null;
      onLoop(() -> opened(found, digest));
    } catch (IOException | RuntimeException e) {
      LOG.error("cannot read the snapshot {} of group {}", id, group, e);
      onLoop(() -> refuse(SnapshotFrames.UNREADABLE));
    }
  }

  private void opened(boolean found, long digest) {
    if (!found) {
      refuse(SnapshotFrames.NO_SUCH_SNAPSHOT);
      return;
    }
    expected = Expected.START;
    reply(Wire.SnapshotReply.newBuilder().setSize(size).setDigest(digest).build());
  }

  private void refuse(int code) {
    reply(Wire.SnapshotReply.newBuilder().setRefusal(code).build())
        .addListener(ChannelFutureListener.CLOSE);
  }

  private ChannelFuture reply(Wire.SnapshotReply reply) {
    return channel.writeAndFlush(SnapshotFrames.frame(channel.alloc(), reply.toByteArray()));
  }

  private void start(long offset) throws MalformedMessageException {
    if (offset < 0 || offset >= size) {
      throw new MalformedMessageException(
          "a snapshot of " + size + " bytes is asked for from " + offset + " on");
    }
    expected = Expected.NOTHING;
    position = offset;
    readNext();
  }

  private void readNext() {
    if (reading || chunks == MAX_CHUNKS || position == size || !channel.isActive()) {
      return;
    }
    reading = true;
    chunks++;
    long from = position;
    int length = (int) Math.min(wiring.options().snapshotChunkBytes, size - from);
    position += length;
    files.execute(() -> read(from, length));
  }

  private void read(long from, int length) {
    if (!channel.isActive()) {
      return;
    }
    byte[] bytes = new byte[length];
    try {
      int done = 0;
      while (done < length) {
        int read = source.read(from + done, bytes, done, length - done);
        if (read <= 0) {
          throw new IOException("the snapshot ends at " + (from + done) + " of " + size);
        }
        done += read;
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("cannot go on sending a snapshot to member {}", peer, e);
      channel
          .writeAndFlush(SnapshotFrames.frame(channel.alloc(), SnapshotFrames.CANNOT_GO_ON))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    int crc = SnapshotFrames.checksum(from, bytes, 0, length);
    onLoop(() -> write(from, bytes, crc));
  }

  private void write(long from, byte[] bytes, int crc) {
    reading = false;
    channel.write(
        channel
            .alloc()
            .buffer(SnapshotFrames.LENGTH_BYTES + SnapshotFrames.CHUNK_PREFIX_BYTES)
            .writeInt(SnapshotFrames.CHUNK_PREFIX_BYTES + bytes.length)
            .writeLong(from)
            .writeInt(crc));
    channel
        .writeAndFlush(Unpooled.wrappedBuffer(bytes))
        .addListener(written -> written(written.isSuccess(), bytes.length));
    readNext();
  }

  private void written(boolean success, int bytes) {
    chunks--;
    if (!success) {
      return;
    }
    lastProgressNanos = System.nanoTime();
    wiring.counters().snapshotBytesSent.add(bytes);
    if (position == size && chunks == 0) {
      channel.close();
    } else {
      readNext();
    }
  }

  private void onLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.trace("closed", e);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    watchdog.cancel(false);
    files.execute(this::closeSource);
  }

  private void closeSource() {
    try {
      if (source != null) {
        source.close();
      }
    } catch (IOException e) {
      LOG.warn("cannot close a snapshot", e);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Failures.close(ctx, wiring, "member " + peer, cause);
  }
}
