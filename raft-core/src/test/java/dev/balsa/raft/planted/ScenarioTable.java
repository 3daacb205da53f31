// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A table like that in {@code docs/scenarios.md}: for each scenario what must hold, the test
 * classes that carry its id, and what each change that its tests must catch breaks. A row without
 * tests says in their place which type rules the scenario out, or that it is open.
 */
final class ScenarioTable {
  /** One row. */
  record Row(String id, String story, String tests, String changes) {
    boolean hasNoTest() {
      return tests.startsWith("ruled out: ") || tests.startsWith("open: ");
    }

    String line() {
      return "| %s | %s | %s | %s |".formatted(id, story, tests, changes);
    }
  }

  private final String prefix;
  private final Path file;
  private final List<String> lines;

  /**
   * Reads a table.
   *
   * @param prefix what its ids begin with
   */
  ScenarioTable(Path file, String prefix) throws IOException {
    this.prefix = prefix;
    this.file = file;
    this.lines = Files.readAllLines(file);
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (String line : lines) {
      if (isRow(line)) {
        rows.add(row(line));
      }
    }
    return rows;
  }

  private boolean isRow(String line) {
    return line.startsWith("| " + prefix);
  }

  private static Row row(String line) {
    String[] cells = line.split("\\|", -1);
    return new Row(cells[1].strip(), cells[2].strip(), cells[3].strip(), cells[4].strip());
  }

  /** The row as the tags and the changes say it should be. */
  static Row expected(
      Row row, Map<String, TreeSet<String>> classesByTag, List<PlantedChange> changes) {
    if (row.hasNoTest()) {
      return new Row(row.id(), row.story(), row.tests(), "");
    }
    String tests =
        classesByTag.getOrDefault(row.id(), new TreeSet<>()).stream()
            .map(name -> "`" + name.substring(name.lastIndexOf('.') + 1) + "`")
            .collect(Collectors.joining(", "));
    String broken =
        changes.stream()
            .filter(change -> change.id().equals(row.id()))
            .map(PlantedChange::story)
            .collect(Collectors.joining("; "));
    return new Row(row.id(), row.story(), tests, broken);
  }

  /**
   * Compares each row with the tags and the changes; with {@code -Dscenarios.rewrite=true} makes
   * them agree.
   */
  void requireTrue(Map<String, TreeSet<String>> classesByTag, List<PlantedChange> changes)
      throws IOException {
    if (Boolean.getBoolean("scenarios.rewrite")) {
      assertThat(System.getenv("CI")).as("the table is not rewritten where it is judged").isNull();
      rewrite(classesByTag, changes);
      return;
    }
    for (Row row : rows()) {
      assertThat(row)
          .as("rewrite with -Dscenarios.rewrite=true and look at the difference")
          .isEqualTo(expected(row, classesByTag, changes));
    }
  }

  /** Writes the rows anew and leaves the rest of the page. */
  private void rewrite(Map<String, TreeSet<String>> classesByTag, List<PlantedChange> changes)
      throws IOException {
    List<String> rewritten = new ArrayList<>();
    for (String line : lines) {
      rewritten.add(isRow(line) ? expected(row(line), classesByTag, changes).line() : line);
    }
    Files.write(file, rewritten);
  }
}
