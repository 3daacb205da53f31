// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.wal.SegmentReader.Found;
import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log from its first byte to its last and decides what to make of it. The rule is: go on
 * only with what is understood, and never give up what may have been acknowledged.
 *
 * <p>Every batch is synced before the next is begun, so only the last one can be in doubt. What is
 * not intact is taken for a write that a crash cut short, and trimmed, only if
 *
 * <ol>
 *   <li>it is in the last segment and nothing that was completed stands after it;
 *   <li>its position is not below what some later write knew to be durable;
 *   <li>its second identifier, in another sector, is not there either.
 * </ol>
 *
 * <p>Everything else is damage to what may have been promised, and the log does not open.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final WalConfig config;
  private final FileSystem fileSystem;
  private final SegmentTable segments;
  private final SegmentUsage usage;
  private final Groups groups;
  private final Checksums checksums = new Checksums();

  private StorageFile file;
  private SegmentReader reader;
  private long offset;
  private long batches;
  private long digest;

  /** The last batch of the segment: where it begins, and whether its identifier is there. */
  private long lastBatchOffset;

  private boolean lastBatchIdentified;
  private long trimmedBytes;

  Recovery(WalConfig config, SegmentTable segments, SegmentUsage usage, Groups groups) {
    this.config = config;
    this.fileSystem = config.fileSystem();
    this.segments = segments;
    this.usage = usage;
    this.groups = groups;
  }

  /** Reads the headers of all segments and sees that they make one chain. */
  List<Segment> readHeaders() throws IOException {
    List<Segment> found = new ArrayList<>();
    for (String name : fileSystem.list(config.directory())) {
      if (Segment.isSegmentName(name)) {
        found.add(readHeader(config.directory().resolve(name)));
      }
    }
    for (int i = 1; i < found.size(); i++) {
      requireFollows(found.get(i - 1), found.get(i));
    }
    return found;
  }

  private Segment readHeader(Path path) throws IOException {
    try (StorageFile opened = fileSystem.openForReading(path)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SegmentHeader.READ_BYTES);
      try {
        opened.readFully(bytes, 0);
      } catch (IOException e) {
        throw Damage.unreadable(path, 0, e);
      }
      bytes.flip();
      SegmentHeader header = SegmentHeader.read(bytes, path, opened.size(), checksums);
      if (header.number() != Segment.number(path.getFileName().toString())) {
        throw Damage.at(path, 0, header.firstPosition(), "it is segment " + header.number());
      }
      return new Segment(fileSystem, path, header);
    }
  }

  private static void requireFollows(Segment before, Segment after) throws WalException {
    SegmentHeader one = before.header();
    SegmentHeader two = after.header();
    if (one.clusterId() != two.clusterId()
        || one.memberId() != two.memberId()
        || one.incarnation() != two.incarnation()) {
      throw Damage.of(before.path() + " and " + after.path() + " belong to different directories");
    }
    if (two.number() != one.number() + 1) {
      throw Damage.of(
          "segments "
              + (one.number() + 1)
              + " to "
              + (two.number() - 1)
              + " are missing between "
              + before.path()
              + " and "
              + after.path().getFileName());
    }
    if (two.firstPosition() != one.endPosition()) {
      throw Damage.of(after.path() + " does not begin where " + before.path() + " ends");
    }
  }

  /**
   * Makes the names that were found durable. A process may have died between a rename and its sync;
   * were we to go on with a file that a later power cut takes away, its contents would go with it.
   */
  private void confirmNames() throws IOException {
    fileSystem.syncDirectory(config.directory());
  }

  /** Reads all segments, brings their end in order, and lets {@code writer} go on there. */
  void recover(List<Segment> found, SegmentWriter writer) throws IOException {
    confirmNames();
    digest = found.get(0).header().digestBefore();
    List<SegmentHeader> headers = found.stream().map(Segment::header).toList();
    RecoveryProgress progress = new RecoveryProgress(config.directory(), headers, LOG::info);
    for (int i = 0; i < found.size(); i++) {
      Segment segment = found.get(i);
      boolean last = i == found.size() - 1;
      segments.add(segment);
      usage.begin(segment.header());
      open(segment);
      try {
        readHead(segment, i == 0);
        Found end = readBatches(segment);
        if (last) {
          endLast(segment, end);
        } else {
          endEarlier(segment, end, found.get(i + 1), i + 2 == found.size());
          file.close();
        }
        progress.read(segment.header());
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    }
    requireAllEntries(found.get(0));
    writer.resume(found.get(found.size() - 1).header(), file, offset, batches, digest);
  }

  long trimmedBytes() {
    return trimmedBytes;
  }

  private void open(Segment segment) throws IOException {
    file = fileSystem.open(segment.path());
    reader = new SegmentReader(segment.path(), segment.header(), file);
    batches = 0;
    lastBatchOffset = 0;
    lastBatchIdentified = true;
  }

  private WalException damage(Segment segment, long at, String reason) {
    return Damage.at(segment.path(), at, segment.header().firstPosition() + at, reason + known());
  }

  /** How far each group's log is intact, for whoever has to judge the damage. */
  private String known() {
    StringBuilder text = new StringBuilder();
    int count = 0;
    for (Map.Entry<Long, GroupLog> group : groups.all().entrySet()) {
      if (count++ == 8) {
        text.append(", and more");
        break;
      }
      text.append(count == 1 ? "; intact before it: " : ", ");
      text.append("group ").append(group.getKey());
      text.append(" up to index ").append(group.getValue().lastIndex());
    }
    return text.toString();
  }

  /**
   * Reads what a segment's head repeats. The head of the oldest segment is all that is known of
   * what was before; of every other, the segments before are a second copy.
   */
  private void readHead(Segment segment, boolean oldest) throws IOException {
    SegmentHeader header = segment.header();
    offset = header.sectorBytes();
    groups.bootEpoch(Math.max(groups.bootEpoch(), header.bootEpoch()));
    Found head = reader.look(offset);
    if (head == Found.BATCH && reader.batchBytes() == header.headBytes()) {
      replay(segment, (record, payload) -> groups.replayHead(record, payload, oldest));
    } else if (oldest) {
      throw damage(
          segment,
          offset,
          "the hard states at the head of the oldest segment cannot be read ("
              + reader.problem()
              + "), and no other copy tells what came before. This member has forgotten its votes");
    } else {
      LOG.warn(
          "The head of {} cannot be read ({}); the segments before it tell the same",
          segment.path(),
          reader.problem());
    }
    offset = header.sectorBytes() + (long) header.headBytes();
  }

  private void replay(Segment segment, SegmentReader.RecordSink sink) throws WalException {
    try {
      reader.forEachRecord(offset, sink);
    } catch (IllegalStateException | IllegalArgumentException e) {
      // Every byte is as it was written, and still it makes no sense: not for us to guess.
      WalException contradiction =
          damage(segment, offset, "a record contradicts what came before: " + e.getMessage());
      contradiction.initCause(e);
      throw contradiction;
    }
  }

  /** Reads batches up to the first place that holds none; says what is there. */
  private Found readBatches(Segment segment) throws IOException {
    while (true) {
      Found found = reader.look(offset);
      if (found != Found.NOTHING && !lastBatchIdentified) {
        throw damage(
            segment, lastBatchOffset, "the identifier of a batch is not intact, and more follows");
      }
      if (found != Found.BATCH) {
        return found;
      }
      replay(segment, groups::replay);
      digest = Checksums.chain(digest, reader.bodyCrc(), reader.bodyBytes());
      batches++;
      lastBatchOffset = offset;
      lastBatchIdentified = reader.isIdentified();
      offset += reader.batchBytes();
    }
  }

  /** A segment that has a successor is complete, up to its footer. */
  private void endEarlier(Segment segment, Found end, Segment next, boolean nextIsLast)
      throws IOException {
    if (end == Found.FOOTER) {
      requireFooterMatches(segment);
      if (nextIsLast) {
        // Like the last batch, it may be in the cache only.
        writeFooter(segment);
      }
      return;
    }
    // The one way to a successor without a footer: a crash between the two. Then the successor has
    // nothing but its head, and this segment is intact to the end that the successor knows.
    boolean interrupted =
        nextIsLast
            && lastBatchIdentified
            && digest == next.header().digestBefore()
            && !reader.isStrange()
            && holdsNothingButItsHead(next);
    if (!interrupted) {
      throw damage(segment, offset, reader.problem() + ", though a later segment follows");
    }
    writeFooter(segment);
  }

  private void writeFooter(Segment segment) throws IOException {
    file.writeFully(
        SegmentWriter.footer(segment.header(), offset, batches, digest, checksums), offset);
    file.force();
  }

  private boolean holdsNothingButItsHead(Segment segment) throws IOException {
    SegmentHeader header = segment.header();
    try (StorageFile opened = fileSystem.openForReading(segment.path())) {
      SegmentReader its = new SegmentReader(segment.path(), header, opened);
      long begin = header.sectorBytes() + (long) header.headBytes();
      // A torn or damaged first batch leaves a trace.
      return its.look(begin) == Found.NOTHING && its.scan(begin).traceEnd() == begin;
    }
  }

  private void requireFooterMatches(Segment segment) throws WalException {
    if (reader.footerCount() != batches || reader.footerDigest() != digest) {
      throw damage(
          segment,
          offset,
          "the footer counts "
              + reader.footerCount()
              + " batches with another digest than the "
              + batches
              + " that are there");
    }
  }

  private void endLast(Segment segment, Found end) throws IOException {
    if (end == Found.FOOTER) {
      requireFooterMatches(segment);
      throw Damage.of(
          "segment "
              + (segment.header().number() + 1)
              + " is missing after "
              + segment.path()
              + ", which ends with a footer");
    }
    trimTail(segment);
    confirmLastBatch();
  }

  /** Decides between a write cut short, which goes, and damage, which stays for a person to see. */
  private void trimTail(Segment segment) throws IOException {
    String problem = reader.problem();
    if (reader.isStrange()) {
      throw damage(segment, offset, problem);
    }
    SegmentReader.Beyond beyond = reader.scan(offset);
    if (beyond.traceEnd() == offset) {
      return;
    }
    // Were this check gone, a damaged batch that was synced and acknowledged would be dropped as if
    // it had never been: the cluster may count on this member's copy for its commit.
    if (beyond.evidence() != null) {
      throw damage(segment, offset, problem + ", but " + beyond.evidence());
    }
    LOG.warn(
        "{}: a write was cut short at byte {} ({}); {} bytes that were never acknowledged are"
            + " removed",
        segment.path(),
        offset,
        problem,
        beyond.traceEnd() - offset);
    trimmedBytes = beyond.traceEnd() - offset;
    zero(offset, beyond.traceEnd());
  }

  private void zero(long from, long to) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(to - from, 1 << 20));
    for (long at = from; at < to; at += zeros.limit()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
      file.writeFully(zeros, at);
    }
    file.force();
  }

  /**
   * Writes the last batch once more and syncs it. What was read may be in the cache only: the
   * process may have died before its sync, or its sync may have failed, after which the system
   * takes the pages for clean and no later sync would write them.
   */
  private void confirmLastBatch() throws IOException {
    if (lastBatchOffset == 0) {
      return;
    }
    if (reader.look(lastBatchOffset) != Found.BATCH) {
      throw new WalException("the last batch read differently the second time");
    }
    ByteBuffer batch = reader.batch();
    if (!reader.isIdentified()) {
      reader.writeTrailer(lastBatchOffset);
    }
    file.writeFully(batch, lastBatchOffset);
    file.force();
  }

  private void requireAllEntries(Segment oldest) throws WalException {
    for (Map.Entry<Long, GroupLog> group : groups.all().entrySet()) {
      IndexRange missing = group.getValue().missing();
      if (missing != null) {
        throw Damage.of(
            "entries "
                + missing.first()
                + " to "
                + missing.last()
                + " of group "
                + group.getKey()
                + " are missing: the segments before "
                + oldest.path()
                + " are gone");
      }
    }
  }
}
