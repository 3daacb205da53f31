// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The power of all members fails at once; every acknowledged command is there afterwards. */
class ClusterPowerCutTest {
  private static SimulationReport cut(Faults faults, int seeds) {
    SimulationReport report =
        Simulation.of(Ledger::new)
            .workload(Ledger::put)
            .faults(faults)
            .duration(Duration.ofSeconds(3))
            .seeds(seeds)
            .check();
    System.out.println(report);
    assertThat(report.crashes()).isGreaterThan(3L * seeds);
    assertThat(report.acknowledged()).isGreaterThan(20L * seeds);
    return report;
  }

  @Test
  void nothingAcknowledgedIsLostWhenEverythingUnsyncedVanishes() {
    cut(Faults.powerCuts(), 500);
  }

  @Test
  void nothingAcknowledgedIsLostWhenSomeOfTheUnsyncedIsKeptAndTorn() {
    cut(Faults.tornPowerCuts(), 100);
  }
}
