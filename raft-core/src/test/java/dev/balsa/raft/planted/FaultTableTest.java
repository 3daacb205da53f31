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

/** {@code docs/wal-faults.md} says what is true; {@code -Dscenarios.rewrite=true} makes it so. */
class FaultTableTest {
  private static final int FAULTS = 32;

  private final Path root = ScenarioTags.root();
  private final ScenarioTable table = new ScenarioTable(root.resolve("docs/wal-faults.md"), "W");
  private final Map<String, TreeSet<String>> classesByTag = ScenarioTags.classesByTag();

  FaultTableTest() throws IOException {}

  @Test
  void everyFaultHasItsRow() {
    List<String> ids = IntStream.rangeClosed(1, FAULTS).mapToObj(n -> "W" + n).toList();
    assertThat(table.rows()).extracting(ScenarioTable.Row::id).containsExactlyElementsOf(ids);
  }

  @Test
  void theTableNamesTheTestsAndTheChangesThatThereAre() throws IOException {
    table.requireTrue(
        classesByTag,
        PlantedChange.readAll(root.resolve("raft-core/src/test/resources/scenarios/changes.txt")));
  }

  @Test
  void everyFaultHasATestOrIsOpen() {
    for (ScenarioTable.Row row : table.rows()) {
      assertThat(classesByTag.containsKey(row.id())).isEqualTo(!row.hasNoTest());
    }
  }
}
