// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import java.util.List;

/** SplitMix64 for tests: the same seed throws the same numbers on every JVM. */
public final class Dice {
  private long state;

  public Dice(long seed) {
    state = seed;
  }

  /** Any long. */
  public long next() {
    state += 0x9e3779b97f4a7c15L;
    long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** From 0 to {@code bound - 1}. */
  public int below(int bound) {
    return (int) Long.remainderUnsigned(next(), bound);
  }

  /** True in {@code percent} of 100 throws. */
  public boolean chance(int percent) {
    return below(100) < percent;
  }

  /** One of these. */
  public <T> T pick(List<T> from) {
    return from.get(below(from.size()));
  }
}
