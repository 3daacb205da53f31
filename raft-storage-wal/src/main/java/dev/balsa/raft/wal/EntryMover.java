// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.wal.GroupLog.Found;
import dev.balsa.raft.wal.GroupLog.Places;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes entries once more at the log's end, so that a group which hardly moves does not keep old
 * segments for ever.
 *
 * <p>Begins when the log takes more of the disk than it should, and then takes the oldest segment's
 * entries, group by group, a bounded amount with each write. Let the log hold D bytes of which L
 * are needed. To go through all of it copies L bytes and sets D - L free; since {@link
 * #COPY_FACTOR} times as much is copied as is written, D grows meanwhile by no more than a fraction
 * of L. For that and for segments that are not yet full, it begins at half of the way to the bound.
 *
 * <p>An entry is read at its old place until the new one is durable.
 *
 * <p>Used by the log worker's thread.
 */
final class EntryMover {
  private static final Logger LOG = LoggerFactory.getLogger(EntryMover.class);

  /** How many bytes are copied for each byte written, at most. */
  private static final int COPY_FACTOR = 2;

  /**
   * What is copied with a write, however short that is, is at least this part of a segment, one in
   * so many.
   */
  private static final int COPIES_PER_SEGMENT = 1024;

  /** How many indexes are looked at with each write. */
  private static final int MAX_LOOKS = 1 << 16;

  /** A group costs as much as this many indexes. */
  private static final int LOOKS_PER_GROUP = 16;

  /** A copy that is not durable yet. */
  private record Move(GroupLog group, long index, long oldPosition, long newPosition) {}

  private final WalConfig config;
  private final Groups groups;
  private final SegmentTable segments;
  private final SegmentUsage usage;
  private final EntryReader reader;
  private final SegmentWriter writer;
  private final List<Move> moves = new ArrayList<>();

  // How far the segment has been searched.
  private Segment segment;
  private long nextGroup;
  private long nextIndex;

  /** Entries that could not be read: they are left where they are. */
  private boolean isStuck;

  EntryMover(
      WalConfig config,
      Groups groups,
      SegmentTable segments,
      SegmentUsage usage,
      EntryReader reader,
      SegmentWriter writer) {
    this.config = config;
    this.groups = groups;
    this.segments = segments;
    this.usage = usage;
    this.reader = reader;
    this.writer = writer;
  }

  private boolean isNeeded() {
    long slack = (config.diskSegments() - 2L) * config.segmentBytes();
    if (usage.diskBytes() <= slack || segments.size() == 1) {
      return false;
    }
    long needed = usage.neededShare();
    return usage.diskBytes() > needed + needed / 2 * (config.diskFactor() - 1) + slack;
  }

  /** Adds copies to what is being written, which is this long. */
  void plan(long writtenBytes) {
    if (isStuck || !isNeeded()) {
      return;
    }
    Segment oldest = segments.oldest();
    if (segment != oldest) {
      segment = oldest;
      nextGroup = Long.MIN_VALUE;
      nextIndex = 0;
    }
    long budget = Math.max(config.segmentBytes() / COPIES_PER_SEGMENT, COPY_FACTOR * writtenBytes);
    try {
      copy((int) Math.min(config.batchBytes(), budget));
    } catch (IOException e) {
      isStuck = true;
      LOG.warn("{} cannot be given up: what is needed of it cannot be read", segment.path(), e);
    }
  }

  private void copy(int maxBytes) throws IOException {
    int bytes = 0;
    int looks = 0;
    Map.Entry<Long, GroupLog> group = groups.from(nextGroup);
    while (group != null && bytes < maxBytes && looks < MAX_LOOKS) {
      if (group.getKey() != nextGroup) {
        nextGroup = group.getKey();
        nextIndex = 0;
      }
      SegmentHeader header = segment.header();
      long from = Math.max(nextIndex, group.getValue().firstIndex());
      Found found =
          group
              .getValue()
              .find(
                  from,
                  header.firstPosition(),
                  header.endPosition(),
                  maxBytes - bytes,
                  MAX_LOOKS - looks);
      if (found.places() != null) {
        bytes += copy(nextGroup, group.getValue(), found.places());
      }
      looks += (int) (found.next() - from) + LOOKS_PER_GROUP;
      nextIndex = found.next();
      if (found.isEnd()) {
        group = groups.from(nextGroup + 1);
      }
    }
  }

  private int copy(long id, GroupLog group, Places places) throws IOException {
    int bytes = 0;
    List<Entry> entries = reader.read(id, places);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      long position =
          writer
              .batchFor(entry.data().length)
              .add(
                  RecordType.MOVED,
                  entry.type().code(),
                  id,
                  entry.index(),
                  entry.term(),
                  entry.data(),
                  entry.crc());
      moves.add(new Move(group, entry.index(), places.positions()[i], position));
      bytes += RecordHeader.recordBytes(entry.data().length);
    }
    return bytes;
  }

  /** What was planned is durable. */
  void onDurable() {
    for (int i = 0; i < moves.size(); i++) {
      Move move = moves.get(i);
      move.group.relocate(move.index, move.oldPosition, move.newPosition);
    }
    moves.clear();
  }
}
