// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.netty.TransportMetrics.PeerMetrics;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What {@link TransportMetrics} is made of. May be used by any thread. */
final class Counters {
  /** One peer's. */
  static final class Peer {
    final LongAdder messagesSent = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder messagesReceived = new LongAdder();
    final LongAdder bytesReceived = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder connects = new LongAdder();
    final LongAdder failedConnects = new LongAdder();

    PeerMetrics metrics(long id, boolean connected) {
      return new PeerMetrics(
          id,
          connected,
          messagesSent.sum(),
          bytesSent.sum(),
          messagesReceived.sum(),
          bytesReceived.sum(),
          dropped.sum(),
          connects.sum(),
          failedConnects.sum());
    }
  }

  private final ConcurrentHashMap<Long, Peer> peers = new ConcurrentHashMap<>();
  final LongAdder refusedConnections = new LongAdder();
  final LongAdder malformedConnections = new LongAdder();
  final LongAdder snapshotBytesSent = new LongAdder();
  final LongAdder snapshotBytesReceived = new LongAdder();

  Peer peer(long id) {
    return peers.computeIfAbsent(id, any -> new Peer());
  }

  void forget(long id) {
    peers.remove(id);
  }
}
