// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one run, or the median of several, has shown.
 *
 * @param operationsPerSecond completed without error
 * @param p50Micros half of the operations took at most this long
 * @param p99Micros ninety-nine in a hundred took at most this long
 * @param errors requests that failed
 * @param cpuSecondsPer100k what the servers' processes used for 100,000 operations; NaN if they are
 *     not on this machine
 */
record Measurement(
    double operationsPerSecond,
    double p50Micros,
    double p99Micros,
    long errors,
    double cpuSecondsPer100k) {

  /** Each figure's median by itself; errors are summed, since a median would hide them. */
  static Measurement median(List<Measurement> runs) {
    return new Measurement(
        median(runs, Measurement::operationsPerSecond),
        median(runs, Measurement::p50Micros),
        median(runs, Measurement::p99Micros),
        runs.stream().mapToLong(Measurement::errors).sum(),
        median(runs, Measurement::cpuSecondsPer100k));
  }

  private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
