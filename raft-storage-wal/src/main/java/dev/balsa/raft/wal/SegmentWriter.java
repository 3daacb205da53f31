// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;

/**
 * Plans batches at the end of the log: one write and one sync each.
 *
 * <p>Planning and doing are apart: a record has its place as soon as it is added, and what is to be
 * done to the disk waits in an {@link IoQueue}, in order.
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
  private static final int MAX_FREE_BUFFERS = 2;

  private final WalConfig config;
  private final SegmentTable segments;
  private final SegmentUsage usage;
  private final Spares spares;
  private final HeadSource heads;
  private final IoQueue io;
  private final Checksums checksums = new Checksums();
  private final ArrayDeque<BatchBuffer> freeBuffers = new ArrayDeque<>();

  // The end of the log once everything planned is done.
  private SegmentHeader header;
  private long offset;
  private long batches;
  private long digest;

  private long plannedBytes;

  /** The batch that is being put together; null if there is none. */
  private BatchBuffer batch;

  // The end of the log as it is on the disk.
  private StorageFile file;
  private Spares.Spare next;
  private volatile long durablePosition;

  /** Gives every group's state, to be repeated at a segment's head. */
  interface HeadSource {
    /** Adds a record for each group. */
    void addGroups(BatchBuffer batch);

    /** The number of this start. */
    long bootEpoch();
  }

  SegmentWriter(
      WalConfig config,
      SegmentTable segments,
      SegmentUsage usage,
      Spares spares,
      HeadSource heads,
      IoQueue io) {
    this.config = config;
    this.segments = segments;
    this.usage = usage;
    this.spares = spares;
    this.heads = heads;
    this.io = io;
  }

  /**
   * Goes on in a segment after what recovery found.
   *
   * @param newOffset where the next batch goes, in bytes from the start of the file
   */
  void resume(
      SegmentHeader last, StorageFile opened, long newOffset, long newBatches, long newDigest) {
    header = last;
    file = opened;
    offset = newOffset;
    batches = newBatches;
    digest = newDigest;
    durablePosition = position();
  }

  private long position() {
    return header.firstPosition() + offset;
  }

  /** How many bytes were planned to be written so far, but for heads. */
  long plannedBytes() {
    return plannedBytes + (batch == null ? 0 : batch.bodyBytes());
  }

  /** Everything below this log position is durable. */
  long durablePosition() {
    return durablePosition;
  }

  /**
   * The batch that is being put together, with room for one more record with this payload. If what
   * was there before must be written out first, that is planned.
   */
  BatchBuffer batchFor(int payloadBytes) {
    int recordBytes = RecordHeader.recordBytes(payloadBytes);
    if (batch != null
        && (batch.bodyBytes() + (long) recordBytes > config.batchBytes() || !fits(recordBytes))) {
      flush();
    }
    if (batch == null) {
      begin();
      if (!fits(recordBytes)) {
        release(batch);
        roll(recordBytes);
        begin();
      }
    }
    return batch;
  }

  private void begin() {
    batch = freeBuffer();
    // By the time that it is written, everything before it is durable.
    batch.begin(header, position(), position());
  }

  private BatchBuffer freeBuffer() {
    BatchBuffer free = freeBuffers.poll();
    return free == null ? new BatchBuffer() : free;
  }

  private void release(BatchBuffer buffer) {
    if (freeBuffers.size() < MAX_FREE_BUFFERS) {
      freeBuffers.push(buffer);
    }
  }

  /** Whether the batch with this record, and a footer after it, find room in the segment. */
  private boolean fits(int recordBytes) {
    return offset + batch.bytesWith(recordBytes) + header.sectorBytes() <= header.segmentBytes();
  }

  /** Plans to make everything durable that was added; does nothing if that is nothing. */
  void flush() {
    if (batch == null) {
      return;
    }
    BatchBuffer full = batch;
    batch = null;
    if (full.count() == 0) {
      release(full);
      return;
    }
    ByteBuffer bytes = full.finish();
    long begin = offset;
    digest = Checksums.chain(digest, full.bodyCrc(), full.bodyBytes());
    batches++;
    offset += bytes.remaining();
    plannedBytes += bytes.remaining();
    long end = position();
    io.add(() -> file.writeFully(bytes, begin));
    io.add(
        () -> {
          file.force();
          durablePosition = end;
          release(full);
        });
  }

  /** Plans to go on in a new segment with room for a record of this length. */
  private void roll(int recordBytes) {
    SegmentHeader before = header;
    ByteBuffer footer = footer(before, offset, batches, digest, checksums);
    long footerOffset = offset;
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
    start(after, position(), recordBytes);
    SegmentHeader started = header;
    io.add(() -> file.writeFully(footer, footerOffset));
    io.add(
        () -> {
          file.force();
          file.close();
          enter(started);
          spares.request();
        });
  }

  /** Plans the first segment of a new log. */
  void startFirst(SegmentHeader first) {
    start(first, 0, 0);
    SegmentHeader started = header;
    io.add(() -> enter(started));
  }

  private void enter(SegmentHeader started) {
    segments.add(new Segment(config.fileSystem(), path(started), started));
    file = next.file();
    next = null;
    durablePosition = started.firstBatchPosition();
  }

  /** Plans a new segment, durable with its head under its name, and continues there. */
  private void start(SegmentHeader plan, long syncedUpTo, int recordBytes) {
    BatchBuffer head = freeBuffer();
    Spares.Used used = spares.nextUsed();
    int headBytes = putHead(head, plan.inEpoch(epoch(used)), syncedUpTo);
    long rest = BatchBuffer.batchBytes(recordBytes, plan.sectorBytes());
    int segmentBytes = spares.bytesFor(2L * plan.sectorBytes() + headBytes + rest);
    if (used != null && segmentBytes == config.segmentBytes()) {
      spares.removeNextUsed();
    } else if (used != null) {
      // What is kept is too short.
      used = null;
      putHead(head, plan.inEpoch(epoch(null)), syncedUpTo);
    }
    header = plan.inEpoch(epoch(used)).sized(segmentBytes, headBytes);
    offset = header.sectorBytes() + (long) headBytes;
    batches = 0;
    usage.begin(header);
    planFile(used, header, head);
  }

  private static int epoch(Spares.Used used) {
    return used == null ? 1 : used.epoch() + 1;
  }

  /** Puts a segment's head together; returns its length in bytes. */
  private int putHead(BatchBuffer head, SegmentHeader plan, long syncedUpTo) {
    head.begin(plan, plan.firstPosition() + plan.sectorBytes(), syncedUpTo);
    heads.addGroups(head);
    return head.finish().remaining();
  }

  /** Plans to write header and head, and only then to give the file its name. */
  private void planFile(Spares.Used used, SegmentHeader planned, BatchBuffer head) {
    ByteBuffer headerBytes = ByteBuffer.allocateDirect(planned.sectorBytes());
    planned.write(headerBytes, 0, checksums);
    ByteBuffer headBytes = head.finish();
    io.add(() -> next = used == null ? spares.take(planned.segmentBytes()) : spares.open(used));
    io.add(() -> next.file().writeFully(headerBytes, 0));
    io.add(() -> next.file().writeFully(headBytes, planned.sectorBytes()));
    io.add(
        () -> {
          next.file().force();
          release(head);
        });
    io.add(() -> config.fileSystem().rename(next.path(), path(planned)));
    io.add(() -> config.fileSystem().syncDirectory(config.directory()));
  }

  private Path path(SegmentHeader planned) {
    return config.directory().resolve(Segment.fileName(planned.number()));
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
    if (next != null) {
      next.file().close();
    }
  }
}
