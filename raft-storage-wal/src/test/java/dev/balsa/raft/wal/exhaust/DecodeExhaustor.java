// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import com.sun.management.ThreadMXBean;
import dev.balsa.raft.wal.SegmentDecoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Feeds the decoder real segments with a few changes, under right checksums. It has to come to an
 * end, and to throw nothing but what says that a record is not accepted, in bounded memory. A step
 * is ten thousand segments.
 */
final class DecodeExhaustor implements Exhaustor {
  private static final int PER_STEP = 10_000;

  /** A segment has a few KiB; what is said when one is refused may load classes. */
  private static final long MAX_ALLOCATED_BYTES = 4 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final List<SegmentMutator> mutators;

  /**
   * One for each mutator: a decoder is quick with segments that have the header of the last one.
   */
  private final List<SegmentDecoder> decoders;

  DecodeExhaustor() throws IOException {
    mutators = SegmentMutator.ofSmallLog();
    decoders = mutators.stream().map(mutator -> new SegmentDecoder()).toList();
  }

  @Override
  public long steps() {
    return Long.MAX_VALUE;
  }

  @Override
  public long goal() {
    return 100_000_000;
  }

  @Override
  public void step(long number, Tally tally) {
    SplittableRandom random = new SplittableRandom(number);
    Choices choices = Choices.of(random);
    int two = 0;
    for (int i = 0; i < PER_STEP; i++) {
      try {
        two += decode(choices) >= 2 ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("step " + number + ", segment " + i + ": " + e, e);
      }
    }
    tally.add(Tally.CASES, PER_STEP);
    tally.add("with two records or more", two);
  }

  /** Decodes one changed segment; returns how many records were accepted. */
  int decode(Choices choices) {
    int chosen = choices.below(mutators.size());
    byte[] segment = mutators.get(chosen).mutate(choices);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    int accepted = decoders.get(chosen).decode(segment);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > MAX_ALLOCATED_BYTES) {
      throw new AssertionError(allocated + " bytes were allocated");
    }
    return accepted;
  }
}
