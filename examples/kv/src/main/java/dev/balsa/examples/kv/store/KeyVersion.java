// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

/**
 * What one write made of one key. Immutable; the arrays are shared and must not be changed.
 *
 * <p>Not a record: two versions are never compared as wholes, and equality of arrays would be a
 * trap.
 */
public final class KeyVersion {
  private final byte[] key;
  private final byte[] value;
  private final long createRevision;
  private final long modRevision;
  private final int position;
  private final long version;
  private final long lease;

  KeyVersion(
      byte[] key,
      byte[] value,
      long createRevision,
      long modRevision,
      int position,
      long version,
      long lease) {
    this.key = key;
    this.value = value;
    this.createRevision = createRevision;
    this.modRevision = modRevision;
    this.position = position;
    this.version = version;
    this.lease = lease;
  }

  static KeyVersion tombstone(byte[] key, long modRevision, int position) {
    return new KeyVersion(key, null, 0, modRevision, position, 0, 0);
  }

  public byte[] key() {
    return key;
  }

  /** The value, or null if this write deleted the key. */
  public byte[] value() {
    return value;
  }

  /** The revision that made the key since it was last absent; 0 in a tombstone. */
  public long createRevision() {
    return createRevision;
  }

  /** The revision of this write. */
  public long modRevision() {
    return modRevision;
  }

  /** The place of this write among those of its revision, from 0. */
  public int position() {
    return position;
  }

  /** How often the key was written since it was made; 0 in a tombstone. */
  public long version() {
    return version;
  }

  /** The lease that the key hangs on, 0 for none. */
  public long lease() {
    return lease;
  }

  public boolean isTombstone() {
    return value == null;
  }

  /** What this version is taken to occupy, in bytes: its data and a flat share for the objects. */
  long footprint() {
    return 96L + key.length + (value == null ? 0 : value.length);
  }
}
