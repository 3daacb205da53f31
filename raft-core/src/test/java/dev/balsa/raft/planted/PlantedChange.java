// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A change to the sources that breaks the rule of one scenario. The lines are looked for in all
 * main sources of the module, without their indentation: to move code does not outdate a change, to
 * rewrite it does.
 *
 * @param id the scenario, such as R-01
 * @param story what the broken code does, in a few words
 * @param module the directory of the Maven module, relative to the project's root
 * @param removed consecutive lines, found exactly once
 * @param added what stands there instead
 */
public record PlantedChange(
    String id, String story, String module, List<String> removed, List<String> added) {

  /** One changed file. */
  public record Changed(Path file, String source) {}

  /**
   * Reads changes: each is a line {@code id | story}, a line with the module, lines that begin with
   * {@code -} and lines that begin with {@code +}. Lines that begin with {@code #} are comments.
   */
  public static List<PlantedChange> readAll(Path file) {
    List<PlantedChange> changes = new ArrayList<>();
    String[] title = null;
    for (String line : readLines(file)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      PlantedChange last = changes.isEmpty() ? null : changes.get(changes.size() - 1);
      if (line.startsWith("-")) {
        last.removed.add(line.substring(1).strip());
      } else if (line.startsWith("+")) {
        last.added.add(line.substring(1).strip());
      } else if (line.contains(" | ")) {
        title = line.split(" \\| ", 2);
      } else {
        changes.add(
            new PlantedChange(
                title[0].strip(),
                title[1].strip(),
                line.strip(),
                new ArrayList<>(),
                new ArrayList<>()));
      }
    }
    return changes;
  }

  private static List<String> readLines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The changed source.
   *
   * @throws IllegalStateException if the lines are not there, or more than once
   */
  public Changed applyTo(Path root) {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(
              file -> {
                List<String> source = readLines(file);
                for (int i = 0; i + removed.size() <= source.size(); i++) {
                  if (matches(source, i)) {
                    found.add(file);
                  }
                }
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (found.size() != 1) {
      throw new IllegalStateException(
          this + ": these lines are to be found once, not in " + found + ": " + removed);
    }
    return new Changed(found.get(0), changed(readLines(found.get(0))));
  }

  private String changed(List<String> source) {
    int at = 0;
    while (!matches(source, at)) {
      at++;
    }
    List<String> lines = new ArrayList<>(source.subList(0, at));
    lines.addAll(added);
    lines.addAll(source.subList(at + removed.size(), source.size()));
    return String.join("\n", lines);
  }

  private boolean matches(List<String> source, int from) {
    for (int i = 0; i < removed.size(); i++) {
      if (!source.get(from + i).strip().equals(removed.get(i))) {
        return false;
      }
    }
    return !removed.isEmpty();
  }

  @Override
  public String toString() {
    return id + ", " + story;
  }
}
