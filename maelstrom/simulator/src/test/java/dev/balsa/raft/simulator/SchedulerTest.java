// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private final Scheduler scheduler = new Scheduler(Chance.ofSeed(1));

  @Test
  void timeMovesFromEventToEventAndNoFurtherThanAsked() {
    List<Long> times = new ArrayList<>();
    scheduler.after(30, () -> times.add(scheduler.now()));
    scheduler.after(10, () -> scheduler.after(5, () -> times.add(scheduler.now())));
    while (scheduler.runNext(20)) {
      // Until nothing is due.
    }
    assertThat(times).containsExactly(15L);
    assertThat(scheduler.now()).isEqualTo(20);
    assertThat(scheduler.runNext(100)).isTrue();
    assertThat(times).containsExactly(15L, 30L);
    assertThat(scheduler.runNext(100)).isFalse();
    assertThat(scheduler.now()).isEqualTo(100);
  }

  @Test
  void eventsOfOneInstantHappenInAnOrderThatTheSeedGives() {
    List<Integer> once = orderOf(new Scheduler(Chance.ofSeed(1)));
    assertThat(orderOf(new Scheduler(Chance.ofSeed(1)))).isEqualTo(once);
    assertThat(orderOf(new Scheduler(Chance.ofSeed(2)))).isNotEqualTo(once);
    assertThat(once).hasSize(20).doesNotHaveDuplicates();
  }

  private static List<Integer> orderOf(Scheduler scheduler) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      scheduler.after(5, () -> order.add(number));
    }
    while (scheduler.runNext(10)) {
      // All of them.
    }
    return order;
  }

  @Test
  void nothingHappensInThePast() {
    assertThatThrownBy(() -> scheduler.after(-1, () -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
