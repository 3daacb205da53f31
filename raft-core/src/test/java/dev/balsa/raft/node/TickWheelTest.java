// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Who comes up when, against a map of what each waits for. */
class TickWheelTest {
  private static final class Sleeper extends TickWheel.Timer {
    private final int id;

    Sleeper(int id) {
      this.id = id;
    }
  }

  private static List<Integer> advance(TickWheel<Sleeper> wheel) {
    List<Integer> due = new ArrayList<>();
    wheel.advance(sleeper -> due.add(sleeper.id));
    return due;
  }

  @Test
  void comesUpOnceAtItsTick() {
    TickWheel<Sleeper> wheel = new TickWheel<>();
    wheel.schedule(new Sleeper(1), 3);
    assertThat(advance(wheel)).isEmpty();
    assertThat(advance(wheel)).isEmpty();
    assertThat(advance(wheel)).containsExactly(1);
    for (int tick = 4; tick < 600; tick++) {
      assertThat(advance(wheel)).isEmpty();
    }
  }

  @Test
  void whatIsNotAheadComesUpWithTheNextTick() {
    TickWheel<Sleeper> wheel = new TickWheel<>();
    advance(wheel);
    advance(wheel);
    wheel.schedule(new Sleeper(1), 1);
    assertThat(advance(wheel)).containsExactly(1);
  }

  /** Whoever comes up may wait for the very tick that lands in the same place of the wheel. */
  @Test
  void whoComesUpMayWaitAWholeTurnOfTheWheel() {
    TickWheel<Sleeper> wheel = new TickWheel<>();
    Sleeper sleeper = new Sleeper(1);
    wheel.schedule(sleeper, 1);
    List<Integer> due = new ArrayList<>();
    wheel.advance(
        up -> {
          due.add(up.id);
          wheel.schedule(up, 1_000);
        });
    assertThat(due).containsExactly(1);
    for (int tick = 2; tick < 257; tick++) {
      assertThat(advance(wheel)).isEmpty();
    }
    assertThat(advance(wheel)).containsExactly(1);
  }

  @Property
  void nobodyComesUpLateOrTwiceAndWhoIsTakenOutNever(
      @ForAll @Size(max = 200) List<@IntRange(max = 6_000) Integer> moves) {
    TickWheel<Sleeper> wheel = new TickWheel<>();
    List<Sleeper> sleepers = new ArrayList<>();
    for (int id = 0; id < 8; id++) {
      sleepers.add(new Sleeper(id));
    }
    TreeMap<Integer, Long> waiting = new TreeMap<>();
    long now = 0;
    for (int move : moves) {
      int id = move % 8;
      int what = move / 8;
      if (what < 100) {
        wheel.cancel(sleepers.get(id));
        waiting.remove(id);
      } else if (what < 450) {
        long tick = now + what - 100;
        wheel.schedule(sleepers.get(id), tick);
        waiting.merge(id, Math.max(now + 1, tick), Math::min);
      } else {
        for (int i = 450; i <= what; i++) {
          now++;
          for (int up : advance(wheel)) {
            assertThat(waiting).containsKey(up);
            boolean isEarly = waiting.get(up) > now;
            if (isEarly) {
              // From beyond the wheel: waits on.
              wheel.schedule(sleepers.get(up), waiting.get(up));
            } else {
              waiting.remove(up);
            }
          }
          assertThat(waiting.values()).allMatch(new Later(now)::than);
        }
      }
    }
  }

  private record Later(long now) {
    boolean than(long tick) {
      return tick > now;
    }
  }
}
