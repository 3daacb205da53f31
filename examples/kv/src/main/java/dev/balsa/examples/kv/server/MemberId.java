// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** How members get their ids: never 0, and positive, so that people can read them as numbers. */
final class MemberId {
  private MemberId() {}

  /**
   * That of a first member, the same on every machine: from where it listens and which cluster it
   * founds.
   */
  static long ofFirst(List<String> peerUrls, String token) {
    return id(peerUrls, token.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * That of a member that is added to a cluster: never the one of an earlier member at the same
   * place, whose votes and acknowledgements would otherwise pass for its own.
   *
   * @param unique any number that does not come again
   */
  static long ofAdded(List<String> peerUrls, long clusterId, long unique) {
    return id(
        peerUrls, ByteBuffer.allocate(2 * Long.BYTES).putLong(clusterId).putLong(unique).array());
  }

  private static long id(List<String> peerUrls, byte[] more) {
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
    digest.update(more);
    long id = ByteBuffer.wrap(digest.digest()).getLong() & Long.MAX_VALUE;
    return id == 0 ? 1 : id;
  }
}
