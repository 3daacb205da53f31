// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which test classes carry the tag of which scenario, read from the sources of all modules. */
public final class ScenarioTags {
  private static final Pattern TAG = Pattern.compile("@Tag\\(\"([A-Z]-?\\d+)\"\\)");
  private static final List<String> MODULES =
      List.of("raft-core", "raft-storage-wal", "raft-transport-netty", "maelstrom", "examples");

  private ScenarioTags() {}

  /** The project's root, wherever below it the test runs. */
  public static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("raft-core/pom.xml"))) {
      at = at.getParent();
    }
    return at;
  }

  /** The names of the classes with each tag, sorted. */
  public static Map<String, TreeSet<String>> classesByTag() {
    Map<String, TreeSet<String>> found = new TreeMap<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(root().resolve(module))) {
        files
            .filter(file -> file.toString().contains("src/test/java"))
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> addTags(file, found));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  private static void addTags(Path file, Map<String, TreeSet<String>> found) {
    try {
      Matcher tags = TAG.matcher(Files.readString(file));
      while (tags.find()) {
        found.computeIfAbsent(tags.group(1), tag -> new TreeSet<>()).add(className(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String className(Path file) {
    String path = file.toString().replace('\\', '/');
    String relative = path.substring(path.indexOf("src/test/java/") + "src/test/java/".length());
    return relative.substring(0, relative.length() - ".java".length()).replace('/', '.');
  }
}
