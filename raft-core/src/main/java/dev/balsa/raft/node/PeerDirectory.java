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
 * <p><b>Threads.</b> The loop's alone.
 */
final class PeerDirectory {
  private final HostParts parts;
  private final PeerGate gate;
  private final TreeMap<Long, Membership> memberships = new TreeMap<>();

  /** For each group whose configuration is not committed, those before it, oldest first. */
  private final TreeMap<Long, List<Membership>> former = new TreeMap<>();

  private TreeMap<Long, String> addresses = new TreeMap<>();

  PeerDirectory(HostParts parts, PeerGate gate) {
    this.parts = parts;
    this.gate = gate;
  }

  /** This configuration is in force in this group. */
  void onMembership(long group, Membership membership) {
    Membership before = memberships.put(group, membership);
    if (before != null) {
      former.computeIfAbsent(group, any -> new ArrayList<>()).add(before);
    }
    gate.onMemberships(memberships.values());
    update();
  }

  /** In this group everything up to {@code index} is committed. */
  void onCommitted(long group, long index) {
    if (!former.isEmpty()
        && former.containsKey(group)
        && index >= memberships.get(group).id().index()) {
      former.remove(group);
      update();
    }
  }

  private void update() {
    TreeMap<Long, String> named = new TreeMap<>();
    for (List<Membership> earlier : former.values()) {
      earlier.forEach(each -> name(each, named));
    }
    // The latest last: its addresses are the ones in force.
    memberships.values().forEach(each -> name(each, named));
    named.remove(parts.identity.member().id());
    for (Map.Entry<Long, String> peer : named.entrySet()) {
      if (!peer.getValue().equals(addresses.get(peer.getKey()))) {
        parts.transport.addPeer(peer.getKey(), peer.getValue());
      }
    }
    for (long known : addresses.keySet()) {
      if (!named.containsKey(known)) {
        parts.transport.removePeer(known);
      }
    }
    addresses = named;
  }

  private static void name(Membership membership, TreeMap<Long, String> named) {
    for (Member member : membership.members()) {
      named.put(member.id(), Members.addressOf(member));
    }
  }
}
