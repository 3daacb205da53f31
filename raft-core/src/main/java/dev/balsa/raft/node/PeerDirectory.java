// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which peers the groups of a host have, together: tells the transport their addresses, and the
 * gate their directories.
 *
 * <p>A configuration counts from the moment it is appended. Who is left out by it stays reachable
 * until it is committed: before that it may be taken back, and it is the leaving member that still
 * has to learn of it.
 *
 * <p>Each configuration that counts holds its members; a peer that nobody holds is forgotten. So a
 * change costs the size of one group, however many there are.
 *
 * <p><b>Threads.</b> All loops. Changes are rare, so a lock keeps them apart; what each turn asks
 * takes none.
 */
final class PeerDirectory {
  /** What is known of one peer. */
  private static final class Peer {
    private String address = "";
    private long incarnation;

    /** How many configurations name it. */
    private int holders;
  }

  private final HostParts parts;
  private final TreeMap<Long, Peer> peers = new TreeMap<>();

  /** For each group the configurations that count, oldest first; the last one is in force. */
  private final TreeMap<Long, List<Membership>> memberships = new TreeMap<>();

  /** In how many groups the one in force is not committed. */
  private volatile int pending;

  /** Where the members listen, this one too. Replaced, never changed. */
  private volatile Map<Long, String> addresses = Map.of();

  /** The incarnation that each member's id is bound to. Replaced, never changed. */
  private volatile Map<Long, Long> bound = Map.of();

  PeerDirectory(HostParts parts) {
    this.parts = parts;
  }

  /** The incarnation that this id is bound to, null if to none. For any thread. */
  Long boundIncarnation(long id) {
    return bound.get(id);
  }

  /** Where the members of all groups listen, by their ids. For any thread. */
  Map<Long, String> addresses() {
    return addresses;
  }

  /**
   * Whom a group without a configuration of its own may hear from: it could not answer them
   * otherwise. Counts until a configuration is committed.
   */
  void introduce(long group, Members contacts) {
    onMembership(group, contacts.membership());
  }

  /** This configuration is in force in this group. */
  synchronized void onMembership(long group, Membership membership) {
    if (membership.members().isEmpty()) {
      // That of a member that nobody has admitted yet: it names nobody, and takes nobody back.
      return;
    }
    List<Membership> all = memberships.computeIfAbsent(group, any -> new ArrayList<>());
    all.add(membership);
    if (all.size() == 2) {
      pending++;
    }
    membership.members().forEach(this::hold);
    publish();
  }

  private void hold(Member member) {
    Peer peer = peers.computeIfAbsent(member.id(), any -> new Peer());
    peer.holders++;
    // The latest counts: its address is the one in force.
    String address = Members.addressOf(member);
    if (!address.equals(peer.address)) {
      peer.address = address;
      if (member.id() != parts.identity.member().id()) {
        parts.transport.addPeer(member.id(), address);
      }
    }
    long incarnation = member.memberId().incarnation();
    if (incarnation != 0) {
      peer.incarnation = incarnation;
    }
  }

  /** In this group everything up to {@code index} is committed. */
  void onCommitted(long group, long index) {
    if (pending > 0) {
      maybeForget(group, index);
    }
  }

  private synchronized void maybeForget(long group, long index) {
    List<Membership> all = memberships.get(group);
    if (all == null || all.size() < 2 || index < all.get(all.size() - 1).id().index()) {
      return;
    }
    pending--;
    List<Membership> former = all.subList(0, all.size() - 1);
    for (Membership each : former) {
      each.members().forEach(this::release);
    }
    former.clear();
    publish();
  }

  private void release(Member member) {
    Peer peer = peers.get(member.id());
    peer.holders--;
    if (peer.holders == 0) {
      peers.remove(member.id());
      if (member.id() != parts.identity.member().id()) {
        parts.transport.removePeer(member.id());
      }
    }
  }

  private void publish() {
    TreeMap<Long, Long> incarnations = new TreeMap<>();
    TreeMap<Long, String> listening = new TreeMap<>();
    peers.forEach(
        (id, peer) -> {
          listening.put(id, peer.address);
          if (peer.incarnation != 0) {
            incarnations.put(id, peer.incarnation);
          }
        });
    addresses = listening;
    bound = incarnations;
  }
}
