// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.netty.TransportMetrics.PeerMetrics;
import dev.balsa.raft.netty.proto.Wire;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one peer: a bounded queue, and the connection that empties it.
 *
 * <p>It is always in one of four states: dialling, connected, waiting to dial again, closed. While
 * dialling, messages wait in the queue; while waiting, they are dropped.
 *
 * <p><b>Threads.</b> {@link #offer} and {@link #flush} may be called by any thread. All else
 * happens on one event loop: that of the connection.
 */
final class PeerLink {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

  /** What a queued message is taken to cost beyond its payloads, in bytes. */
  private static final int OVERHEAD_BYTES = 128;

  /** A message on its way to the event loop. */
  record Queued(long group, Message message, int bytes) {}

  private final Wiring wiring;
  private final long id;
  private final EventLoop loop;
  private final Counters.Peer counters;
  private final Queue<Queued> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicBoolean drainScheduled = new AtomicBoolean();

  /** Whether the listener knows that messages are being dropped. */
  private final AtomicBoolean reported = new AtomicBoolean();

  private volatile boolean connected;
  private volatile boolean closed;
  private volatile Address address;

  // All below is the event loop's.
  private Dial dial;
  private Channel channel;
  private OutgoingMessages handler;
  private Future<?> redial;
  private int failures;
  private long connectedNanos;
  private String lastComplaint = "";

  /** The incarnation that messages to this peer name; 0 as long as none did. */
  private long incarnation;

  PeerLink(Wiring wiring, long id, Address address) {
    this.wiring = wiring;
    this.id = id;
    this.loop = wiring.loops().next();
    this.counters = wiring.counters().peer(id);
    this.address = address;
  }

  long id() {
    return id;
  }

  Address address() {
    return address;
  }

  PeerMetrics metrics() {
    return counters.metrics(id, connected);
  }

  /** Begins to dial. */
  void open() {
    execute(this::dial);
  }

  /** Queues a message, or drops it if too much is queued. */
  void offer(long group, Message message) {
    int bytes = bytes(message);
    long limit = wiring.options().maxQueuedBytes;
    if (closed || queuedBytes.get() > 0 && queuedBytes.get() + bytes > limit) {
      drop(1);
      return;
    }
    queuedBytes.addAndGet(bytes);
    queue.add(new Queued(group, message, bytes));
  }

  private static int bytes(Message message) {
    long bytes = OVERHEAD_BYTES;
    if (message instanceof AppendEntries append) {
      for (int i = 0; i < append.entries().size(); i++) {
        Entry entry = append.entries().get(i);
        bytes += entry.bytes();
      }
    } else if (message instanceof Propose propose) {
      for (byte[] payload : propose.payloads()) {
        bytes += Entry.OVERHEAD_BYTES + payload.length;
      }
    }
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }

  /** Wakes the event loop if something is queued and nobody has yet. */
  void flush() {
    if (!queue.isEmpty() && drainScheduled.compareAndSet(false, true)) {
      execute(this::drainScheduled);
    }
  }

  private void drainScheduled() {
    drainScheduled.set(false);
    drain();
  }

  private void drain() {
    if (channel != null) {
      handler.drain();
    } else if (dial == null) {
      dropQueued();
    }
  }

  /** The next message that the connection may take, or null. */
  Queued poll() {
    Queued next = queue.poll();
    if (next != null) {
      queuedBytes.addAndGet(-next.bytes());
      incarnation = next.message().route().to().incarnation();
    }
    return next;
  }

  long queuedBytes() {
    return queuedBytes.get();
  }

  /** All that was queued is on its way: an episode of drops, if there was one, is over. */
  void onDrained() {
    reported.set(false);
  }

  private void dropQueued() {
    int dropped = 0;
    while (poll() != null) {
      dropped++;
    }
    if (dropped > 0) {
      drop(dropped);
    }
  }

  /** Counts dropped messages; the first of an episode is told to the listener. */
  void drop(int messages) {
    counters.dropped.add(messages);
    reportUnreachable();
  }

  private void reportUnreachable() {
    if (!closed && reported.compareAndSet(false, true)) {
      execute(() -> wiring.listener().onUnreachable(id));
    }
  }

  /** The peer has just been heard of: no need to wait any longer. */
  void hasten() {
    execute(
        () -> {
          if (redial != null) {
            dial();
          }
        });
  }

  /** Goes on at another address. */
  void moveTo(Address address) {
    if (address.equals(this.address)) {
      return;
    }
    this.address = address;
    execute(
        () -> {
          disconnect();
          failures = 0;
          dial();
        });
  }

  /** Closes for good. */
  void close() {
    closed = true;
    execute(
        () -> {
          disconnect();
          dropQueued();
        });
  }

  private void dial() {
    if (redial != null) {
      redial.cancel(false);
      redial = null;
    }
    if (closed) {
      return;
    }
    MemberId to = new MemberId(id, incarnation);
    Attempt attempt = new Attempt();
    dial = new Dial(wiring, loop, address, to, Handshakes.PURPOSE_MESSAGES, attempt);
    attempt.dial = dial;
    dial.start(failures);
  }

  /** Hears of a dial as long as it is the current one. */
  private final class Attempt implements Dial.Outcome {
    private Dial dial;

    @Override
    public void onAccepted(Channel channel) {
      if (dial == PeerLink.this.dial) {
        connected(channel);
      } else {
        channel.close();
      }
    }

    @Override
    public void onRefused(Wire.HelloReply reply) {
      if (dial == PeerLink.this.dial) {
        refused(reply);
      }
    }

    @Override
    public void onFailed(IOException cause) {
      if (dial == PeerLink.this.dial) {
        failed("not reachable", cause.getMessage());
      }
    }
  }

  private void connected(Channel channel) {
    dial = null;
    this.channel = channel;
    handler = new OutgoingMessages(wiring, this, counters);
    connectedNanos = System.nanoTime();
    connected = true;
    lastComplaint = "";
    reported.set(false);
    counters.connects.increment();
    LOG.debug("connected to member {} at {}", Long.toHexString(id), address);
    handler.addTo(channel);
    drain();
  }

  /** The connection has ended by itself. */
  void onInactive(OutgoingMessages handler) {
    if (handler != this.handler) {
      return;
    }
    long lived = System.nanoTime() - connectedNanos;
    // A connection that ends soon after it began is no reason to dial at once again and again.
    failures = lived >= wiring.options().reconnectMax.toNanos() ? 0 : failures + 1;
    disconnect();
    LOG.debug("lost the connection to member {} at {}", Long.toHexString(id), address);
    dialLater();
  }

  private void refused(Wire.HelloReply reply) {
    HandshakeRefusal reason = Handshakes.refusal(reply.getRefusal());
    if (reason != null) {
      wiring.listener().onRefused(id, new RefusedHandshake(reason, reply.getSeenBootEpoch()));
    }
    String refusal = "the handshake was refused: " + Handshakes.text(reply.getRefusal());
    failed(refusal, refusal);
  }

  private void failed(String kind, String complaint) {
    counters.failedConnects.increment();
    failures++;
    dial = null;
    // Worth a line, but not one for each attempt while a peer is down.
    if (!kind.equals(lastComplaint)) {
      lastComplaint = kind;
      LOG.info("no connection to member {} at {}: {}", Long.toHexString(id), address, complaint);
    }
    dropQueued();
    dialLater();
  }

  private void dialLater() {
    if (closed) {
      return;
    }
    TransportOptions options = wiring.options();
    long min = options.reconnectMin.toMillis();
    long longest = Math.min(options.reconnectMax.toMillis(), min << Math.min(failures, 30));
    long wait = longest - ThreadLocalRandom.current().nextLong(longest / 2 + 1);
    redial = loop.schedule(this::dial, wait, TimeUnit.MILLISECONDS);
  }

  private void disconnect() {
    connected = false;
    if (redial != null) {
      redial.cancel(false);
      redial = null;
    }
    if (dial != null) {
      dial.cancel();
      dial = null;
    }
    if (channel != null) {
      Channel old = channel;
      channel = null;
      handler = null;
      old.close();
      // What was on the way may be lost; without a word the leader would wait for its answers.
      reportUnreachable();
    }
  }

  private void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The transport is closed; nothing is sent any more.
      LOG.trace("closed", e);
    }
  }
}
