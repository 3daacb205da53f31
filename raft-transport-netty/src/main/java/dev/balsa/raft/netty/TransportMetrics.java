// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import java.util.List;

/**
 * Counters of a {@link NettyTransport} since its start, as they were at one moment.
 *
 * @param peers one for each peer that has been added and not removed, ascending by id
 * @param connections incoming connections now open
 * @param refusedConnections incoming connections that were closed for too many of them, or whose
 *     handshake was refused or did not end in time
 * @param malformedConnections incoming connections that were closed for bytes that are not ours
 * @param snapshotBytesSent payload bytes of snapshots sent
 * @param snapshotBytesReceived payload bytes of snapshots received
 */
public record TransportMetrics(
    List<PeerMetrics> peers,
    int connections,
    long refusedConnections,
    long malformedConnections,
    long snapshotBytesSent,
    long snapshotBytesReceived) {
  public TransportMetrics {
    peers = List.copyOf(peers);
  }

  /**
   * The counters of one peer.
   *
   * @param id the peer's id
   * @param connected whether messages to it can leave now
   * @param messagesSent messages handed to its connection
   * @param bytesSent bytes of these messages, with their frames
   * @param messagesReceived messages that have arrived from it
   * @param bytesReceived bytes of these messages, with their frames
   * @param dropped messages to it that were dropped
   * @param connects connections to it whose handshake was accepted
   * @param failedConnects dials and handshakes that failed
   */
  public record PeerMetrics(
      long id,
      boolean connected,
      long messagesSent,
      long bytesSent,
      long messagesReceived,
      long bytesReceived,
      long dropped,
      long connects,
      long failedConnects) {}
}
