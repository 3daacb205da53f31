// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Puts batches at the end of the log: one write and one sync each.
 *
 * <p>A batch is begun only after the one before is durable. So at any crash at most the last batch
 * is in doubt, and every other may be relied on to be whole: recovery takes damage there for what
 * it is.
 *
 * <p>To go on in a new segment, first the new one is made durable, with its header and every
 * group's state, under its name; then the old one gets its footer. So a footer without a successor
 * means that a file is missing, and a successor without a footer that the crash came between.
 */
final class SegmentWriter {
  private final WalConfig config;
  private final SegmentTable segments;
  private final Spares spares;
  private final HeadSource heads;
  private final Checksums checksums = new Checksums();
  private final BatchBuffer batch = new BatchBuffer();

  private Segment segment;
  private StorageFile file;
  private long offset;
  private long batches;
  private long digest;
  private boolean open;
  private volatile long durablePosition;

  /** Gives every group's state, to be repeated at a segment's head. */
  interface HeadSource {
    /** Adds a record for each group. */
    void addGroups(BatchBuffer batch);

    /** The number of this start. */
    long bootEpoch();
  }

  SegmentWriter(WalConfig config, SegmentTable segments, Spares spares, HeadSource heads) {
    this.config = config;
    this.segments = segments;
    this.spares = spares;
    this.heads = heads;
  }

  /**
   * Goes on in a segment after what recovery found.
   *
   * @param newOffset where the next batch goes, in bytes from the start of the file
   */
  void resume(Segment last, StorageFile opened, long newOffset, long newBatches, long newDigest) {
    segment = last;
    file = opened;
    offset = newOffset;
    batches = newBatches;
    digest = newDigest;
    durablePosition = position();
  }

  private long position() {
    return segment.header().firstPosition() + offset;
  }

  /** Everything below this log position is durable. */
  long durablePosition() {
    return durablePosition;
  }

  /**
   * The batch that is being put together, with room for one more record with this payload. What was
   * there before is written out if it must be.
   */
  BatchBuffer batchFor(int payloadBytes) throws IOException {
    int recordBytes = RecordHeader.recordBytes(payloadBytes);
    if (open
        && (batch.bodyBytes() + (long) recordBytes > config.batchBytes() || !fits(recordBytes))) {
      flush();
    }
    if (!open) {
      begin();
      if (!fits(recordBytes)) {
        open = false;
        roll(recordBytes);
        begin();
      }
    }
    return batch;
  }

  private void begin() {
    batch.begin(segment.header(), position(), durablePosition);
    open = true;
  }

  /** Whether the batch with this record, and a footer after it, find room in the segment. */
  private boolean fits(int recordBytes) {
    SegmentHeader header = segment.header();
    return offset + batch.bytesWith(recordBytes) + header.sectorBytes() <= header.segmentBytes();
  }

  /** Makes everything durable that was added; does nothing if that is nothing. */
  void flush() throws IOException {
    if (!open || batch.count() == 0) {
      open = false;
      return;
    }
    ByteBuffer bytes = batch.finish();
    int length = bytes.remaining();
    file.writeFully(bytes, offset);
    file.force();
    digest = Checksums.chain(digest, batch.bodyCrc(), batch.bodyBytes());
    batches++;
    offset += length;
    durablePosition = position();
    open = false;
  }

  /** Goes on in a new segment with room for a record of this length. */
  private void roll(int recordBytes) throws IOException {
    SegmentHeader before = segment.header();
    SegmentHeader after =
        new SegmentHeader(
            config.sectorBytes(),
            before.clusterId(),
            before.memberId(),
            before.incarnation(),
            before.number() + 1,
            0,
            before.endPosition(),
            digest,
            heads.bootEpoch(),
            1,
            0);
    Started next = start(after, recordBytes);
    writeFooter();
    file.close();
    enter(next);
    spares.request();
  }

  /** Makes the first segment of a new log. */
  void startFirst(SegmentHeader first) throws IOException {
    enter(start(first, 0));
  }

  /** A new segment, durable with its head, and its file open for writing. */
  private record Started(Segment segment, StorageFile file) {}

  private void enter(Started next) {
    segments.add(next.segment);
    segment = next.segment;
    file = next.file;
    offset = segment.header().sectorBytes() + (long) segment.header().headBytes();
    batches = 0;
    open = false;
    durablePosition = position();
  }

  private Started start(SegmentHeader plan, int recordBytes) throws IOException {
    batch.begin(plan, plan.firstPosition() + plan.sectorBytes(), durablePosition);
    heads.addGroups(batch);
    ByteBuffer head = batch.finish();
    int headBytes = head.remaining();
    long rest = BatchBuffer.batchBytes(recordBytes, plan.sectorBytes());
    Spares.Spare spare = spares.take(2L * plan.sectorBytes() + headBytes + rest);
    SegmentHeader header = plan.sized(spare.bytes(), headBytes);
    ByteBuffer headerBytes = ByteBuffer.allocateDirect(header.sectorBytes());
    header.write(headerBytes, 0, checksums);
    spare.file().writeFully(headerBytes, 0);
    spare.file().writeFully(head, header.sectorBytes());
    spare.file().force();
    Path path = config.directory().resolve(Segment.fileName(header.number()));
    config.fileSystem().rename(spare.path(), path);
    config.fileSystem().syncDirectory(config.directory());
    return new Started(new Segment(config.fileSystem(), path, header), spare.file());
  }

  private void writeFooter() throws IOException {
    file.writeFully(footer(segment.header(), offset, batches, digest, checksums), offset);
    file.force();
  }

  /** The end of a segment that has a successor. */
  static ByteBuffer footer(
      SegmentHeader header, long offset, long batches, long digest, Checksums checksums) {
    ByteBuffer footer = ByteBuffer.allocateDirect(header.sectorBytes());
    long position = header.firstPosition() + offset;
    RecordHeader.write(
        footer,
        0,
        header.key(),
        RecordType.FOOTER,
        0,
        0,
        position,
        position,
        batches,
        digest,
        0,
        checksums);
    return footer;
  }

  void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
