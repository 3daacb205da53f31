// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The cache against a plain list; slices stay as they were whatever comes after. */
class EntryCacheTest {
  private record Handed(List<Entry> slice, List<Entry> copy) {}

  @Property(tries = 300)
  void agreesWithAPlainList(@ForAll @Size(max = 400) List<@IntRange(max = 9999) Integer> script) {
    EntryCache cache = new EntryCache(1);
    List<Entry> twin = new ArrayList<>();
    List<Handed> handed = new ArrayList<>();
    long first = 1;
    long term = 1;
    for (int step : script) {
      int argument = step / 10;
      switch (step % 10) {
        case 0, 1, 2, 3, 4, 5 -> {
          Entry entry = TestNode.entry(term, first + twin.size());
          cache.append(entry);
          twin.add(entry);
        }
        case 6 -> {
          int kept = argument % (twin.size() + 1);
          cache.truncateFrom(first + kept);
          twin.subList(kept, twin.size()).clear();
          term++;
        }
        case 7 -> {
          if (!twin.isEmpty()) {
            cache.evictFirst();
            twin.remove(0);
            first++;
          }
        }
        case 8 -> {
          if (argument % 20 == 0) {
            first = argument;
            cache.reset(first);
            twin.clear();
          }
        }
        default -> {
          if (!twin.isEmpty()) {
            int from = argument % twin.size();
            List<Entry> slice =
                cache.slice(first + from, first + twin.size() - 1, 1 + argument * 3L);
            assertThat(slice).isNotEmpty().isEqualTo(twin.subList(from, from + slice.size()));
            assertThat(isWithin(slice, 1 + argument * 3L, twin.size() - from)).isTrue();
            handed.add(new Handed(slice, List.copyOf(slice)));
          }
        }
      }
      assertThat(cache.firstIndex()).isEqualTo(first);
      assertThat(cache.lastIndex()).isEqualTo(first + twin.size() - 1);
      assertThat(cache.bytes()).isEqualTo(twin.stream().mapToLong(Entry::bytes).sum());
      for (int i = 0; i < twin.size(); i++) {
        assertThat(cache.entry(first + i)).isSameAs(twin.get(i));
      }
    }
    for (Handed each : handed) {
      assertThat(each.slice()).isEqualTo(each.copy());
    }
  }

  /** As many as fit, or one; and one more would not have fitted. */
  private static boolean isWithin(List<Entry> slice, long maxBytes, int available) {
    long bytes = slice.stream().mapToLong(Entry::bytes).sum();
    long least = slice.get(0).bytes();
    boolean fits = bytes <= maxBytes || slice.size() == 1;
    return fits && (slice.size() == available || bytes + least > maxBytes - 8);
  }

  @Test
  void refusesAGap() {
    EntryCache cache = new EntryCache(5);
    assertThatThrownBy(() -> cache.append(TestNode.entry(1, 6)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEmptyRangeIsAnEmptyList() {
    EntryCache cache = new EntryCache(1);
    cache.append(TestNode.entry(1, 1));
    assertThat(cache.slice(1, 0, 100)).isEmpty();
  }

  @Test
  void aSliceRefusesPositionsOutsideOfIt() {
    EntryCache cache = new EntryCache(1);
    cache.append(TestNode.entry(1, 1));
    cache.append(TestNode.entry(1, 2));
    List<Entry> slice = cache.slice(1, 1, 1000);
    assertThat(slice).hasSize(1);
    assertThatThrownBy(() -> slice.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.add(TestNode.entry(1, 3)))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
