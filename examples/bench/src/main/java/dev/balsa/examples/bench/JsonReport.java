// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** For programs: an object a line on one stream; the ratios, for whoever watches, on the other. */
final class JsonReport implements Report {
  private final PrintWriter out;
  private final PrintWriter err;
  private final List<Target> targets;

  JsonReport(PrintWriter out, PrintWriter err, List<Target> targets) {
    this.out = out;
    this.err = err;
    this.targets = targets;
  }

  @Override
  public void begin() {}

  @Override
  public void result(Operation operation, int clients, List<Measurement> medians) {
    for (int i = 0; i < medians.size(); i++) {
      Measurement median = medians.get(i);
      // Endpoints were parsed as HOST:PORT, but a host may still be anything: quote what JSON must.
      out.printf(
          "{\"bench\":\"cluster\",\"target\":\"%s\",\"op\":\"%s\",\"clients\":%d,\"ops_s\":%s,\"p50_us\":%s,"
              + "\"p99_us\":%s,\"errors\":%d,\"cpu_s_per_100k\":%s}%n",
          targets.get(i).toString().replace("\\", "\\\\").replace("\"", "\\\""),
          operation.label(),
          clients,
          number(median.operationsPerSecond()),
          number(median.p50Micros()),
          number(median.p99Micros()),
          median.errors(),
          number(median.cpuSecondsPer100k()));
    }
    out.flush();
    if (medians.size() == 2) {
      Ratios ratios = Ratios.of(medians.get(0), medians.get(1));
      err.printf(
          "%s, %d clients: ops/s %s, p50 %s, p99 %s, cpu %s%n",
          operation.label(),
          clients,
          Ratios.text(ratios.operationsPerSecond()),
          Ratios.text(ratios.p50()),
          Ratios.text(ratios.p99()),
          Ratios.text(ratios.cpu()));
      err.flush();
    }
  }

  private static String number(double figure) {
    return Double.isFinite(figure) ? String.format(Locale.ROOT, "%.2f", figure) : "null";
  }
}
