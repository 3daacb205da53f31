// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.raft.node.Members;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a member is told when it starts; checked as a whole.
 *
 * @param name its name
 * @param dataDirectory where it keeps its data
 * @param listenClientUrls where it listens for clients
 * @param advertiseClientUrls where clients are told to find it
 * @param listenPeerUrl where it listens for other members
 * @param initialCluster the first members, or those there are if it joins, name to peer URLs
 * @param isJoining whether the cluster exists already, and has been told of this member
 * @param isClusterStated whether somebody has said who they are; if not, a directory that has data
 *     is taken as it is
 * @param clusterToken tells clusters apart that have the same addresses
 * @param heartbeat between a leader's heartbeats
 * @param election how long a follower waits for a leader
 * @param snapshotCount after how many entries a snapshot is taken
 * @param quotaBytes how large the store may grow
 */
public record MemberConfig(
    String name,
    Path dataDirectory,
    List<String> listenClientUrls,
    List<String> advertiseClientUrls,
    String listenPeerUrl,
    SortedMap<String, List<String>> initialCluster,
    boolean isJoining,
    boolean isClusterStated,
    String clusterToken,
    Duration heartbeat,
    Duration election,
    long snapshotCount,
    long quotaBytes) {
  /** How long a request may take: an ordinary time, and two elections. */
  Duration requestTimeout() {
    return Duration.ofSeconds(5).plus(election.multipliedBy(2));
  }

  /** This member's id, if it is one of the first. */
  long memberId() {
    return MemberId.ofFirst(initialCluster.get(name), clusterToken);
  }

  /** Where the others find it. */
  String address() {
    return PeerUrls.address(initialCluster.get(name));
  }

  /** Where this one finds the others. */
  List<String> otherAddresses() {
    return initialCluster.entrySet().stream()
        .filter(member -> !member.getKey().equals(name))
        .map(member -> PeerUrls.address(member.getValue()))
        .toList();
  }

  /** The first members as Raft knows them: an id, an address, and their peer URLs as a note. */
  Members members() {
    Members members = Members.none();
    for (Map.Entry<String, List<String>> member : initialCluster.entrySet()) {
      List<String> urls = member.getValue();
      members =
          members.and(
              MemberId.ofFirst(urls, clusterToken), PeerUrls.address(urls), PeerUrls.note(urls));
    }
    return members;
  }

  /** The ids of the first members, by name. */
  SortedMap<String, Long> firstIds() {
    SortedMap<String, Long> ids = new TreeMap<>();
    initialCluster.forEach((each, urls) -> ids.put(each, MemberId.ofFirst(urls, clusterToken)));
    return ids;
  }

  long clusterId() {
    return members().clusterId(clusterToken);
  }
}
