// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.state.StateSink;

/** A hash of 128 bits of all that is told to it, in order. */
final class Fingerprint extends StateSink {
  /** The hash. */
  record Value(long high, long low) {}

  private long high = 0x6a09e667f3bcc908L;
  private long low = 0xbb67ae8584caa73bL;

  Fingerprint() {
    this(false);
  }

  /** With ages and timers, or without. */
  Fingerprint(boolean timed) {
    super(timed);
  }

  @Override
  public void put(long value) {
    high = mix((high ^ value) * 0x9fb21c651e98df25L);
    low = mix(low * 0xd6e8feb86659fd93L + value);
  }

  Value value() {
    return new Value(high, low);
  }

  /** Spreads the bits of {@code z}: the finisher of SplitMix64. */
  static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
    return y ^ (y >>> 31);
  }
}
