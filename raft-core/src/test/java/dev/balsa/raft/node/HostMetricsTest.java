// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostMetricsTest {
  @Test
  void aHistogramBoundsItsQuantiles() {
    HostMetrics.Histogram histogram = new HostMetrics.Histogram();
    assertThat(histogram.quantile(0.5)).isZero();
    for (int i = 0; i < 99; i++) {
      histogram.record(5);
    }
    histogram.record(1_000);
    assertThat(histogram.count()).isEqualTo(100);
    assertThat(histogram.sum()).isEqualTo(99 * 5 + 1_000);
    assertThat(histogram.quantile(0.5)).isEqualTo(7);
    assertThat(histogram.quantile(1)).isEqualTo(1_023);
    assertThat(histogram.count(3)).isEqualTo(99);
  }

  @Test
  void extremesFindABucket() {
    HostMetrics.Histogram histogram = new HostMetrics.Histogram();
    histogram.record(0);
    histogram.record(-1);
    histogram.record(Long.MAX_VALUE);
    assertThat(histogram.count(0)).isEqualTo(2);
    assertThat(histogram.count(HostMetrics.Histogram.BUCKETS - 1)).isEqualTo(1);
    assertThat(histogram.quantile(1)).isEqualTo(Long.MAX_VALUE);
  }
}
