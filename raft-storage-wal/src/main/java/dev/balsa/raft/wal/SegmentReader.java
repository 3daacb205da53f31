// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.RecordHeader.Verdict;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads a segment batch by batch and verifies every byte of each before showing any of it.
 *
 * <p>Used by one thread, at recovery.
 */
final class SegmentReader {
  private static final int SCAN_BYTES = 1 << 20;

  /** What stands at some place. */
  enum Found {
    /** An intact batch; its identifier may be another matter. */
    BATCH,
    /** The segment's footer. */
    FOOTER,
    /** Nothing that can be accepted; {@link #problem()} says why. */
    NOTHING
  }

  /** Where the intact records of a batch go. */
  interface RecordSink {
    void accept(RecordHeader record, byte[] payload);
  }

  private final Path path;
  private final SegmentHeader header;
  private final SegmentKey key;
  private final StorageFile file;
  private final Checksums checksums = new Checksums();
  private final RecordHeader record = new RecordHeader();
  private ByteBuffer buffer = ByteBuffer.allocate(64 << 10);

  private String problem = "";
  private boolean strange;
  private int bodyBytes;
  private int bodyCrc;
  private long count;
  private long syncedUpTo;
  private boolean identified;
  private long footerDigest;

  SegmentReader(Path path, SegmentHeader header, StorageFile file) {
    this.path = path;
    this.header = header;
    this.key = header.key();
    this.file = file;
  }

  /** Why nothing was found. */
  String problem() {
    return problem;
  }

  /** Whether what was found is intact, and merely unknown to this program. */
  boolean isStrange() {
    return strange;
  }

  /** Whether the batch's second identifier is there. */
  boolean isIdentified() {
    return identified;
  }

  /** How much was durable when the batch was written. */
  long syncedUpTo() {
    return syncedUpTo;
  }

  int bodyBytes() {
    return bodyBytes;
  }

  int bodyCrc() {
    return bodyCrc;
  }

  /** How many records the batch that was found holds. */
  long recordCount() {
    return count;
  }

  /** How many batches the footer counts. */
  long footerCount() {
    return count;
  }

  long footerDigest() {
    return footerDigest;
  }

  /** The batch that was found, as it must stand on disk. Valid until the next read. */
  int batchBytes() {
    return (int) BatchBuffer.batchBytes(bodyBytes, header.sectorBytes());
  }

  private long position(long offset) {
    return header.firstPosition() + offset;
  }

  private Found nothing(String reason) {
    problem = reason;
    return Found.NOTHING;
  }

  /** Looks at what stands at {@code offset}, and verifies all of it. */
  Found look(long offset) throws IOException {
    strange = false;
    if (offset + header.sectorBytes() > header.segmentBytes()) {
      return nothing("the segment has no room for more");
    }
    read(offset, header.sectorBytes());
    Verdict verdict = record.parse(buffer, 0, key, position(offset), checksums);
    if (verdict == Verdict.UNKNOWN) {
      strange = true;
      return nothing(record.strangeness());
    }
    if (verdict == Verdict.INVALID) {
      return nothing("there is no intact batch");
    }
    if (record.type == RecordType.FOOTER) {
      count = record.index;
      footerDigest = record.term;
      syncedUpTo = record.group;
      return Found.FOOTER;
    }
    if (record.type != RecordType.BATCH) {
      strange = true;
      return nothing("a " + record.type + " record stands where a batch should begin");
    }
    return lookIntoBatch(offset);
  }

  private Found lookIntoBatch(long offset) throws IOException {
    bodyBytes = record.length;
    bodyCrc = record.payloadCrc;
    count = record.index;
    syncedUpTo = record.group;
    long room = header.segmentBytes() - offset;
    if (BatchBuffer.batchBytes(bodyBytes, header.sectorBytes()) > room) {
      return nothing("a batch of " + bodyBytes + " bytes does not fit into the segment");
    }
    if (syncedUpTo > position(offset)) {
      return nothing("a batch claims that what comes after it was durable before it");
    }
    read(offset, batchBytes());
    Found found = verifyRecords(offset);
    identified = verifyTrailer(offset);
    return found;
  }

  private Found verifyRecords(long offset) {
    CRC32C headers = new CRC32C();
    int at = RecordHeader.BYTES;
    int end = RecordHeader.BYTES + bodyBytes;
    for (long i = 0; i < count; i++) {
      if (end - at < RecordHeader.BYTES) {
        return nothing("a batch holds fewer records than it says");
      }
      Verdict verdict = record.parse(buffer, at, key, position(offset) + at, checksums);
      if (verdict == Verdict.INVALID) {
        return nothing("the header of record " + (i + 1) + " of " + count + " is not intact");
      }
      if (verdict == Verdict.UNKNOWN) {
        strange = true;
        return nothing(record.strangeness());
      }
      if (record.length > end - at - RecordHeader.BYTES) {
        return nothing(record + " is longer than its batch");
      }
      if (checksums.of(buffer, at + RecordHeader.BYTES, record.length) != record.payloadCrc) {
        return nothing("the data of " + record + " is not intact");
      }
      Checksums.update(headers, buffer, at, RecordHeader.BYTES);
      at += RecordHeader.recordBytes(record.length);
    }
    // Without this sum, a sector that an earlier, abandoned batch left in the same place could pass
    // for a part of this one: its records are intact and belong to this position.
    if (at != end || (int) headers.getValue() != bodyCrc) {
      return nothing("the records of a batch are not those that it was written with");
    }
    return Found.BATCH;
  }

