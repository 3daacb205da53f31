// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import java.util.SplittableRandom;

/** Where decisions come from: a generator, or a fuzzer's bytes. */
interface Choices {
  /** One of the numbers from 0 to {@code bound - 1}. */
  int below(int bound);

  /** Any number. */
  long any();

  /** Decisions that follow from a seed. */
  static Choices of(SplittableRandom random) {
    return new Choices() {
      @Override
      public int below(int bound) {
        return random.nextInt(bound);
      }

      @Override
      public long any() {
        return random.nextLong();
      }
    };
  }

  /** Decisions that follow from these bytes, one each if it is enough; 0 when they are used up. */
  static Choices of(byte[] bytes) {
    return new Choices() {
      private int next;

      private int one() {
        return next < bytes.length ? bytes[next++] & 0xff : 0;
      }

      @Override
      public int below(int bound) {
        int value = bound > 256 ? one() << 8 | one() : one();
        return value % bound;
      }

      @Override
      public long any() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
          value = value << 8 | one();
        }
        return value;
      }
    };
  }
}
