// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How entries are proposed to a {@link CoreGroup}, and what each of them costs. */
enum CoreMode {
  /** One proposal, then everything that follows from it. */
  SINGLE(1),
  /** Many proposals, then everything that follows from them. */
  SEPARATE64(CoreMode.BATCH),
  /** One proposal of many entries. */
  BATCH64(CoreMode.BATCH);

  static final int BATCH = 64;

  private final int entriesPerTurn;

  CoreMode(int entriesPerTurn) {
    this.entriesPerTurn = entriesPerTurn;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * One round's figures, each for an entry.
   *
   * @param allocatedBytes by the thread that turns the members, without the payload
   */
  record Round(double nanos, double allocatedBytes, double messages) {
    /** Each figure's median by itself. */
    static Round median(List<Round> rounds) {
      return new Round(
          median(rounds, Round::nanos),
          median(rounds, Round::allocatedBytes),
          median(rounds, Round::messages));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
      double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  /** Has {@code entries} applied on all members of a new group. */
  Round measure(int entries, int payloadBytes) {
    CoreGroup group = new CoreGroup();
    byte[] payload = new byte[payloadBytes];
    long turns = entries / entriesPerTurn;
    long messagesBefore = group.messages();
    long allocatedBefore = allocatedBytes();
    long startNanos = System.nanoTime();
    for (long i = 0; i < turns; i++) {
      propose(group, payload);
      group.drain();
    }
    double nanos = System.nanoTime() - startNanos;
    double allocated = allocatedBytes() - allocatedBefore;
    long done = turns * entriesPerTurn;
    if (group.applied() != done) {
      throw new BenchException(group.applied() + " entries were applied of " + done);
    }
    double messages = group.messages() - messagesBefore;
    return new Round(nanos / done, allocated / done, messages / done);
  }

  private void propose(CoreGroup group, byte[] payload) {
    switch (this) {
      case SINGLE -> group.propose(List.of(payload));
      case SEPARATE64 -> {
        for (int i = 0; i < BATCH; i++) {
          group.propose(List.of(payload));
        }
      }
      case BATCH64 -> group.propose(Collections.nCopies(BATCH, payload));
    }
  }

  /** By this thread so far. The payload is one array throughout, and so not part of it. */
  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
