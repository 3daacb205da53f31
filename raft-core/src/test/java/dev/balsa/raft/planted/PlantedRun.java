// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Plants one change and runs the tests of its scenario against it, in a JVM of their own: the
 * changed class stands before the real one on the class path, and the sources stay as they are.
 */
public final class PlantedRun {
  private static final long SECONDS_AT_MOST = 120;

  private final Path workDirectory;

  /** Keeps the changed classes below {@code workDirectory}. */
  public PlantedRun(Path workDirectory) {
    this.workDirectory = workDirectory;
  }

  /** What became of a change. */
  public enum Outcome {
    /** A test failed, as it should. */
    CAUGHT,
    /** The tests did not end. */
    HUNG,
    /** The tests passed: nothing guards the rule. */
    MISSED,
    /** The change does not compile, or no test carries the tag. */
    BROKEN
  }

  /** Runs the tests in {@code classes} that carry the change's id. */
  public Outcome run(PlantedChange change, Collection<String> classes)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory(workDirectory, change.id());
    if (!compile(change, directory)) {
      return Outcome.BROKEN;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(
        directory.resolve("classes") + File.pathSeparator + System.getProperty("java.class.path"));
    command.add(TaggedRun.class.getName());
    command.add(change.id());
    command.addAll(classes);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output.txt").toFile())
            .start();
    if (!process.waitFor(SECONDS_AT_MOST, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return Outcome.HUNG;
    }
    return switch (process.exitValue()) {
      case 0 -> Outcome.MISSED;
      case 1 -> Outcome.CAUGHT;
      default -> Outcome.BROKEN;
    };
  }

  public static boolean compile(PlantedChange change, Path directory) throws IOException {
    PlantedChange.Changed changed = change.applyTo(ScenarioTags.root());
    Path source =
        Files.writeString(directory.resolve(changed.file().getFileName()), changed.source());
    Path classes = Files.createDirectory(directory.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    return compiler.run(
            null,
            null,
            null,
            "-nowarn",
            "-proc:none",
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            classes.toString(),
            source.toString())
        == 0;
  }
}
