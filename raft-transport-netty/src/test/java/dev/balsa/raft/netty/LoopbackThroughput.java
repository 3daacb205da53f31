// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.contract.RecordingListener;
import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.LogIdentity;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast small AppendEntries travel over loopback; a main to be run by hand. Arguments: messages
 * in flight, messages between two flushes, payload bytes, seconds.
 *
 * <p>Each message is answered, as the core would; the number in flight is what the leader's window
 * allows.
 */
final class LoopbackThroughput {
  private static final MemberId ONE = new MemberId(1, 10);
  private static final MemberId TWO = new MemberId(2, 20);

  private LoopbackThroughput() {}

  public static void main(String[] arguments) throws Exception {
    int inFlight = argument(arguments, 0, 512);
    int perFlush = argument(arguments, 1, 16);
    int bytes = argument(arguments, 2, 128);
    int seconds = argument(arguments, 3, 5);
    AtomicLong answered = new AtomicLong();
    Semaphore window = new Semaphore(inFlight);
    try (NettyTransport one = NettyTransport.builder().bind("127.0.0.1:0").build();
        NettyTransport two = NettyTransport.builder().bind("127.0.0.1:0").build()) {
      one.start(
          new LogIdentity(1, ONE, 1),
          new ForwardingListener(new RecordingListener()) {
            @Override
            public void onMessage(long group, Message message) {
              answered.incrementAndGet();
              window.release();
            }
          });
      two.start(
          new LogIdentity(1, TWO, 1),
          new ForwardingListener(new RecordingListener()) {
            @Override
            public void onMessage(long group, Message message) {
              two.send(
                  group, new AppendEntriesResponse(new Route(TWO, ONE), 5, false, 7, EntryId.ZERO));
              two.flush();
            }
          });
      connect(one, two);
      for (int round = 0; round < 3; round++) {
        measure(one, window, answered, perFlush, bytes, seconds);
      }
    }
  }

  private static int argument(String[] arguments, int place, int otherwise) {
    return place < arguments.length ? Integer.parseInt(arguments[place]) : otherwise;
  }

  private static void connect(NettyTransport one, NettyTransport two) throws IOException {
    one.addPeer(2, "127.0.0.1:" + two.boundAddress().getPort());
    two.addPeer(1, "127.0.0.1:" + one.boundAddress().getPort());
    while (!connected(one) || !connected(two)) {
      Thread.onSpinWait();
    }
  }

  private static boolean connected(NettyTransport transport) {
    return transport.metrics().peers().get(0).connected();
  }

  private static void measure(
      NettyTransport one,
      Semaphore window,
      AtomicLong answered,
      int perFlush,
      int bytes,
      int seconds)
      throws InterruptedException {
    Entry entry = Entry.of(new EntryId(5, 8), EntryType.NORMAL, new byte[bytes]);
    Message message =
        new AppendEntries(new Route(ONE, TWO), 5, new EntryId(5, 7), List.of(entry), 7);
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    long before = answered.get();
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < perFlush; i++) {
        if (!window.tryAcquire()) {
          one.flush();
          window.acquire();
        }
        one.send(1, message);
      }
      one.flush();
    }
    double elapsed = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%,.0f AppendEntries of one entry of %d bytes a second, each answered; dropped %d%n",
        (answered.get() - before) / elapsed,
        bytes,
        one.metrics().peers().get(0).dropped());
  }
}
