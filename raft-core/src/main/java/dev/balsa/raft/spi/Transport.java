// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import java.io.IOException;
import java.util.Map;

/**
 * Carries messages between members: unreliable, like the network under it. Messages to one peer
 * arrive in order or not at all.
 *
 * <p><b>Threads.</b> {@link #send} and {@link #flush} never block, and are called by a host's loop
 * and log worker at the same time: the latter sends acknowledgements itself, which saves a
 * hand-off. Order is kept among the messages of one thread. {@link #addPeer} and {@link
 * #removePeer} are called by the loops, one at a time. The listener is called by the transport's
 * own threads.
 */
public interface Transport extends AutoCloseable {
  /**
   * Opens the listening port and begins to deliver.
   *
   * @param self who this member is
   * @param listener what to tell
   * @throws IOException naming the address if it cannot be bound
   */
  void start(LogIdentity self, Listener listener) throws IOException;

  /**
   * Asks whoever listens at this address which cluster it belongs to, and where the members are.
   * May be called before {@link #start}, for its answer says who this member will be. Blocks, at
   * most as long as a connection and a handshake may take. A transport without it carries no
   * joining.
   *
   * @throws IOException naming the address if nobody answers there
   */
  default Introduction ask(String address) throws IOException {
    throw new IOException("this transport cannot ask " + address + " for its cluster");
  }

  /** Names a peer's address, or a new one; connections follow by themselves. */
  void addPeer(long id, String address);

  /** Forgets a peer and closes its connections. */
  void removePeer(long id);

  /**
   * Queues a message for {@code message.to()}. If there is no connection or its buffer is full, the
   * message is dropped and the listener told once that the peer is unreachable.
   */
  void send(long group, Message message);

  /** Puts everything queued since the last call on the wire, with one flush for each peer. */
  void flush();

  /**
   * Fetches a snapshot's bytes on a connection of their own, from the byte at which the sink
   * stands, and commits the sink. Runs on threads of the transport; the callback is told exactly
   * once.
   */
  void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver);

  @Override
  void close();

  /**
   * Which snapshot to fetch from whom.
   *
   * @param group the group
   * @param from the member that offered it
   * @param snapshot the offered snapshot's last entry
   */
  record SnapshotRequest(long group, MemberId from, EntryId snapshot) {}

  /** Where fetched bytes go. */
  interface SnapshotReceiver {
    /** The sender's description has arrived; the fetch goes on from the sink's position. */
    SnapshotStore.Sink begin(long size, long digest) throws IOException;

    /** The sink is committed. */
    void onComplete();

    /** The fetch ended without success; what has arrived stays for the next try. */
    void onFailure(Throwable cause);
  }

  /**
   * What a peer says of itself when it connects.
   *
   * @param clusterId the cluster it belongs to
   * @param from who it is
   * @param to whom it looks for; incarnation 0 if it does not know it
   * @param bootEpoch how often its directory has been opened, this time included
   */
  record Handshake(long clusterId, MemberId from, MemberId to, long bootEpoch) {}

  /** Why a handshake is refused. The code travels to the peer. */
  enum HandshakeRefusal {
    /** The peer belongs to another cluster. */
    WRONG_CLUSTER,
    /** The peer wants to speak with another member, or another incarnation of this one. */
    NOT_FOR_ME,
    /** The peer's id is bound to another data directory. */
    WRONG_INCARNATION,
    /** The two sides speak no common protocol version. */
    NO_COMMON_VERSION,
    /** The peer may not connect here. */
    NOT_ALLOWED,
    /** The peer's directory has been opened more often than the peer knows of. */
    OLDER_COPY
  }

  /**
   * A refusal, as it travels to the peer.
   *
   * @param reason why
   * @param seenBootEpoch for {@link HandshakeRefusal#OLDER_COPY} the highest boot epoch that the
   *     peer's directory has connected with; 0 for the others
   */
  record RefusedHandshake(HandshakeRefusal reason, long seenBootEpoch) {
    /** A refusal that needs no more than its reason. */
    public static RefusedHandshake of(HandshakeRefusal reason) {
      return new RefusedHandshake(reason, 0);
    }
  }

  /** What the transport tells its owner. Called by any thread; must not block. */
  interface Listener {
    /** A message has arrived. */
    void onMessage(long group, Message message);

    /** Messages to this peer are being dropped. */
    void onUnreachable(long peer);

    /** Judges a connecting peer: null to accept it. */
    RefusedHandshake onHandshake(Handshake handshake);

    /** This member was refused by {@code peer}, for a reason that may concern its own directory. */
    void onRefused(long peer, RefusedHandshake refused);

    /** Where the members listen for each other, this one too, as far as known; for {@link #ask}. */
    default Map<Long, String> addresses() {
      return Map.of();
    }

    /** A peer fetches a snapshot: opens it, or returns null if it is gone. */
    SnapshotStore.Source openSnapshot(long group, EntryId snapshot) throws IOException;
  }
}
