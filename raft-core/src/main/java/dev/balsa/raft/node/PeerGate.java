// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
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

  private final BootEpochs bootEpochs = new BootEpochs();

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
  public RefusedHandshake onHandshake(Transport.Handshake handshake) {
    MemberId self = parts.identity.member();
    MemberId from = handshake.from();
    if (handshake.clusterId() != parts.identity.clusterId()) {
      LOG.warn(
          "refused member {}: it belongs to cluster {}, this is cluster {}; give it the directory"
              + " and the addresses of one cluster",
          from,
          Long.toHexString(handshake.clusterId()),
          Long.toHexString(parts.identity.clusterId()));
      return RefusedHandshake.of(HandshakeRefusal.WRONG_CLUSTER);
    }
    if (!handshake.to().matches(self)) {
      LOG.warn(
          "refused member {}: it looks for member {}, this is {}; check the addresses",
          from,
          handshake.to(),
          self);
      return RefusedHandshake.of(HandshakeRefusal.NOT_FOR_ME);
    }
    Long incarnation = parts.peers.boundIncarnation(from.id());
    if (incarnation != null && incarnation != from.incarnation()) {
      // An emptied directory under an old id has forgotten its votes and what it acknowledged.
      LOG.warn(
          "refused member {}: its id belongs to the data directory {}; {}",
          from,
          Long.toHexString(incarnation),
          REMEDY);
      return RefusedHandshake.of(HandshakeRefusal.WRONG_INCARNATION);
    }
    long seen = bootEpochs.highest(from, handshake.bootEpoch());
    if (seen > handshake.bootEpoch()) {
      // An older copy of a directory has forgotten the votes and acknowledgements made since.
      LOG.warn(
          "refused member {}: its directory was started {} times, it has been here with start {};"
              + " an older copy must not come back",
          from,
          handshake.bootEpoch(),
          seen);
      return new RefusedHandshake(HandshakeRefusal.OLDER_COPY, seen);
    }
    return null;
  }

  private static final String REMEDY =
      "restore that directory, or remove the member and add it anew under another id";

  @Override
  public void onRefused(long peer, RefusedHandshake refused) {
    parts.control.add(Task.of(() -> refused(peer, refused)));
  }

  private void refused(long peer, RefusedHandshake refused) {
    String why = why(refused);
    if (isFinal(refused)) {
      parts.fail(
          "refused by member " + Long.toHexString(peer),
          new PeerRefusalException(refused.reason(), why));
    } else if (refused.reason() != refusals.put(peer, refused.reason())) {
      LOG.warn(
          "member {} was refused by member {}: {}",
          parts.identity.member(),
          Long.toHexString(peer),
          why);
    }
  }

  /** Whether this member can never take part as it is. */
  private boolean isFinal(RefusedHandshake refused) {
    return switch (refused.reason()) {
      case WRONG_CLUSTER, WRONG_INCARNATION -> !belongs();
      // No more starts were seen than this one is: it was a handshake of an earlier run that was
      // refused, because this run had connected before it arrived. That says nothing against us.
      case OLDER_COPY -> refused.seenBootEpoch() > parts.identity.bootEpoch();
      case NOT_FOR_ME, NO_COMMON_VERSION, NOT_ALLOWED -> false;
    };
  }

  /**
   * A member whose own configuration names its directory knows that it belongs there, and goes on:
   * it is the peer that is wrong or behind. Any other can never take part.
   */
  private boolean belongs() {
    MemberId self = parts.identity.member();
    Long incarnation = parts.peers.boundIncarnation(self.id());
    return incarnation != null && incarnation == self.incarnation();
  }

  private String why(RefusedHandshake refused) {
    return switch (refused.reason()) {
      case WRONG_CLUSTER ->
          "it belongs to another cluster than "
              + Long.toHexString(parts.identity.clusterId())
              + "; give this member the directory and the addresses of one cluster";
      case WRONG_INCARNATION ->
          "its id "
              + Long.toHexString(parts.identity.member().id())
              + " belongs to another data directory than this one, which was emptied or"
              + " replaced; "
              + REMEDY;
      case NOT_FOR_ME -> "another member listens at its address; check the addresses";
      case NO_COMMON_VERSION -> "the two speak no common version; upgrade the older one first";
      case NOT_ALLOWED -> "it may not connect there; check the certificates";
      case OLDER_COPY ->
          "this directory is an older copy: it was started "
              + parts.identity.bootEpoch()
              + " times, peers have seen start "
              + refused.seenBootEpoch()
              + ", and what was voted and acknowledged since is missing here; remove the member and"
              + " add it anew under another id, with an empty directory";
    };
  }
}
