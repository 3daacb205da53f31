// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.nio.ByteBuffer;

/**
 * The 56 bytes before each record's payload.
 *
 * <pre>
 *  0 magic 4 | 4 version 1 | 5 type 1 | 6 kind 1 | 7 flags 1 | 8 length 4 | 12 segment epoch 4
 * 16 group 8 | 24 log position 8 | 32 index 8 | 40 term 8 | 48 payload CRC 4 | 52 header CRC 4
 * </pre>
 *
 * <p>The header's CRC is folded with a mask made of incarnation, segment and epoch: a record of
 * another directory, of another file, or of an earlier use of this file does not pass for one of
 * ours, wherever it turns up. The log position says where in the stream the record belongs, so a
 * write that went to the wrong place is seen too.
 *
 * <p>One object is used over and over, by one thread.
 */
final class RecordHeader {
  static final int BYTES = 56;
  static final int MAGIC = 0xBA15A106;
  static final int VERSION = 1;

  private static final int CRC_OFFSET = 52;

  /** What parsing found. */
  enum Verdict {
    VALID,
    /** Not a record of this place: zeros, rubbish, something old, or damaged. */
    INVALID,
    /** Intact, but of a version or type that this program does not know. */
    UNKNOWN
  }

  RecordType type;
  int kind;
  int length;
  long group;
  long position;
  long index;
  long term;
  int payloadCrc;

  private int version;
  private int typeCode;
  private int flags;

  static void write(
      ByteBuffer out,
      int at,
      SegmentKey key,
      RecordType type,
      int kind,
      int length,
      long group,
      long position,
      long index,
      long term,
      int payloadCrc,
      Checksums checksums) {
    out.putInt(at, MAGIC);
    out.put(at + 4, (byte) VERSION).put(at + 5, (byte) type.code()).put(at + 6, (byte) kind);
    out.put(at + 7, (byte) 0);
    out.putInt(at + 8, length).putInt(at + 12, key.epoch());
    out.putLong(at + 16, group).putLong(at + 24, position);
    out.putLong(at + 32, index).putLong(at + 40, term);
    out.putInt(at + 48, payloadCrc);
    out.putInt(at + CRC_OFFSET, checksums.of(out, at, CRC_OFFSET) ^ key.mask());
  }

  /**
   * Reads the header at {@code at}, which is at {@code expected} in the stream.
   *
   * <p>Nothing but the magic number is looked at before the checksum has passed.
   */
  Verdict parse(ByteBuffer in, int at, SegmentKey key, long expected, Checksums checksums) {
    if (in.getInt(at) != MAGIC
        || (checksums.of(in, at, CRC_OFFSET) ^ key.mask()) != in.getInt(at + CRC_OFFSET)) {
      return Verdict.INVALID;
    }
    version = in.get(at + 4) & 0xff;
    typeCode = in.get(at + 5) & 0xff;
    type = RecordType.ofCode(typeCode);
    kind = in.get(at + 6) & 0xff;
    flags = in.get(at + 7) & 0xff;
    length = in.getInt(at + 8);
    group = in.getLong(at + 16);
    position = in.getLong(at + 24);
    index = in.getLong(at + 32);
    term = in.getLong(at + 40);
    payloadCrc = in.getInt(at + 48);
    if (in.getInt(at + 12) != key.epoch() || position != expected) {
      return Verdict.INVALID;
    }
    boolean known = version == VERSION && type != null && flags == 0 && length >= 0;
    return known ? Verdict.VALID : Verdict.UNKNOWN;
  }

  /** What makes an intact header unknown to this program. */
  String strangeness() {
    return "a record of version "
        + version
        + ", type "
        + typeCode
        + ", flags "
        + flags
        + " and length "
        + length
        + ", which this program does not know";
  }

  /** How long a record with this payload is, in bytes: a multiple of eight. */
  static int recordBytes(int payloadBytes) {
    return BYTES + (payloadBytes + 7 & ~7);
  }

  @Override
  public String toString() {
    return type + " of group " + group + ", index " + index + ", term " + term;
  }
}
