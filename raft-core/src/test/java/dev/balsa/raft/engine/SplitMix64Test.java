// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SplitMix64Test {
  @Test
  void theSameSeedsGiveTheSameNumbers() {
    SplitMix64 one = new SplitMix64(1, 2, 3);
    SplitMix64 other = new SplitMix64(1, 2, 3);
    for (int i = 0; i < 100; i++) {
      assertThat(one.next()).isEqualTo(other.next());
    }
  }

  @Test
  void everySeedMatters() {
    TreeSet<Long> firsts = new TreeSet<>();
    firsts.add(new SplitMix64(1, 1, 1, 1).next());
    firsts.add(new SplitMix64(2, 1, 1, 1).next());
    firsts.add(new SplitMix64(1, 2, 1, 1).next());
    firsts.add(new SplitMix64(1, 1, 2, 1).next());
    firsts.add(new SplitMix64(1, 1, 1, 2).next());
    assertThat(firsts).hasSize(5);
  }

  /** Vectors of the published algorithm, so that a run can be repeated by any implementation. */
  @Test
  void isSplitMix64() {
    SplitMix64 random = new SplitMix64();
    assertThat(random.next()).isEqualTo(0xe220a8397b1dcdafL);
    assertThat(random.next()).isEqualTo(0x6e789e6aa1b965f4L);
    assertThat(random.next()).isEqualTo(0x06c45d188009454fL);
  }

  @Test
  void everyValueBelowTheBoundComesUp() {
    SplitMix64 random = new SplitMix64(7);
    TreeSet<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 1000; i++) {
      seen.add(random.below(10));
    }
    assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }
}
