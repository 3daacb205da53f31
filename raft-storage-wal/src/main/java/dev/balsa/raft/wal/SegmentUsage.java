// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much of each segment is still needed. A segment is needed as long as an entry is read from
 * it; everything else that it says is repeated by the head of the next.
 *
 * <p>What a needed entry takes on the disk is its share of its segment: that of its bytes in the
 * bytes of all entries that were ever written there. So padding and heads count with the entries
 * beside them.
 *
 * <p>Used by the log worker's thread.
 */
final class SegmentUsage {
  /** One segment. */
  private static final class Use {
    private final long firstPosition;
    private final int segmentBytes;
    private long writtenBytes;
    private long neededBytes;
    private int neededEntries;

    /**
     * What is counted in the sum of all shares; not true while the segment is among the changed.
     */
    private long share;

    private boolean isChanged;

    Use(SegmentHeader header) {
      firstPosition = header.firstPosition();
      segmentBytes = header.segmentBytes();
    }

    boolean contains(long position) {
      return position >= firstPosition && position - firstPosition < segmentBytes;
    }

    private long shareNow() {
      return writtenBytes == 0 ? 0 : segmentBytes * neededBytes / writtenBytes;
    }
  }

  private final TreeMap<Long, Use> byPosition = new TreeMap<>();

  /** Where the last look ended: neighbours are asked for one after the other. */
  private Use latest;

  /** Whose shares are to be counted anew when somebody asks: not for each entry. */
  private final ArrayList<Use> changed = new ArrayList<>();

  private long diskBytes;
  private long neededShare;

  /** There is one more segment, or will be as soon as what is planned has been done. */
  void begin(SegmentHeader header) {
    Use use = new Use(header);
    byPosition.put(use.firstPosition, use);
    diskBytes += use.segmentBytes;
  }

  /** A segment is gone. */
  void end(SegmentHeader header) {
    Use use = byPosition.remove(header.firstPosition());
    diskBytes -= use.segmentBytes;
    use.neededBytes = 0;
    change(use);
    latest = null;
  }

  private Use at(long position) {
    if (latest == null || !latest.contains(position)) {
      Map.Entry<Long, Use> found = byPosition.floorEntry(position);
      if (found == null || !found.getValue().contains(position)) {
        throw new IllegalStateException("no segment holds log position " + position);
      }
      latest = found.getValue();
    }
    return latest;
  }

  /** An entry with a payload of this length is read from this place from now on. */
  void add(long position, int length) {
    Use use = at(position);
    int bytes = RecordHeader.recordBytes(length);
    use.writtenBytes += bytes;
    use.neededBytes += bytes;
    use.neededEntries++;
    change(use);
  }

  /** An entry is not read from this place any more. */
  void remove(long position, int length) {
    Use use = at(position);
    use.neededBytes -= RecordHeader.recordBytes(length);
    use.neededEntries--;
    change(use);
  }

  private void change(Use use) {
    if (!use.isChanged) {
      use.isChanged = true;
      changed.add(use);
    }
  }

  /** How many entries are read from this segment. */
  int neededEntries(SegmentHeader header) {
    return byPosition.get(header.firstPosition()).neededEntries;
  }

  /** How long all segments are together, in bytes. */
  long diskBytes() {
    return diskBytes;
  }

  /** How much of {@link #diskBytes} needed entries take, in bytes. */
  long neededShare() {
    for (int i = 0; i < changed.size(); i++) {
      Use use = changed.get(i);
      neededShare += use.shareNow() - use.share;
      use.share = use.shareNow();
      use.isChanged = false;
    }
    changed.clear();
    return neededShare;
  }
}
