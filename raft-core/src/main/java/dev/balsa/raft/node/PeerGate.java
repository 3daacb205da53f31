// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's face towards its peers: judges who connects, and takes in what they send.
 *
 * <p><b>Threads.</b> The transport's, several at a time.
 */
final class PeerGate implements Transport.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  /** How much of what peers send may wait for a group; more is dropped, and sent again. */
  private static final int MAX_WAITING = 16_384;

  /** And for all groups: a heartbeat of each of very many is not much. */
  private static final int MAX_WAITING_TOGETHER = 1 << 20;

  private static final long MAX_WAITING_BYTES = 256L << 20;

  private final HostParts parts;
  private final RequestGate waiting = new RequestGate(MAX_WAITING_TOGETHER, MAX_WAITING_BYTES);

  /** Why a peer refused this member last; told once, not with each attempt. The first loop's. */
  private final TreeMap<Long, HandshakeRefusal> refusals = new TreeMap<>();

  PeerGate(HostParts parts) {
    this.parts = parts;
  }

  /** The gate through which one group's messages come. */
  RequestGate share() {
    return new RequestGate(waiting, MAX_WAITING, MAX_WAITING_BYTES);
  }

  // ---------------------------------------------------------------- messages

  @Override
  public void onMessage(long group, Message message) {
    GroupLoop<?> at = parts.groups.find(group);
    if (at == null) {
      return;
    }
    PeerMessage taken = new PeerMessage(at, message);
    if (at.messageGate().maybeEnter(taken.bytes)) {
      at.host().deliver(taken);
    } else {
      parts.metrics.messagesDropped.incrementAndGet();
    }
  }

  @Override
  public void onUnreachable(long peer) {
    for (HostLoop loop : parts.loops) {
      loop.post(Task.of(() -> loop.onUnreachable(peer)));
    }
  }

  @Override
  public Map<Long, String> addresses() {
    return parts.peers.addresses();
  }

  @Override
  public SnapshotStore.Source openSnapshot(long group, EntryId snapshot) throws IOException {
    return parts.storage.snapshots().open(group, snapshot);
  }

  // ---------------------------------------------------------------- handshakes

  @Override
  public HandshakeRefusal onHandshake(Transport.Handshake handshake) {
    MemberId self = parts.identity.member();
    MemberId from = handshake.from();
    if (handshake.clusterId() != parts.identity.clusterId()) {
      LOG.warn(
          "refused member {}: it belongs to cluster {}, this is cluster {}; give it the directory"
              + " and the addresses of one cluster",
          from,
          Long.toHexString(handshake.clusterId()),
          Long.toHexString(parts.identity.clusterId()));
      return HandshakeRefusal.WRONG_CLUSTER;
    }
    if (!handshake.to().matches(self)) {
      LOG.warn(
          "refused member {}: it looks for member {}, this is {}; check the addresses",
          from,
          handshake.to(),
          self);
      return HandshakeRefusal.NOT_FOR_ME;
    }
    Long incarnation = parts.peers.boundIncarnation(from.id());
    if (incarnation != null && incarnation != from.incarnation()) {
      // An emptied directory under an old id has forgotten its votes and what it acknowledged.
      LOG.warn(
          "refused member {}: its id belongs to the data directory {}; {}",
          from,
          Long.toHexString(incarnation),
          REMEDY);
      return HandshakeRefusal.WRONG_INCARNATION;
    }
    return null;
  }

  private static final String REMEDY =
      "restore that directory, or remove the member and add it anew under another id";

  @Override
  public void onRefused(long peer, HandshakeRefusal reason) {
    parts.control.add(Task.of(() -> refused(peer, reason)));
  }

  /**
   * A member whose own configuration names its directory knows that it belongs there, and goes on:
   * it is the peer that is wrong or behind. Any other can never take part.
   */
  private void refused(long peer, HandshakeRefusal reason) {
    MemberId self = parts.identity.member();
    Long incarnation = parts.peers.boundIncarnation(self.id());
    boolean belongs = incarnation != null && incarnation == self.incarnation();
    String why =
        switch (reason) {
          case WRONG_CLUSTER ->
              "it belongs to another cluster than "
                  + Long.toHexString(parts.identity.clusterId())
                  + "; give this member the directory and the addresses of one cluster";
          case WRONG_INCARNATION ->
              "its id "
                  + Long.toHexString(self.id())
                  + " belongs to another data directory than this one, which was emptied or"
                  + " replaced; "
                  + REMEDY;
          case NOT_FOR_ME -> "another member listens at its address; check the addresses";
          case NO_COMMON_VERSION -> "the two speak no common version; upgrade the older one first";
          case NOT_ALLOWED -> "it may not connect there; check the certificates";
        };
    boolean isFinal =
        reason == HandshakeRefusal.WRONG_CLUSTER || reason == HandshakeRefusal.WRONG_INCARNATION;
    if (isFinal && !belongs) {
      parts.fail(
          "refused by member " + Long.toHexString(peer), new PeerRefusalException(reason, why));
    } else if (reason != refusals.put(peer, reason)) {
      LOG.warn("member {} was refused by member {}: {}", self, Long.toHexString(peer), why);
    }
  }
}
