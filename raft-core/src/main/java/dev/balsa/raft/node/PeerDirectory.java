// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which peers the groups of a host have, together: tells the transport their addresses, and the
 * gate their directories.
 *
 * <p><b>Threads.</b> The loop's alone.
 */
final class PeerDirectory {
  private final HostParts parts;
  private final PeerGate gate;
  private final TreeMap<Long, Membership> memberships = new TreeMap<>();
  private TreeMap<Long, String> addresses = new TreeMap<>();

  PeerDirectory(HostParts parts, PeerGate gate) {
    this.parts = parts;
    this.gate = gate;
  }

  /** This configuration is in force in this group. */
  void onMembership(long group, Membership membership) {
    memberships.put(group, membership);
    gate.onMemberships(memberships.values());
    TreeMap<Long, String> named = new TreeMap<>();
    for (Membership each : memberships.values()) {
      for (Member member : each.members()) {
        named.put(member.id(), Members.addressOf(member));
      }
    }
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

  /** The peers of all groups. */
  Iterable<Long> ids() {
    return addresses.keySet();
  }
}
