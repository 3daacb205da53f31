// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.raft.node.Members;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * All that a member is told when it starts; checked as a whole.
 *
 * @param name its name
 * @param dataDirectory where it keeps its data
 * @param listenClientUrls where it listens for clients
 * @param advertiseClientUrls where clients are told to find it
 * @param listenPeerUrl where it listens for other members
 * @param initialCluster the first members, name to peer URLs
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

  /** This member's id. */
  long memberId() {
    return memberId(initialCluster.get(name), clusterToken);
  }

  /** The first members as Raft knows them: an id, an address, and their peer URLs as a note. */
  Members members() {
    Members members = Members.none();
    for (Map.Entry<String, List<String>> member : initialCluster.entrySet()) {
      List<String> urls = member.getValue();
      members =
          members.and(
              memberId(urls, clusterToken),
              Url.parse(urls.get(0)).hostAndPort(),
              String.join("\n", urls));
    }
    return members;
  }

  long clusterId() {
    return members().clusterId(clusterToken);
  }

  /** A stable id, positive: from where the member listens and which cluster it founds. */
  private static long memberId(List<String> peerUrls, String token) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    peerUrls.stream()
        .sorted()
        .forEach(
            url -> {
              digest.update(url.getBytes(StandardCharsets.UTF_8));
              digest.update((byte) 0);
            });
    digest.update(token.getBytes(StandardCharsets.UTF_8));
    long id = ByteBuffer.wrap(digest.digest()).getLong() & Long.MAX_VALUE;
    return id == 0 ? 1 : id;
  }
}
