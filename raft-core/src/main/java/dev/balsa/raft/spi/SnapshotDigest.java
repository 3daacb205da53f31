// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The digest of a snapshot's payload, by which two members know that they speak of the same bytes:
 * the first eight bytes of its SHA-256. Every {@link SnapshotStore} uses this one, for it travels
 * from the sender's store to the receiver's.
 *
 * <p>Not safe for use by several threads.
 */
public final class SnapshotDigest {
  private final MessageDigest sha256;

  public SnapshotDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Adds bytes. */
  public void update(byte[] bytes, int offset, int length) {
    sha256.update(bytes, offset, length);
  }

  /** Adds what remains in {@code bytes}. */
  public void update(ByteBuffer bytes) {
    sha256.update(bytes);
  }

  /** The digest of all bytes added. To be called once, at the end. */
  public long value() {
    return ByteBuffer.wrap(sha256.digest()).getLong();
  }

  /** The digest of these bytes. */
  public static long of(byte[] bytes) {
    SnapshotDigest digest = new SnapshotDigest();
    digest.update(bytes, 0, bytes.length);
    return digest.value();
  }
}
