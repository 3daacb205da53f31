// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The reads that wait here are bounded, and each ends once. */
@Tag("R-44")
class LocalReadsTest {
  private static final Refusal LATE = new Refusal(Refusal.Reason.TIMED_OUT, 0);

  private final LocalReads reads = new LocalReads(new Outbox(null));

  private static RequestId read(long sequence) {
    return new RequestId(1, sequence);
  }

  private static ReadState answer(long sequence) {
    return new ReadState(read(sequence), 5, null);
  }

  private void ask(long from, long to, long deadline) {
    for (long sequence = from; sequence <= to; sequence++) {
      reads.add(read(sequence), deadline);
    }
  }

  @Test
  void thereAreNeverMoreThanTheBound() {
    ask(1, LocalReads.MAX_PENDING - 1, 10);
    assertThat(reads.isFull()).isFalse();
    ask(LocalReads.MAX_PENDING, LocalReads.MAX_PENDING, 10);
    assertThat(reads.isFull()).isTrue();
    reads.complete(answer(1));
    assertThat(reads.isFull()).isFalse();
  }

  /** Else one read that is never answered could have any number of answered ones behind it. */
  @Test
  void thoseAnsweredOutOfTurnCountUntilTheFirstHasEnded() {
    ask(1, LocalReads.MAX_PENDING, 10);
    for (long sequence = 2; sequence <= LocalReads.MAX_PENDING; sequence++) {
      reads.complete(answer(sequence));
    }
    assertThat(reads.isFull()).isTrue();
    reads.complete(answer(1));
    assertThat(reads.isFull()).isFalse();
    assertThat(reads.dueAt()).as("nobody waits").isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theDeadlineIsThatOfTheOldestThatStillWaits() {
    ask(1, 1, 10);
    ask(2, 3, 11);
    ask(4, 4, 12);
    reads.complete(answer(3));
    reads.complete(answer(2));
    assertThat(reads.dueAt()).isEqualTo(10);
    reads.complete(answer(1));
    assertThat(reads.dueAt()).isEqualTo(12);
    reads.onTick(11, LATE);
    assertThat(reads.isPending(read(4))).isTrue();
    reads.onTick(12, LATE);
    assertThat(reads.isPending(read(4))).isFalse();
    assertThat(reads.dueAt()).isEqualTo(Long.MAX_VALUE);
  }

  /**
   * The name may be used again once its read has ended; the old deadline is not that of the new.
   */
  @Test
  void aNameThatIsUsedAgainStandsForTheNewRead() {
    ask(1, 2, 10);
    reads.complete(answer(2));
    ask(2, 2, 20);
    reads.complete(answer(1));
    assertThat(reads.dueAt()).isEqualTo(20);
    reads.onTick(10, LATE);
    assertThat(reads.isPending(read(2))).isTrue();
  }

  @Test
  void allWhoseTimeHasComeEndTogether() {
    ask(1, 3, 10);
    ask(4, 4, 11);
    reads.onTick(10, LATE);
    for (long sequence = 1; sequence <= 3; sequence++) {
      assertThat(reads.isPending(read(sequence))).isFalse();
    }
    assertThat(reads.isPending(read(4))).isTrue();
  }

  @Test
  void withoutALeaderAllFail() {
    ask(1, 3, 10);
    reads.failAll(LATE);
    for (long sequence = 1; sequence <= 3; sequence++) {
      assertThat(reads.isPending(read(sequence))).isFalse();
    }
    assertThat(reads.dueAt()).isEqualTo(Long.MAX_VALUE);
  }
}
