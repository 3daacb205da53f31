// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs scripts, and compares or rewrites what they expect. */
final class ScriptRunner {
  static final Path SCRIPTS = Path.of("src", "test", "resources", "scripts");
  static final String REWRITE = "scripts.rewrite";

  private static final String HELP =
      """
      The trace has changed. If that is meant, let it be written anew and read the diff as a change in behaviour:
        mvn -pl raft-core test -Dtest=ScriptsTest -Dscripts.rewrite=true
        git diff raft-core/src/test/resources/scripts
      """;

  private final boolean rewrites;

  private ScriptRunner(boolean rewrites) {
    this.rewrites = rewrites;
  }

  /**
   * A runner as asked for on the command line.
   *
   * @throws IllegalStateException if expectations were to be rewritten where nobody would read them
   */
  static ScriptRunner of(boolean rewrites, Map<String, String> environment) {
    if (rewrites && environment.containsKey("CI")) {
      throw new IllegalStateException(
          REWRITE + " with CI set: an expectation that nobody has read expects nothing");
    }
    return new ScriptRunner(rewrites);
  }

  /** Every script, in order of its path. */
  static List<Path> scripts() {
    try (Stream<Path> files = Files.walk(SCRIPTS)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs this script. */
  void run(Path file) {
    try {
      String name = SCRIPTS.relativize(file).toString();
      List<String> lines = Files.readAllLines(file);
      List<String> now = check(name, lines);
      if (!now.equals(lines)) {
        Files.writeString(file, String.join("\n", now) + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the script; returns its text as it should be, or fails if that is not what it is. */
  List<String> check(String name, List<String> lines) {
    Script script = Script.parse(name, lines);
    World world = new World();
    List<List<String>> outputs = new ArrayList<>();
    for (Script.Block block : script.blocks()) {
      outputs.add(world.run(block.commands()));
    }
    List<String> now = script.withOutput(outputs);
    if (!rewrites && !now.equals(lines)) {
      throw new AssertionError(name + "\n" + LineDiff.of(lines, now) + HELP);
    }
    return now;
  }
}
