// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Nothing in the simulated world may differ from one JVM to the next. */
class DeterminismTest {
  private static final Set<String> CALLS =
      Set.of("nanoTime", "currentTimeMillis", "identityHashCode", "random", "randomUUID");

  private final JavaClasses simulator =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.balsa.raft.simulator");

  @Test
  void noChanceButTheSeed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(
            Random.class,
            SplittableRandom.class,
            ThreadLocalRandom.class,
            HashMap.class,
            HashSet.class,
            Thread.class)
        .check(simulator);
  }

  @Test
  void noClockButTheVirtualOne() {
    noClasses()
        .should()
        .callMethodWhere(
            new DescribedPredicate<JavaCall<?>>("it tells the time or an identity") {
              @Override
              public boolean test(JavaCall<?> call) {
                return CALLS.contains(call.getTarget().getName());
              }
            })
        .check(simulator);
  }
}
