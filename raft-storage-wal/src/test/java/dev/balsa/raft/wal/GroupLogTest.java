// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group's log as recovery builds it up, when a part of it is told out of order. */
class GroupLogTest {
  private static final int LENGTH = 10;

  private final SegmentHeader segment =
      new SegmentHeader(512, 1, 1, 1, 1, 1 << 30, 0, 0, 1, 1, 512);
  private final SegmentUsage usage = new SegmentUsage();
  private long position;

  @BeforeEach
  void begin() {
    usage.begin(segment);
  }

  private GroupLog head(long first, EntryId last) {
    SnapshotMetadata snapshot = new SnapshotMetadata(new EntryId(1, first - 1), Workload.MEMBERS);
    return new GroupLog(new GroupState(new HardState(9, 0, 0), snapshot, first, last), usage);
  }

  private void move(GroupLog log, long term, long index) {
    position += 100;
    log.move(new EntryId(term, index), position, LENGTH);
  }

  @Test
  void whatIsNotLocatedInTheEndIsMissing() {
    GroupLog log = head(3, new EntryId(2, 9));
    assertThat(log.missing()).isEqualTo(new IndexRange(3, 9));
    move(log, 1, 4);
    assertThat(log.missing()).isEqualTo(new IndexRange(3, 3));
    move(log, 1, 3);
    assertThat(log.missing()).isEqualTo(new IndexRange(5, 9));
    move(log, 2, 9);
    assertThat(log.missing()).isEqualTo(new IndexRange(5, 8));
    log.truncate(new EntryId(1, 4));
    assertThat(log.missing()).isNull();
    assertThat(usage.neededEntries(segment)).isEqualTo(2);
  }

  @Test
  void anEntryThatCannotBeThereIsNotMoved() {
    GroupLog log = head(3, new EntryId(2, 9));
    move(log, 1, 4);
    move(log, 2, 6);
    assertThatThrownBy(() -> move(log, 1, 2)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> move(log, 2, 10)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> move(log, 2, 4)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> move(log, 3, 5)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> move(log, 2, 3)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> move(log, 1, 7)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.move(new EntryId(1, 4), 900, LENGTH + 1))
        .isInstanceOf(IllegalStateException.class);
    move(log, 1, 4);
    move(log, 1, 5);
  }

  @Test
  void aSearchFindsNeighboursInASegmentAndEndsWithTheLog() {
    GroupLog log = head(1, new EntryId(1, 0));
    for (long index = 1; index <= 6; index++) {
      position = index * 1000;
      log.append(new EntryId(1, index), position, LENGTH);
    }
    position = 9000;
    move(log, 1, 3);
    int bytes = RecordHeader.recordBytes(LENGTH);
    assertThat(log.find(1, 1000, 6000, 9 * bytes, 100).places().positions())
        .containsExactly(1000, 2000);
    assertThat(log.find(1, 1000, 6000, bytes, 100).next()).isEqualTo(2);
    assertThat(log.find(3, 1000, 6000, 9 * bytes, 100).places().positions())
        .containsExactly(4000, 5000);
    assertThat(log.find(3, 1000, 6000, 9 * bytes, 1).places()).isNull();
    assertThat(log.find(3, 1000, 6000, 9 * bytes, 1).next()).isEqualTo(4);
    assertThat(log.find(6, 1000, 6000, 9 * bytes, 100).isEnd()).isTrue();
    assertThat(log.find(4, 1000, 6000, 9 * bytes, 1).isEnd()).isFalse();
    log.truncate(new EntryId(1, 2));
    assertThat(log.find(5, 1000, 6000, 9 * bytes, 100).isEnd()).isTrue();
  }

  /** Whatever the order in which places are told, terms and places are right in the end. */
  @Test
  void theOrderInWhichEntriesAreLocatedDoesNotMatter() {
    for (int seed = 0; seed < 5000; seed++) {
      new GroupLogTest().tellInAnyOrder(new Random(seed));
    }
  }

  private void tellInAnyOrder(Random random) {
    begin();
    TreeMap<Long, Long> terms = new TreeMap<>();
    long first = 1 + random.nextInt(3);
    long term = 1;
    for (long index = first; index < first + 1 + random.nextInt(12); index++) {
      term += random.nextInt(3) == 0 ? 1 : 0;
      terms.put(index, term);
    }
    GroupLog log = head(first, new EntryId(term, terms.lastKey()));
    TreeSet<Long> unlocated = new TreeSet<>(terms.keySet());
    for (int step = 0; step < 12 && !terms.isEmpty(); step++) {
      List<Long> indexes = new ArrayList<>(terms.keySet());
      long any = indexes.get(random.nextInt(indexes.size()));
      switch (random.nextInt(8)) {
        case 0 -> {
          SnapshotMetadata snapshot =
              new SnapshotMetadata(new EntryId(terms.get(any), any), Workload.MEMBERS);
          log.compact(snapshot, any);
          terms.headMap(any).clear();
        }
        case 1 -> {
          if (any > log.recovered().snapshot().index() + 1 && any > terms.firstKey()) {
            log.truncate(new EntryId(terms.get(any - 1), any - 1));
            terms.tailMap(any).clear();
          }
        }
        case 2 -> {
          long next = terms.lastKey() + 1;
          term = Math.max(term, terms.lastEntry().getValue()) + random.nextInt(2);
          position += 100;
          log.append(new EntryId(term, next), position, LENGTH);
          terms.put(next, term);
          unlocated.remove(next);
        }
        default -> {
          move(log, terms.get(any), any);
          unlocated.remove(any);
        }
      }
      unlocated.retainAll(terms.keySet());
      assertThat(log.missing() == null).isEqualTo(unlocated.isEmpty());
    }
    for (long index : unlocated) {
      move(log, terms.get(index), index);
    }
    assertThat(log.missing()).isNull();
    List<EntryId> runs = new ArrayList<>();
    for (var entry : terms.entrySet()) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).term() != entry.getValue()) {
        runs.add(new EntryId(entry.getValue(), entry.getKey()));
      }
    }
    assertThat(log.recovered().termRuns()).isEqualTo(runs);
    assertThat(usage.neededEntries(segment)).isEqualTo(terms.size());
    if (!terms.isEmpty()) {
      IndexRange all = new IndexRange(terms.firstKey(), terms.lastKey());
      assertThat(log.places(all, 1 << 20, Long.MAX_VALUE).positions()).hasSize(terms.size());
    }
  }
}