  private boolean verifyTrailer(long offset) {
    int at = batchBytes() - header.sectorBytes();
    return record.parse(buffer, at, key, position(offset) + at, checksums) == Verdict.VALID
        && record.type == RecordType.TRAILER
        && record.length == bodyBytes
        && record.payloadCrc == bodyCrc;
  }

  /**
   * Shows the records of the batch that was found at {@code offset}: of entries only a
   * configuration's payload, the others' is empty.
   */
  void forEachRecord(long offset, RecordSink sink) {
    forEachRecord(offset, false, sink);
  }

  /** Shows the records of the batch that was found at {@code offset}, each with its payload. */
  void forEachWholeRecord(long offset, RecordSink sink) {
    forEachRecord(offset, true, sink);
  }

  private void forEachRecord(long offset, boolean whole, RecordSink sink) {
    int at = RecordHeader.BYTES;
    for (long i = 0; i < count; i++) {
      record.parse(buffer, at, key, position(offset) + at, checksums);
      boolean wanted = whole || !record.type.isEntry() || GroupLog.isConfiguration(record.kind);
      byte[] payload = wanted ? new byte[record.length] : Payloads.NONE;
      buffer.get(at + RecordHeader.BYTES, payload);
      sink.accept(record, payload);
      at += RecordHeader.recordBytes(record.length);
    }
  }

  /** The bytes of the batch that was found, to be written once more. */
  ByteBuffer batch() {
    return buffer.limit(batchBytes()).position(0);
  }

  /** Puts the second identifier of the batch found at {@code offset} where it belongs. */
  void writeTrailer(long offset) {
    RecordHeader last = new RecordHeader();
    int at = RecordHeader.BYTES;
    for (long i = 0; i < count; i++) {
      last.parse(buffer, at, key, position(offset) + at, checksums);
      at += RecordHeader.recordBytes(last.length);
    }
    int trailer = batchBytes() - header.sectorBytes();
    BatchBuffer.writeTrailer(
        buffer,
        trailer,
        key,
        position(offset) + trailer,
        bodyBytes,
        bodyCrc,
        last.group,
        last.index,
        last.term,
        checksums);
  }

  /**
   * What a look beyond a bad place has shown.
   *
   * @param evidence the first sign that a write was completed there, null if there is none
   * @param traceEnd the end of the last sector that a write left a trace in; where the look began
   *     if there is none
   */
  record Beyond(String evidence, long traceEnd) {}

  /**
   * Looks at every sector from {@code offset} to the end of the file for a sign that a write was
   * completed there: the head of a later batch, a footer, or the second identifier of any batch.
   */
  Beyond scan(long offset) throws IOException {
    int sector = header.sectorBytes();
    int chunk = SCAN_BYTES / sector * sector;
    long traceEnd = offset;
    String evidence = null;
    for (long from = offset; from < header.segmentBytes(); from += chunk) {
      long rest = header.segmentBytes() - from;
      int length = (int) Math.min(chunk, rest);
      // A header may begin in the last bytes of the chunk and end in the next.
      int readable = (int) Math.min(chunk + RecordHeader.BYTES, rest);
      read(from, readable);
      for (int at = 0; at < length; at += sector) {
        if (isTrace(at, sector, readable, from)) {
          traceEnd = from + at + sector;
        }
        if (evidence == null && from + at > offset) {
          evidence = evidenceAt(at, from + at);
        }
      }
    }
    return new Beyond(evidence, traceEnd);
  }

  /**
   * Whether a write to this segment was in this sector. In a file that is used for the first time
   * all else is zeros. In one that was another segment before, all else is what that left there,
   * and only the header of a record tells this segment from it.
   */
  private boolean isTrace(int at, int sector, int readable, long from) {
    if (header.epoch() == 1) {
      return !isZero(at, sector);
    }
    int end = Math.min(at + sector, readable - RecordHeader.BYTES + 1);
    for (int i = at; i < end; i += Long.BYTES) {
      if (record.parse(buffer, i, key, position(from + i), checksums) != Verdict.INVALID) {
        return true;
      }
    }
    return false;
  }

  private String evidenceAt(int at, long offset) {
    if (record.parse(buffer, at, key, position(offset), checksums) != Verdict.VALID) {
      return null;
    }
    return switch (record.type) {
      case BATCH -> "an intact batch begins after it at byte " + offset;
      case FOOTER -> "the segment's footer stands after it at byte " + offset;
      case TRAILER ->
          "the identifier of a finished batch stands at byte "
              + offset
              + " (last record: group "
              + record.group
              + ", index "
              + record.index
              + ", term "
              + record.term
              + ")";
      default -> null;
    };
  }

  private boolean isZero(int at, int length) {
    for (int i = at; i < at + length; i += Long.BYTES) {
      if (buffer.getLong(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private void read(long offset, int length) throws IOException {
    if (buffer.capacity() < length) {
      int capacity =
          (int) Math.min(Math.max(length, 2L * buffer.capacity()), header.segmentBytes());
      buffer = ByteBuffer.allocate(capacity);
    }
    buffer.clear().limit(length);
    int count;
    try {
      count = file.readFully(buffer, offset);
    } catch (IOException e) {
      throw Damage.unreadable(path, offset, e);
    }
    if (count < length) {
      throw Damage.at(path, offset, position(offset), "the file ends too early");
    }
    buffer.clear();
  }
}
