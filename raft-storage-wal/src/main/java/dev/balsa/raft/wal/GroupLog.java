// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What the log knows of one group without reading: its state, and where its entries are. Writing
 * and recovery drive it by the same methods, so what is written is what is found again.
 *
 * <p>A method that is asked for something that no log can be asked for throws {@link
 * IllegalStateException} and changes nothing.
 *
 * <p>After the oldest segment's head was read, the group's entries in segments before that are
 * known to have existed, and are not located. Each of them must have been moved, compacted or cut
 * by the end of the log.
 *
 * <p>Changed by the log worker's thread; may be read by others.
 */
final class GroupLog {
  private SnapshotMetadata snapshot;
  private HardState hardState;

  /** The hard state is not in the log yet, and need not be before the next write. */
  private boolean hardStateWaits;

  private long first;
  private EntryId last;
  private final EntryIndex index;

  /**
   * The first entry of each run of one term, among the located ones.
   *
   * <p>Invariant: each is located, indexes and terms ascend.
   */
  private final ArrayList<EntryId> runs = new ArrayList<>();

  private final TreeMap<Long, Entry> configurations = new TreeMap<>();

  GroupLog(GroupState state, SegmentUsage usage) {
    index = new EntryIndex(usage);
    snapshot = state.snapshot();
    hardState = state.hardState();
    first = state.firstIndex();
    last = state.last();
    require(
        first >= 1 && first <= last.index() + 1 && first <= snapshot.index() + 1,
        "a log from " + first + " to " + last + " over " + snapshot.id());
    require(last.index() >= snapshot.index(), "a log to " + last + " over " + snapshot.id());
    index.reset(last.index() + 1);
  }

