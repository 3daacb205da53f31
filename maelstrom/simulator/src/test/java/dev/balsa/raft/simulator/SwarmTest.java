// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Mixed faults, other ones in each seed. */
class SwarmTest {
  private static final int SEEDS = Integer.getInteger("seeds", 200);
  private static final long FIRST_SEED = Long.getLong("first-seed", 1);

  @Test
  void threeMembersKeepTheirPromisesWhateverFails() {
    run(3, SEEDS * 3 / 4);
  }

  @Test
  void fiveMembersKeepTheirPromisesWhateverFails() {
    run(5, SEEDS / 4);
  }

  private static void run(int members, int seeds) {
    long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    SimulationReport report =
        Simulation.of(Ledger::new)
            .workload(Ledger::put)
            .members(members)
            .faults(Faults.swarm())
            .firstSeed(FIRST_SEED)
            .seeds(seeds)
            .check();
    double seconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin) / 1e9;
    System.out.printf("%s; %.1f seeds a CPU second%n", report, report.seeds() / seconds);
    // A run in which little happens proves little.
    assertThat(report.acknowledged()).isGreaterThan(100 * report.seeds());
    assertThat(report.leaders()).isGreaterThan(2 * report.seeds());
    assertThat(report.crashes()).isGreaterThan(2 * report.seeds());
  }
}
