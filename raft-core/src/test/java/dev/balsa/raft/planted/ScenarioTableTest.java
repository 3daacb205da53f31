// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code docs/scenarios.md} says what is true; {@code -Dscenarios.rewrite=true} makes it so. */
class ScenarioTableTest {
  private static final int SCENARIOS = 82;

  private final Path root = ScenarioTags.root();
  private final ScenarioTable table = new ScenarioTable(root.resolve("docs/scenarios.md"), "R-");
  private final Map<String, TreeSet<String>> classesByTag = ScenarioTags.classesByTag();
  private final List<PlantedChange> changes =
      PlantedChange.readAll(root.resolve("raft-core/src/test/resources/scenarios/changes.txt"));

  ScenarioTableTest() throws IOException {}

  @Test
  void everyScenarioHasItsRow() {
    List<String> ids =
        IntStream.rangeClosed(1, SCENARIOS).mapToObj(n -> "R-%02d".formatted(n)).toList();
    assertThat(table.rows()).extracting(ScenarioTable.Row::id).containsExactlyElementsOf(ids);
  }

  @Test
  void theTableNamesTheTestsAndTheChangesThatThereAre() throws IOException {
    table.requireTrue(classesByTag, changes);
  }

  @Test
  void everyScenarioHasATestAndAChangeThatItCatchesOrIsRuledOut() {
    for (ScenarioTable.Row row : table.rows()) {
      boolean isTested = classesByTag.containsKey(row.id());
      assertThat(isTested).as("%s has a test", row.id()).isEqualTo(!row.hasNoTest());
      assertThat(changes.stream().anyMatch(change -> change.id().equals(row.id())))
          .as("%s has a change that breaks its rule", row.id())
          .isEqualTo(isTested);
    }
  }

  /** Whether each is caught is tried by {@link PlantedChangesTest}. */
  @Test
  void everyChangeFitsTheSources() {
    for (PlantedChange change : changes) {
      assertThat(change.applyTo(root).source()).isNotEmpty();
    }
  }
}
