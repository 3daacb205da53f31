// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Where a batch is put together before it goes to disk with one write.
 *
 * <pre>
 * | BATCH header | record | record | ... | zeros || TRAILER | zeros |
 * ^ begins a sector                              ^ begins a sector  ^ ends a sector
 * </pre>
 *
 * <p>The trailer says once more what the batch is, in another sector: one torn or damaged sector
 * cannot take both, and that is how recovery tells a write that never finished from one that did
 * and was damaged afterwards. A sector that was synced is never written again.
 *
 * <p>Used by one thread. Nothing is allocated for a record unless the buffer must grow.
 */
final class BatchBuffer {
  private static final int FIRST_CAPACITY = 64 << 10;

  private final Checksums checksums = new Checksums();
  private final CRC32C bodyCrc = new CRC32C();
  private ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST_CAPACITY);
  private SegmentKey key;
  private int sectorBytes;
  private long position;
  private long syncedUpTo;
  private int end;
  private int count;
  private long lastGroup;
  private long lastIndex;
  private long lastTerm;

  /** Begins a batch at {@code position}, knowing everything up to {@code syncedUpTo} durable. */
  void begin(SegmentHeader segment, long newPosition, long newSyncedUpTo) {
    key = segment.key();
    sectorBytes = segment.sectorBytes();
    position = newPosition;
    syncedUpTo = newSyncedUpTo;
    end = RecordHeader.BYTES;
    count = 0;
    lastGroup = 0;
    lastIndex = 0;
    lastTerm = 0;
    bodyCrc.reset();
  }

  /** How many records there are. */
  int count() {
    return count;
  }

  /** Length of the records, in bytes. */
  int bodyBytes() {
    return end - RecordHeader.BYTES;
  }

  /** CRC of all records' headers, which hold the CRCs of their payloads. */
  int bodyCrc() {
    return (int) bodyCrc.getValue();
  }

  /** How long the batch will be on disk with this many more bytes of records. */
  long bytesWith(int more) {
    return batchBytes((long) bodyBytes() + more, sectorBytes);
  }

  /** How long a batch is on disk, with records of this length. */
  static long batchBytes(long bodyBytes, int sectorBytes) {
    return roundUp(RecordHeader.BYTES + bodyBytes, sectorBytes) + sectorBytes;
  }

  static long roundUp(long bytes, int unit) {
    return (bytes + unit - 1) / unit * unit;
  }

  /** Adds a record; returns its log position. */
  long add(RecordType type, int kind, long group, long index, long term, byte[] payload, int crc) {
    int recordBytes = RecordHeader.recordBytes(payload.length);
    ensureCapacity((long) end + recordBytes);
    int at = end;
    long recordPosition = position + at;
    RecordHeader.write(
        buffer,
        at,
        key,
        type,
        kind,
        payload.length,
        group,
        recordPosition,
        index,
        term,
        crc,
        checksums);
    buffer.put(at + RecordHeader.BYTES, payload);
    zero(at + RecordHeader.BYTES + payload.length, at + recordBytes);
    Checksums.update(bodyCrc, buffer, at, RecordHeader.BYTES);
    end = at + recordBytes;
    count++;
    lastGroup = group;
    lastIndex = index;
    lastTerm = term;
    return recordPosition;
  }

  /** Adds a record and computes its payload's checksum. */
  long add(RecordType type, long group, long index, long term, byte[] payload) {
    return add(type, 0, group, index, term, payload, checksums.of(payload));
  }

  /** The finished batch, to be written at once. Valid until the next {@link #begin}. */
  ByteBuffer finish() {
    int trailer = (int) roundUp(end, sectorBytes);
    ensureCapacity((long) trailer + sectorBytes);
    zero(end, trailer + sectorBytes);
    RecordHeader.write(
        buffer,
        0,
        key,
        RecordType.BATCH,
        0,
        bodyBytes(),
        syncedUpTo,
        position,
        count,
        0,
        bodyCrc(),
        checksums);
    writeTrailer(
        buffer,
        trailer,
        key,
        position + trailer,
        bodyBytes(),
        bodyCrc(),
        lastGroup,
        lastIndex,
        lastTerm,
        checksums);
    buffer.limit(trailer + sectorBytes).position(0);
    return buffer;
  }

  static void writeTrailer(
      ByteBuffer out,
      int at,
      SegmentKey key,
      long position,
      int bodyBytes,
      int bodyCrc,
      long lastGroup,
      long lastIndex,
      long lastTerm,
      Checksums checksums) {
    RecordHeader.write(
        out,
        at,
        key,
        RecordType.TRAILER,
        0,
        bodyBytes,
        lastGroup,
        position,
        lastIndex,
        lastTerm,
        bodyCrc,
        checksums);
  }

  private void zero(int from, int to) {
    int at = from;
    while (at < to && (at & 7) != 0) {
      buffer.put(at++, (byte) 0);
    }
    for (; at + 8 <= to; at += 8) {
      buffer.putLong(at, 0);
    }
    while (at < to) {
      buffer.put(at++, (byte) 0);
    }
  }

  private void ensureCapacity(long bytes) {
    buffer.clear();
    if (bytes > buffer.capacity()) {
      long doubled = Math.min(2L * buffer.capacity(), Integer.MAX_VALUE - 8);
      ByteBuffer larger = ByteBuffer.allocateDirect(Math.toIntExact(Math.max(doubled, bytes)));
      larger.put(0, buffer, 0, end);
      buffer = larger;
    }
  }
}
