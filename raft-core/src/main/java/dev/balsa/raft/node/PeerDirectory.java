// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which peers the groups of a host have, together: tells the transport their addresses, and the
 * gate their directories.
 *
 * <p>A configuration counts from the moment it is appended. Who is left out by it stays reachable
 * until it is committed: before that it may be taken back, and it is the leaving member that still
 * has to learn of it. On the leader it stays reachable for as long as the core sends to it after
 * that, and would otherwise hardly ever hear that it was removed; but it counts as a member no
 * more.
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

    /** In how many groups it is sent to although it has left. */
    private int senders;
  }

  /** Whom one group knows. */
  private static final class Group {
    /** The configurations that count, oldest first; the last one is in force. */
    private final List<Membership> memberships = new ArrayList<>();

    /** Those who have left for certain, and are still sent to. */
    private final TreeSet<Long> leaving = new TreeSet<>();

    /** Whether a later commit, or a later tick, changes nothing here. */
    boolean isSettled() {
      return memberships.size() < 2 && leaving.isEmpty();
    }
  }

  private final HostParts parts;
  private final TreeMap<Long, Peer> peers = new TreeMap<>();
  private final TreeMap<Long, Group> groups = new TreeMap<>();

  /** How many groups are not settled. */
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
    Group known = groups.computeIfAbsent(group, any -> new Group());
    boolean wasSettled = known.isSettled();
    known.memberships.add(membership);
    if (wasSettled && !known.isSettled()) {
      pending++;
    }
    membership.members().forEach(this::hold);
    publish();
  }

  private void hold(Member member) {
    Peer peer = peers.computeIfAbsent(member.id(), any -> new Peer());
    if (peer.holders == 0) {
      // It may be back in another directory than the one that left.
      peer.incarnation = 0;
    }
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

  /** How far this group is committed, and whom it sends to. */
  void onStatus(Status status) {
    if (pending > 0) {
      maybeForget(status);
    }
  }

  private synchronized void maybeForget(Status status) {
    Group known = groups.get(status.group());
    if (known == null || known.isSettled()) {
      return;
    }
    TreeSet<Long> sentTo = new TreeSet<>();
    status.progress().forEach(peer -> sentTo.add(peer.id()));
    Membership latest = known.memberships.get(known.memberships.size() - 1);
    forgetLeaving(known, latest, sentTo);
    if (status.hardState().commit() >= latest.id().index()) {
      forgetFormer(known, latest, sentTo);
    }
    if (known.isSettled()) {
      pending--;
    }
  }

  /** The configuration in force is committed: those before it will not come back. */
  private void forgetFormer(Group known, Membership latest, Set<Long> sentTo) {
    List<Membership> former = known.memberships.subList(0, known.memberships.size() - 1);
    for (Membership each : former) {
      for (Member member : each.members()) {
        boolean isLeaving = !latest.contains(member.id()) && sentTo.contains(member.id());
        if (isLeaving && known.leaving.add(member.id())) {
          peers.get(member.id()).senders++;
        }
        peers.get(member.id()).holders--;
        maybeRemove(member.id());
      }
    }
    former.clear();
    publish();
  }

  /** Those whom the core has given up, or who have come back. */
  private void forgetLeaving(Group known, Membership latest, Set<Long> sentTo) {
    for (long id : List.copyOf(known.leaving)) {
      if (!sentTo.contains(id) || latest.contains(id)) {
        known.leaving.remove(id);
        peers.get(id).senders--;
        maybeRemove(id);
      }
    }
  }

  private void maybeRemove(long id) {
    Peer peer = peers.get(id);
    if (peer.holders == 0 && peer.senders == 0) {
      peers.remove(id);
      if (id != parts.identity.member().id()) {
        parts.transport.removePeer(id);
      }
    }
  }

  private void publish() {
    TreeMap<Long, Long> incarnations = new TreeMap<>();
    TreeMap<Long, String> listening = new TreeMap<>();
    peers.forEach(
        (id, peer) -> {
          if (peer.holders > 0) {
            listening.put(id, peer.address);
            if (peer.incarnation != 0) {
              incarnations.put(id, peer.incarnation);
            }
          }
        });
    addresses = listening;
    bound = incarnations;
  }
}
