// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plants the changes of {@code scenarios/changes.txt} in the module that runs it, one at a time.
 * Takes minutes: with {@code -Dplanted=all}, or {@code -Dplanted=R-01,R-02}; without, the first
 * change shows that the machinery works.
 */
public abstract class PlantedChanges {
  private static final List<PlantedChange> CHANGES =
      PlantedChange.readAll(
              ScenarioTags.root().resolve("raft-core/src/test/resources/scenarios/changes.txt"))
          .stream()
          .filter(change -> Path.of("").toAbsolutePath().endsWith(change.module()))
          .toList();

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> eachChangeIsCaught() {
    String wanted = System.getProperty("planted", CHANGES.get(0).id());
    return CHANGES.stream()
        .filter(change -> wanted.equals("all") || List.of(wanted.split(",")).contains(change.id()))
        .map(change -> dynamicTest(change.toString(), () -> assertCaught(change)));
  }

  private void assertCaught(PlantedChange change) throws Exception {
    PlantedRun.Outcome outcome =
        new PlantedRun(directory).run(change, ScenarioTags.classesByTag().get(change.id()));
    assertThat(outcome)
        .as(change.toString())
        .isIn(PlantedRun.Outcome.CAUGHT, PlantedRun.Outcome.HUNG);
  }

  /** A change that changes nothing is not caught, or the test above could not fail. */
  @Test
  void aHarmlessChangeIsMissed() throws Exception {
    PlantedChange real = CHANGES.get(0);
    PlantedChange harmless =
        new PlantedChange(real.id(), "nothing", real.module(), real.removed(), real.removed());
    assertThat(
            new PlantedRun(directory).run(harmless, ScenarioTags.classesByTag().get(harmless.id())))
        .isEqualTo(PlantedRun.Outcome.MISSED);
  }
}
