// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.balsa.raft.planted.PlantedChange;
import dev.balsa.raft.planted.PlantedRun;
import dev.balsa.raft.planted.ScenarioTags;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cores broken on purpose, each in one rule: the explorer must find each of them out, and the
 * unbroken core must stand the same. The broken ones are compiled for the test and loaded by class
 * loaders of their own; nothing of them is in the product.
 */
class BrokenCoresTest {
  private static final List<PlantedChange> CHANGES =
      PlantedChange.readAll(
          ScenarioTags.root().resolve("raft-core/src/test/resources/explorer/broken-cores.txt"));

  @TempDir Path directory;

  @Test
  void eachBrokenCoreHasAnExpedition() {
    assertThat(Expedition.all().stream().map(Expedition::core))
        .containsExactlyInAnyOrderElementsOf(CHANGES.stream().map(PlantedChange::id).toList())
        .hasSizeGreaterThanOrEqualTo(10);
  }

  @TestFactory
  Stream<DynamicTest> eachBrokenCoreIsFound() {
    return Expedition.all().stream()
        .map(expedition -> dynamicTest(expedition.core(), () -> assertFound(expedition)));
  }

  private void assertFound(Expedition expedition) throws Exception {
    PlantedChange change =
        CHANGES.stream()
            .filter(candidate -> candidate.id().equals(expedition.core()))
            .findFirst()
            .orElseThrow();
    Path classes = Files.createTempDirectory(directory, change.id());
    assertThat(PlantedRun.compile(change, classes)).as("compiles").isTrue();
    String[] found = exploreWith(classes.resolve("classes"), expedition.core());
    assertThat(found[0]).as(found[2]).startsWith(expedition.property());
    assertThat(found[1]).as("the same story again").isEqualTo(found[0]);
    if (Boolean.getBoolean("explorer.stories")) {
      System.out.println(change + "\n" + found[2]);
    }
  }

  /** With the real core nothing is found where the broken ones are found out. */
  @Test
  void theRealCoreIsNotFound() {
    for (Expedition expedition : Expedition.all()) {
      assertThat(
              Explorer.explore(expedition.bounds(), expedition.prologue(), 5_000, progress -> {})
                  .violation())
          .as(expedition.core())
          .isNull();
    }
  }

  private static String[] exploreWith(Path classes, String core) throws Exception {
    List<URL> path = new ArrayList<>();
    path.add(classes.toUri().toURL());
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      path.add(Path.of(element).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      return (String[])
          loader
              .loadClass(Expedition.class.getName())
              .getMethod("explore", String.class)
              .invoke(null, core);
    } catch (InvocationTargetException e) {
      throw new AssertionError(core, e.getCause());
    }
  }
}
