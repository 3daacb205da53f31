// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.util.List;

/** Where the results of a benchmark of clusters go. */
interface Report {
  /** Before the first result. */
  void begin();

  /**
   * The medians of one kind of run.
   *
   * @param medians one for each target, in the targets' order
   */
  void result(Operation operation, int clients, List<Measurement> medians);
}
