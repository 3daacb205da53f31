// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The window against a plain queue. */
class InflightsTest {
  private record Sent(long lastIndex, long bytes) {}

  @Property(tries = 300)
  void agreesWithAPlainQueueWhileItsLimitsChange(
      @ForAll @IntRange(min = 1, max = 60) int firstMaxCount,
      @ForAll @Size(max = 200) List<@IntRange(max = 999) Integer> script) {
    int maxCount = firstMaxCount;
    long maxBytes = 2000;
    Inflights window = new Inflights(maxCount, maxBytes);
    Deque<Sent> twin = new ArrayDeque<>();
    long last = 0;
    for (int step : script) {
      int argument = step / 10;
      switch (step % 10) {
        case 0, 1, 2, 3, 4, 5, 6 -> {
          if (!window.isFull()) {
            last += 1 + argument % 3;
            window.add(last, argument);
            twin.add(new Sent(last, argument));
          }
        }
        case 7, 8 -> {
          long index = last - argument % 20;
          window.freeTo(index);
          twin.removeIf(sent -> sent.lastIndex() <= index);
        }
        default -> {
          if (argument == 0) {
            window.clear();
            twin.clear();
          } else {
            maxCount = 1 + argument % 60;
            maxBytes = 1 + argument * 30L;
            window.limit(maxCount, maxBytes);
          }
        }
      }
      long bytes = twin.stream().mapToLong(Sent::bytes).sum();
      assertThat(window.count()).isEqualTo(twin.size());
      assertThat(window.bytes()).isEqualTo(bytes);
      assertThat(window.isFull()).isEqualTo(twin.size() >= maxCount || bytes >= maxBytes);
    }
  }

  @Test
  @Tag("R-53")
  void theByteCounterReturnsToZero() {
    Inflights window = new Inflights(100, 1000);
    for (int i = 1; i <= 40; i++) {
      window.add(i, i);
    }
    window.freeTo(40);
    assertThat(window.bytes()).isZero();
    assertThat(window.count()).isZero();
  }

  @Test
  void refusesMoreThanItHolds() {
    Inflights window = new Inflights(1, 1000);
    window.add(1, 1);
    assertThatThrownBy(() -> window.add(2, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void oneAppendMayBeLargerThanTheWindow() {
    Inflights window = new Inflights(10, 100);
    assertThat(window.isFull()).isFalse();
    window.add(1, 5000);
    assertThat(window.isFull()).isTrue();
  }
}
