// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import java.util.random.RandomGenerator;

/**
 * The one source of chance: a seeded generator that is forked by name.
 *
 * <p>A fork depends on the seed and on its name alone, never on how many numbers were drawn before.
 * So one more draw in the network does not change what the clients do, and a seed stays comparable
 * while one part of the world is worked on.
 *
 * <p>The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", 2014), written out here so that a seed means the same on every JVM.
 */
public final class Chance implements RandomGenerator {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private final long origin;
  private long state;

  private Chance(long origin) {
    this.origin = origin;
    this.state = origin;
  }

  /** The generator from which everything in one run descends. */
  public static Chance ofSeed(long seed) {
    return new Chance(mix(seed + GOLDEN_GAMMA));
  }

  /** An independent generator, the same for the same seed and names. */
  public Chance fork(String name) {
    long hash = origin;
    for (int i = 0; i < name.length(); i++) {
      hash = mix(hash + GOLDEN_GAMMA + name.charAt(i));
    }
    return new Chance(mix(hash ^ name.length()));
  }

  /** An independent generator for the {@code number}-th of several things of one name. */
  public Chance fork(String name, long number) {
    return new Chance(mix(fork(name).origin + GOLDEN_GAMMA * (number + 1)));
  }

  @Override
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** A number from 0 to {@code bound - 1}; {@code bound} is at least 1. */
  public int below(int bound) {
    return (int) Long.remainderUnsigned(nextLong(), bound);
  }

  /** A number from {@code low} to {@code high}, both included. */
  public long between(long low, long high) {
    return low + Long.remainderUnsigned(nextLong(), high - low + 1);
  }

  /** True once in {@code n} draws on average; never if {@code n} is 0. */
  public boolean oneIn(long n) {
    return n > 0 && Long.remainderUnsigned(nextLong(), n) == 0;
  }

  /**
   * A number from {@code low} to {@code high} whose order of magnitude is drawn first: as many
   * between 1 and 2 as between 512 and 1024. {@code low} is at least 1.
   */
  public long logUniform(long low, long high) {
    int lowBits = 64 - Long.numberOfLeadingZeros(low);
    int highBits = 64 - Long.numberOfLeadingZeros(high);
    int bits = (int) between(lowBits, highBits);
    long floor = Math.max(low, 1L << (bits - 1));
    long ceiling = Math.min(high, (1L << bits) - 1);
    return between(floor, ceiling);
  }

  static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
    return y ^ (y >>> 31);
  }
}
