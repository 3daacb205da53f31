// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * One entry of the replicated log.
 *
 * <p>The checksum is made once, where the entry is proposed, and travels with it to every disk and
 * every member, so that damage anywhere on the way is seen by whoever reads the entry next.
 *
 * @param id term and index
 * @param type what the data means
 * @param data the payload; never null, and never changed by anyone after it was handed over
 * @param crc CRC-32C of {@code data}, as an unsigned 32-bit number in an int
 */
public record Entry(EntryId id, EntryType type, byte[] data, int crc) {
  /** What an entry is taken to cost beyond its payload, in bytes, wherever entries are counted. */
  public static final int OVERHEAD_BYTES = 48;

  private static final byte[] NO_DATA = new byte[0];

  public Entry {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(data, "data");
  }

  /** A new entry; computes the checksum. */
  public static Entry of(EntryId id, EntryType type, byte[] data) {
    return new Entry(id, type, data, checksum(data));
  }

  /** The entry with which a leader opens its term. */
  public static Entry noOp(EntryId id) {
    return new Entry(id, EntryType.NO_OP, NO_DATA, 0);
  }

  /** CRC-32C of these bytes. */
  public static int checksum(byte[] data) {
    if (data.length == 0) {
      return 0;
    }
    CRC32C crc = new CRC32C();
    crc.update(data, 0, data.length);
    return (int) crc.getValue();
  }

  public long term() {
    return id.term();
  }

  public long index() {
    return id.index();
  }

  /** Payload and overhead, in bytes: what every limit by bytes counts. */
  public int bytes() {
    return OVERHEAD_BYTES + data.length;
  }

  /** Whether the payload still has the checksum that it was proposed with. */
  public boolean intact() {
    return checksum(data) == crc;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry that
        && id.equals(that.id)
        && type == that.type
        && crc == that.crc
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + crc;
  }

  @Override
  public String toString() {
    return id + " " + type + " " + data.length + "B";
  }
}
