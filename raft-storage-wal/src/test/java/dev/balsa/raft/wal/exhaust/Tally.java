// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How often what has happened. */
final class Tally {
  /** What every exhaustor counts: how many faults were tried. */
  static final String CASES = "cases";

  private final TreeMap<String, Long> counts = new TreeMap<>();

  void add(String what) {
    add(what, 1);
  }

  void add(String what, long times) {
    counts.merge(what, times, Long::sum);
  }

  long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  Map<String, Long> all() {
    return counts;
  }

  @Override
  public String toString() {
    return counts.entrySet().stream()
        .map(count -> String.format("%s %,d", count.getKey(), count.getValue()))
        .collect(Collectors.joining(", "));
  }
}
