// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.HardState;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Completions vouch by position: against a model that numbers every version of every entry. */
class PersistQueueTest {
  /** What a write put on the disk: the version of each entry in its log, from index 1. */
  private record Written(long number, List<Integer> log, HardState state) {}

  @Property(tries = 500)
  void neverVouchesForAnEntryThatIsNotOnDisk(
      @ForAll @Size(max = 80) List<@IntRange(max = 999) Integer> script) {
    PersistQueue queue = new PersistQueue(HardState.EMPTY);
    List<Integer> log = new ArrayList<>();
    List<Written> writes = new ArrayList<>();
    Written disk = new Written(0, List.of(), HardState.EMPTY);
    long durable = 0;
    long number = 0;
    int version = 0;
    for (int step : script) {
      int argument = step / 10;
      switch (step % 6) {
        case 0, 1 -> log.add(++version);
        case 2 -> {
          if (!log.isEmpty()) {
            int kept = argument % log.size();
            log.subList(kept, log.size()).clear();
            queue.onTruncatedTo(kept);
            durable = Math.min(durable, kept);
          }
        }
        case 3, 4 -> {
          HardState state = new HardState(++number, 0, 0);
          queue.add(number, log.size(), state, 0);
          writes.add(new Written(number, List.copyOf(log), state));
        }
        default -> {
          long upTo = number - argument % 4;
          queue.onPersisted(upTo, 0);
          while (!writes.isEmpty() && writes.get(0).number() <= upTo) {
            disk = writes.remove(0);
          }
          durable = Math.max(durable, queue.durableIndex());
        }
      }
      assertThat(queue.durableState()).isEqualTo(disk.state());
      assertThat(queue.durableIndex()).isLessThanOrEqualTo(log.size());
      for (int i = 0; i < durable; i++) {
        assertThat(disk.log()).as("entry %d", i + 1).hasSizeGreaterThan(i);
        assertThat(disk.log().get(i)).as("version of entry %d", i + 1).isEqualTo(log.get(i));
      }
    }
  }

  /** Written, replaced, written again: the first completion says nothing of the third write. */
  @Test
  @Tag("R-50")
  void aLateCompletionDoesNotVouchForWhatReplacedItsEntries() {
    PersistQueue queue = new PersistQueue(HardState.EMPTY);
    queue.add(1, 5, new HardState(1, 0, 0), 0);
    queue.onTruncatedTo(3);
    queue.add(2, 5, new HardState(2, 0, 0), 0);
    queue.onPersisted(1, 0);
    assertThat(queue.durableIndex()).isEqualTo(3);
    queue.onPersisted(2, 0);
    assertThat(queue.durableIndex()).isEqualTo(5);
    queue.onTruncatedTo(4);
    assertThat(queue.durableIndex()).as("what was durable is cut as well").isEqualTo(4);
  }

  @Test
  void aCompletionCoversAllBeforeItAndNoneAfter() {
    PersistQueue queue = new PersistQueue(HardState.EMPTY);
    queue.add(1, 1, new HardState(1, 0, 0), 0);
    queue.add(2, 2, new HardState(2, 0, 0), 0);
    queue.add(4, 3, new HardState(3, 0, 0), 0);
    queue.onPersisted(3, 0);
    assertThat(queue.durableIndex()).isEqualTo(2);
    assertThat(queue.durableState().term()).isEqualTo(2);
  }

  /** Else a disk that was idle for long would count as stalled with its next write. */
  @Test
  @Tag("R-76")
  void theOldestWriteTellsSinceWhenTheDiskOwesACompletion() {
    PersistQueue queue = new PersistQueue(HardState.EMPTY);
    queue.add(1, 1, HardState.EMPTY, 0);
    queue.add(2, 2, HardState.EMPTY, 0);
    queue.onPersisted(2, 1);
    queue.add(3, 3, HardState.EMPTY, 2);
    queue.onPersisted(3, 3);
    assertThat(queue.waitingSince()).as("owes nothing").isEqualTo(Long.MAX_VALUE);
    queue.add(4, 4, HardState.EMPTY, 10);
    assertThat(queue.waitingSince()).isEqualTo(10);
    for (int number = 5; number < 20; number++) {
      queue.add(number, number, HardState.EMPTY, 6 + number);
      assertThat(queue.waitingSince()).isEqualTo(10);
      assertThat(queue.copy().waitingSince()).isEqualTo(10);
    }
    queue.onPersisted(4, 40);
    assertThat(queue.waitingSince()).as("it moves").isEqualTo(40);
    assertThat(queue.copy().waitingSince()).isEqualTo(40);
    assertThat(queue.copy().durableIndex()).isEqualTo(4);
  }
}
