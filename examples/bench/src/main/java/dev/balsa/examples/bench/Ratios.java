// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.util.Locale;

/** A cluster's figures divided by another's. */
record Ratios(double operationsPerSecond, double p50, double p99, double cpu) {
  static Ratios of(Measurement measured, Measurement against) {
    return new Ratios(
        measured.operationsPerSecond() / against.operationsPerSecond(),
        measured.p50Micros() / against.p50Micros(),
        measured.p99Micros() / against.p99Micros(),
        measured.cpuSecondsPer100k() / against.cpuSecondsPer100k());
  }

  /** {@code 2.51x}, or a dash for what is not known. */
  static String text(double ratio) {
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2fx", ratio) : "-";
  }
}
