// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** For people: a table that grows by a line a result. */
final class TableReport implements Report {
  private static final String ROW = "%-7s %7s  %-6s %10s %10s %10s %7s %11s%n";

  private final PrintWriter out;
  private final List<Target> targets;

  TableReport(PrintWriter out, List<Target> targets) {
    this.out = out;
    this.targets = targets;
  }

  @Override
  public void begin() {
    for (int i = 0; i < targets.size(); i++) {
      out.printf("%s = %s%n", name(i), targets.get(i));
    }
    out.printf(ROW, "op", "clients", "target", "ops/s", "p50 us", "p99 us", "errors", "cpu s/100k");
    out.flush();
  }

  @Override
  public void result(Operation operation, int clients, List<Measurement> medians) {
    for (int i = 0; i < medians.size(); i++) {
      Measurement median = medians.get(i);
      out.printf(
          ROW,
          operation.label(),
          clients,
          name(i),
          text("%.0f", median.operationsPerSecond()),
          text("%.0f", median.p50Micros()),
          text("%.0f", median.p99Micros()),
          median.errors(),
          text("%.2f", median.cpuSecondsPer100k()));
    }
    if (medians.size() == 2) {
      Ratios ratios = Ratios.of(medians.get(0), medians.get(1));
      out.printf(
          ROW,
          "",
          "",
          "A/B",
          Ratios.text(ratios.operationsPerSecond()),
          Ratios.text(ratios.p50()),
          Ratios.text(ratios.p99()),
          "",
          Ratios.text(ratios.cpu()));
    }
    out.flush();
  }

  private static String name(int target) {
    return String.valueOf((char) ('A' + target));
  }

  private static String text(String format, double figure) {
    return Double.isFinite(figure) ? String.format(Locale.ROOT, format, figure) : "-";
  }
}
