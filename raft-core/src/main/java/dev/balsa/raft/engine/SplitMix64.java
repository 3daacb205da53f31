// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.state.StateSink;

/**
 * A seeded generator of our own, so that a run can be repeated bit for bit on any JVM: Steele, Lea
 * and Flood, "Fast splittable pseudorandom number generators", 2014.
 */
final class SplitMix64 {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  /** A generator whose sequence depends on all of these. */
  SplitMix64(long... seeds) {
    for (long seed : seeds) {
      state = mix(state + GOLDEN_GAMMA + seed);
    }
  }

  private SplitMix64(SplitMix64 other) {
    this.state = other.state;
  }

  /** A generator that goes on with the same numbers. */
  SplitMix64 copy() {
    return new SplitMix64(this);
  }

  /** The timers' future is a matter of time as well. */
  void encodeState(StateSink sink) {
    if (sink.isTimed()) {
      sink.put(state);
    }
  }

  long next() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** A number from 0 to {@code bound - 1}. */
  int below(int bound) {
    return (int) Long.remainderUnsigned(next(), bound);
  }

  private static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
    return y ^ (y >>> 31);
  }
}
