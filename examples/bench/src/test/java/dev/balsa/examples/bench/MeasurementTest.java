// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeasurementTest {
  @Test
  void medianOfEachFigureByItself() {
    Measurement median =
        Measurement.median(
            List.of(
                new Measurement(100, 9, 30, 0, 1),
                new Measurement(300, 7, 10, 2, 3),
                new Measurement(200, 8, 90, 1, 2)));
    assertThat(median).isEqualTo(new Measurement(200, 8, 30, 3, 2));
  }

  @Test
  void medianOfAnEvenNumberLiesBetween() {
    Measurement median =
        Measurement.median(
            List.of(new Measurement(100, 1, 1, 0, 1), new Measurement(200, 2, 2, 0, 2)));
    assertThat(median).isEqualTo(new Measurement(150, 1.5, 1.5, 0, 1.5));
  }

  @Test
  void ratioOfWhatIsNotKnownIsADash() {
    Ratios ratios =
        Ratios.of(new Measurement(500, 10, 20, 0, Double.NaN), new Measurement(200, 20, 20, 0, 2));
    assertThat(Ratios.text(ratios.operationsPerSecond())).isEqualTo("2.50x");
    assertThat(Ratios.text(ratios.p50())).isEqualTo("0.50x");
    assertThat(Ratios.text(ratios.cpu())).isEqualTo("-");
  }
}
