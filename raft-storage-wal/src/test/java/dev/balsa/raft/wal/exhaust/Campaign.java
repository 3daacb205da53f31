// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** Takes an exhaustor from step to step, tells how far it is, and can be cut off and go on. */
final class Campaign {
  private static final long NANOS = 1_000_000_000L;
  private static final long PROGRESS_NANOS = 5 * NANOS;
  private static final String NEXT = "next step";

  /**
   * How far to go.
   *
   * @param from the first step
   * @param cases how many cases are enough
   * @param budgetSeconds how long it may take
   * @param state where to keep how far it is, null for nowhere
   */
  record Bounds(long from, long cases, long budgetSeconds, Path state) {}

  private final String name;
  private final Exhaustor exhaustor;
  private final Bounds bounds;
  private final PrintStream progress;
  private final Tally tally = new Tally();
  private long next;

  Campaign(String name, Exhaustor exhaustor, Bounds bounds, PrintStream progress) {
    this.name = name;
    this.exhaustor = exhaustor;
    this.bounds = bounds;
    this.progress = progress;
    this.next = bounds.from;
  }

  Tally tally() {
    return tally;
  }

  /**
   * Runs until a bound is reached.
   *
   * @throws AssertionError at the first case that is not as it must be
   */
  void run() throws IOException {
    resume();
    long start = System.nanoTime();
    long before = tally.of(Tally.CASES);
    long told = start;
    long now = start;
    while (next < exhaustor.steps()
        && tally.of(Tally.CASES) < bounds.cases
        && (now - start) / NANOS < bounds.budgetSeconds) {
      exhaustor.step(next, tally);
      next++;
      now = System.nanoTime();
      if (now - told >= PROGRESS_NANOS) {
        told = now;
        tell(now - start, before);
        save();
      }
    }
    tell(now - start, before);
    save();
  }

  private void tell(long nanos, long before) {
    double rate = (tally.of(Tally.CASES) - before) * (double) NANOS / Math.max(1, nanos);
    progress.printf("%s: next step %,d; %s; %,.0f cases/s%n", name, next, tally, rate);
  }

  private void resume() throws IOException {
    if (bounds.state == null || !Files.exists(bounds.state)) {
      return;
    }
    for (String line : Files.readAllLines(bounds.state)) {
      int equals = line.indexOf('=');
      String key = line.substring(0, equals);
      String value = line.substring(equals + 1);
      if (key.equals("exhaustor")) {
        if (!value.equals(name)) {
          throw new IOException(bounds.state + " is of " + value + ", not of " + name);
        }
      } else if (key.equals(NEXT)) {
        next = Long.parseLong(value);
      } else {
        tally.add(key, Long.parseLong(value));
      }
    }
  }

  /** Replaced as a whole, so that whoever cuts it off finds the old state or the new one. */
  private void save() throws IOException {
    if (bounds.state == null) {
      return;
    }
    StringBuilder text = new StringBuilder("exhaustor=" + name + "\n" + NEXT + "=" + next + "\n");
    for (Map.Entry<String, Long> count : tally.all().entrySet()) {
      text.append(count.getKey()).append('=').append(count.getValue()).append('\n');
    }
    Path written = bounds.state.resolveSibling(bounds.state.getFileName() + ".new");
    Files.write(written, List.of(text.toString().strip()), StandardCharsets.UTF_8);
    Files.move(written, bounds.state, StandardCopyOption.REPLACE_EXISTING);
  }
}
