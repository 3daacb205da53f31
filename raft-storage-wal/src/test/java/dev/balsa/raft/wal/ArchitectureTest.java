// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What lets the log run in a simulation: one door to files, no clock, no thread, no chance. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.balsa.raft.wal");

  private static final String REAL = ".*\\.RealFileSystem(\\$.*)?";
  private static final String SURROUNDINGS = ".*\\.Surroundings";

  @Test
  void onlyTheRealFileSystemTouchesFiles() {
    noClasses()
        .that()
        .haveNameNotMatching(REAL)
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.nio\\.file\\.Files|java\\.nio\\.channels\\.(File|Async|Seekable).*"
                + "|java\\.io\\.(File|RandomAccessFile|FileInputStream|FileOutputStream|FileReader"
                + "|FileWriter)")
        .check(CLASSES);
  }

  @Test
  void nobodyReadsAClock() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.time..")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(CLASSES);
  }

  @Test
  void threadsAndChanceComeFromOutside() {
    noClasses()
        .that()
        .haveNameNotMatching(SURROUNDINGS)
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.util\\.concurrent\\.(Executors|ThreadPoolExecutor|ForkJoinPool"
                + "|CompletableFuture|ThreadLocalRandom)"
                + "|java\\.util\\.(Random|UUID|SplittableRandom|Timer)"
                + "|java\\.security\\.SecureRandom")
        .orShould()
        .callConstructor(Thread.class, Runnable.class)
        .orShould()
        .callMethod(Math.class, "random")
        .check(CLASSES);
  }

  @Test
  void nothingDependsOnTheOrderOfAHash() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.util\\.(HashMap|HashSet)")
        .orShould()
        .callMethod(System.class, "identityHashCode", Object.class)
        .check(CLASSES);
  }

  @Test
  void theLogKnowsItsSimulatedTwinNot() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.balsa.raft.wal.sim")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.balsa.raft.wal.sim")
        .check(CLASSES);
  }
}
