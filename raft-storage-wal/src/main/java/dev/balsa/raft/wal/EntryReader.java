// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.wal.GroupLog.Places;
import dev.balsa.raft.wal.RecordHeader.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads entries back from segments. Neighbours are read together. Safe for use by several threads.
 */
final class EntryReader {
  /** How much is read at once, unless one entry is longer. */
  private static final int SPAN_BYTES = 1 << 20;

  private final SegmentTable segments;

  EntryReader(SegmentTable segments) {
    this.segments = segments;
  }

  /** The entries at these places; fewer, or none, if their segments are being removed. */
  List<Entry> read(long group, Places places) throws IOException {
    int count = places.positions().length;
    List<Entry> entries = new ArrayList<>(count);
    Checksums checksums = new Checksums();
    RecordHeader record = new RecordHeader();
    for (int from = 0; from < count; ) {
      Segment segment = segments.at(places.positions()[from]);
      int to = from + 1;
      while (to < count && isInSpan(segment, places, from, to)) {
        to++;
      }
      long start = places.positions()[from];
      ByteBuffer span = ByteBuffer.allocate((int) (end(places, to - 1) - start));
      if (segment == null || !segment.read(span, start - segment.header().firstPosition())) {
        break;
      }
      for (int i = from; i < to; i++) {
        int at = (int) (places.positions()[i] - start);
        entries.add(entry(segment, span, at, group, places, i, record, checksums));
      }
      from = to;
    }
    return entries;
  }

  private static long end(Places places, int i) {
    return places.positions()[i] + RecordHeader.recordBytes(places.lengths()[i]);
  }

  private static boolean isInSpan(Segment segment, Places places, int from, int i) {
    return segment != null
        // An entry that was moved may stand before its predecessor.
        && places.positions()[i] >= places.positions()[i - 1]
        && places.positions()[i] < segment.header().endPosition()
        && end(places, i) - places.positions()[from] <= SPAN_BYTES;
  }

  private static Entry entry(
      Segment segment,
      ByteBuffer span,
      int at,
      long group,
      Places places,
      int i,
      RecordHeader record,
      Checksums checksums)
      throws WalException {
    long position = places.positions()[i];
    long index = places.firstIndex() + i;
    Verdict verdict = record.parse(span, at, segment.header().key(), position, checksums);
    boolean expected =
        verdict == Verdict.VALID
            && record.type.isEntry()
            && record.group == group
            && record.index == index
            && record.length == places.lengths()[i];
    if (expected) {
      byte[] data = new byte[record.length];
      span.get(at + RecordHeader.BYTES, data);
      EntryId id = new EntryId(record.term, record.index);
      Entry entry = new Entry(id, EntryType.ofCode(record.kind), data, record.payloadCrc);
      if (entry.intact()) {
        return entry;
      }
    }
    throw Damage.at(
        segment.path(),
        position - segment.header().firstPosition(),
        position,
        "entry " + index + " of group " + group + " is not intact");
  }
}
