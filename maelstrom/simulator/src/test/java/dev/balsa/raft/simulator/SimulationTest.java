// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private static final long FIRST_SEED = 1;
  private static final int SEEDS = 5;

  private static Simulation<Long> simulation() {
    return Simulation.of(Ledger::new).workload(Ledger::put).duration(Duration.ofSeconds(5));
  }

  /** Prints the trace hashes of some seeds; a JVM of its own runs this. */
  static final class Hashes {
    public static void main(String[] arguments) {
      hashes().forEach(System.out::println);
    }
  }

  private static List<String> hashes() {
    List<String> hashes = new ArrayList<>();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      hashes.add(simulation().run(seed).traceHash());
    }
    return hashes;
  }

  @Test
  void theSameSeedGivesTheSameTrace() {
    List<String> hashes = hashes();
    assertThat(hashes()).isEqualTo(hashes);
    assertThat(hashes).doesNotHaveDuplicates().allMatch(hash -> hash.matches("[0-9a-f]{16}"));
  }

  @Test
  void theSameSeedGivesTheSameTraceInAnotherJvm() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Hashes.class.getName())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(output.split("\\R")).containsExactlyElementsOf(hashes());
  }

  @Test
  void withoutFaultsEverythingSucceeds() {
    SeedResult result = simulation().faults(Faults.none()).run(1);
    assertThat(result.violation()).isNull();
    assertThat(result.leaders()).isEqualTo(1);
    assertThat(result.crashes()).isZero();
    assertThat(result.acknowledged()).isGreaterThan(100);
    assertThat(result.reads()).isGreaterThan(50);
    assertThat(result.unknown()).isZero();
  }

  @Test
  void oneMemberIsAClusterToo() {
    assertThat(simulation().members(1).seeds(5).check().acknowledged()).isGreaterThan(100);
  }

  @Test
  void fiveMembersWork() {
    assertThat(simulation().members(5).seeds(5).check().acknowledged()).isGreaterThan(100);
  }

  @Test
  void aFailureSaysHowToSeeItAgain() throws Exception {
    Simulation<Long> simulation =
        Simulation.of(PlantedBugs.Forgetful::new)
            .workload(Ledger::put)
            .faults(Faults.powerCuts())
            .seeds(20);
    SimulationFailure failure = catchThrowableOfType(SimulationFailure.class, simulation::check);
    SeedResult result = failure.result();
    assertThat(failure)
        .hasMessageContaining("State Machine Safety")
        .hasMessageContaining("-Dseed=" + result.seed())
        .hasMessageContaining(result.traceHash());
    assertThat(Path.of("target", "simulation", result.seed() + ".txt"))
        .content()
        .contains(result.violation())
        .contains("receive");
    assertThat(Files.readString(Path.of("target", "simulation", result.seed() + ".txt")).lines())
        .hasSizeGreaterThan(500);

    // What the message tells to do.
    System.setProperty(Simulation.SEED_PROPERTY, Long.toString(result.seed()));
    try {
      SimulationFailure again = catchThrowableOfType(SimulationFailure.class, simulation::check);
      assertThat(again.result().seed()).isEqualTo(result.seed());
      assertThat(again.result().violation()).isEqualTo(result.violation());
      assertThat(again.result().traceHash()).isEqualTo(result.traceHash());
    } finally {
      System.clearProperty(Simulation.SEED_PROPERTY);
    }
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> simulation().members(0)).hasMessage("members: 1 to 9");
    assertThatThrownBy(() -> simulation().clients(0)).hasMessage("clients: at least 1");
    assertThatThrownBy(() -> simulation().seeds(0)).hasMessage("seeds: at least 1");
  }
}