  /** A group that starts with this snapshot. */
  static GroupLog bootstrap(SnapshotMetadata snapshot, SegmentUsage usage) {
    return new GroupLog(
        new GroupState(HardState.EMPTY, snapshot, snapshot.index() + 1, snapshot.id()), usage);
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(problem);
    }
  }

  synchronized GroupState state() {
    return new GroupState(hardState, snapshot, first, last);
  }

  synchronized HardState hardState() {
    return hardState;
  }

  synchronized long firstIndex() {
    return first;
  }

  synchronized long lastIndex() {
    return last.index();
  }

  synchronized boolean hardStateWaits() {
    return hardStateWaits;
  }

  /** A new hard state, written or to be written with what comes next. */
  synchronized void hardState(HardState newState, boolean waits) {
    if (newState.term() < hardState.term()) {
      throw new IllegalStateException(
          "term " + newState.term() + " after term " + hardState.term());
    }
    if (newState.term() == hardState.term()
        && hardState.votedFor() != 0
        && newState.votedFor() != hardState.votedFor()) {
      throw new IllegalStateException("a second vote in term " + hardState.term());
    }
    hardState = newState;
    hardStateWaits = waits;
  }

  /** The whole log gives way to a snapshot. */
  synchronized void reset(SnapshotMetadata installed) {
    require(
        installed.index() > snapshot.index(),
        "snapshot " + installed.id() + " installed over " + snapshot.id());
    snapshot = installed;
    first = installed.index() + 1;
    last = installed.id();
    index.reset(first);
    runs.clear();
    configurations.clear();
  }

  /** Checks that a record may cut the log here, and returns what will be its last entry. */
  synchronized EntryId truncationTo(long newLast) {
    require(
        newLast < last.index() && newLast >= snapshot.index() && newLast >= first - 1,
        "a cut after " + newLast + " of a log from " + first + " to " + last);
    return new EntryId(termOf(newLast), newLast);
  }

  private long termOf(long at) {
    for (int i = runs.size() - 1; i >= 0; i--) {
      if (runs.get(i).index() <= at) {
        return runs.get(i).term();
      }
    }
    return snapshot.id().term();
  }

  /** The log ends with {@code newLast} from now on. */
  synchronized void truncate(EntryId newLast) {
    // Not by require, as in append.
    if (newLast.index() >= last.index()
        || newLast.index() < snapshot.index()
        || newLast.index() < first - 1) {
      throw new IllegalStateException(
          "a cut after " + newLast + " of a log from " + first + " to " + last);
    }
    last = newLast;
    index.truncateFrom(newLast.index() + 1);
    while (!runs.isEmpty() && runs.get(runs.size() - 1).index() > newLast.index()) {
      runs.remove(runs.size() - 1);
    }
    configurations.tailMap(newLast.index(), false).clear();
  }

  /** An entry stands at {@code position}. Its data is kept only if it is a configuration. */
  synchronized void append(EntryId id, long position, int length) {
    // Not by require: this is asked for every entry, and its text would be made each time.
    if (id.index() != last.index() + 1 || id.term() < last.term()) {
      throw new IllegalStateException("entry " + id + " after " + last);
    }
    if (runs.isEmpty() || runs.get(runs.size() - 1).term() != id.term()) {
      runs.add(id);
    }
    index.add(position, length);
    last = id;
  }

  /**
   * An entry of the log was written once more, at {@code position}, so that nobody needs the place
   * where it was before.
   */
  synchronized void move(EntryId id, long position, int length) {
    require(
        id.index() >= first && id.index() <= last.index(),
        "entry " + id + " moved in a log from " + first + " to " + last);
    if (index.isLocated(id.index())) {
      require(
          termOf(id.index()) == id.term() && index.length(id.index()) == length,
          "entry " + id + " moved, and was another before");
    } else {
      addRun(id);
    }
    index.locate(id.index(), position, length);
  }

  /** Takes note of the term of an entry that was not located. */
  private void addRun(EntryId id) {
    int at = runs.size();
    while (at > 0 && runs.get(at - 1).index() > id.index()) {
      at--;
    }
    EntryId next = at < runs.size() ? runs.get(at) : null;
    long end = next == null ? last.index() + 1 : next.index();
    long termBefore = at == 0 ? 0 : runs.get(at - 1).term();
    long termAfter = next == null ? last.term() : next.term();
    require(
        id.term() >= termBefore && id.term() <= termAfter,
        "entry " + id + " between terms " + termBefore + " and " + termAfter);
    if (at > 0 && id.term() == termBefore) {
      return;
    }
    require(
        index.firstLocated(id.index() + 1, end) == end,
        "entry " + id + " before one of term " + termBefore);
    runs.add(at, id);
    if (next != null && next.term() == id.term()) {
      runs.remove(at + 1);
    }
  }

  /** The copy of an entry at {@code newPosition} is durable; nothing if the entry is gone. */
  synchronized void relocate(long at, long oldPosition, long newPosition) {
    if (holds(at) && index.position(at) == oldPosition) {
      index.locate(at, newPosition, index.length(at));
    }
  }

  private boolean holds(long at) {
    return at >= index.from() && at < index.end();
  }

  /** The entry just appended is a configuration. */
  synchronized void keepConfiguration(Entry entry) {
    configurations.put(entry.index(), entry);
  }

  /** The log loses what is below {@code newFirst}. */
  synchronized void compact(SnapshotMetadata newSnapshot, long newFirst) {
    require(
        newSnapshot.index() >= snapshot.index() && newSnapshot.index() <= last.index(),
        "snapshot " + newSnapshot.id() + " of a log from " + snapshot.id() + " to " + last);
    require(
        newFirst >= first && newFirst <= newSnapshot.index() + 1,
        "first index " + newFirst + " after " + first + ", with snapshot " + newSnapshot.id());
    snapshot = newSnapshot;
    first = newFirst;
    index.dropBelow(newFirst);
    int gone = 0;
    while (gone + 1 < runs.size() && runs.get(gone + 1).index() <= newFirst) {
      gone++;
    }
    runs.subList(0, gone).clear();
    if (!runs.isEmpty() && runs.get(0).index() < newFirst) {
      long end = runs.size() > 1 ? runs.get(1).index() : last.index() + 1;
      long begin = index.firstLocated(newFirst, end);
      if (begin < end) {
        runs.set(0, new EntryId(runs.get(0).term(), begin));
      } else {
        runs.remove(0);
      }
    }
    configurations.headMap(newFirst, false).clear();
  }

  /** At the end of recovery: the first indexes that are not located and should be; null if none. */
  synchronized IndexRange missing() {
    if (index.from() <= first) {
      return null;
    }
    long begin = index.firstUnlocated(first);
    if (begin < index.from()) {
      return new IndexRange(begin, index.firstLocated(begin, index.from()) - 1);
    }
    index.settle();
    return null;
  }

  /**
   * The first entries, from index {@code from} on, that stand between two log positions, and follow
   * one another with no other entry between them.
   *
   * @param maxBytes how long they are at most together, unless the first is longer
   * @param maxLooks how many indexes to look at
   */
  synchronized Found find(
      long from, long beginPosition, long endPosition, int maxBytes, int maxLooks) {
    long at = Math.max(from, index.from());
    long end = Math.min(index.end(), at + maxLooks);
    while (at < end && !isBetween(at, beginPosition, endPosition)) {
      at++;
    }
    long begin = at;
    long bytes = 0;
    while (at < end && isBetween(at, beginPosition, endPosition)) {
      bytes += RecordHeader.recordBytes(index.length(at));
      if (at > begin && bytes > maxBytes) {
        break;
      }
      at++;
    }
    Places places = begin == at ? null : places(begin, (int) (at - begin));
    // The log may have been cut below where the search goes on.
    return new Found(places, at, at >= index.end());
  }

  /**
   * What was found.
   *
   * @param places the entries, null if there are none
   * @param next where to go on
   * @param isEnd whether nothing comes after these
   */
  record Found(Places places, long next, boolean isEnd) {}

  private boolean isBetween(long at, long beginPosition, long endPosition) {
    long position = index.position(at);
    return position >= beginPosition && position < endPosition;
  }

  synchronized RecoveredLog recovered() {
    return new RecoveredLog(
        hardState, snapshot, first, last.index(), runs, List.copyOf(configurations.values()));
  }

  /** Where entries are. */
  record Places(long firstIndex, long[] positions, int[] lengths) {}

  /**
   * Where the entries from {@code range.first()} on are: as many as {@code maxBytes} allow, at
   * least one; none if the first is not held, or not below {@code durable}.
   */
  synchronized Places places(IndexRange range, int maxBytes, long durable) {
    long from = range.first();
    int count = 0;
    long bytes = 0;
    for (long at = from; at <= range.last() && holds(at); at++) {
      bytes += Entry.OVERHEAD_BYTES + index.length(at);
      if (index.position(at) >= durable || count > 0 && bytes > maxBytes) {
        break;
      }
      count++;
    }
    return places(from, count);
  }

  private Places places(long from, int count) {
    long[] positions = new long[count];
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      positions[i] = index.position(from + i);
      lengths[i] = index.length(from + i);
    }
    return new Places(from, positions, lengths);
  }

  static boolean isConfiguration(int kind) {
    return kind == EntryType.CONFIGURATION.code();
  }
}
