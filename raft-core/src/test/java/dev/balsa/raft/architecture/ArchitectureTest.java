// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The house as docs/ARCHITECTURE.md draws it: arrows one way, and a core without side effects. */
@AnalyzeClasses(packages = "dev.balsa.raft", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.balsa.raft";
  private static final String[] PURE = {
    ROOT,
    ROOT + ".model..",
    ROOT + ".message..",
    ROOT + ".quorum..",
    ROOT + ".state..",
    ROOT + ".tracker..",
    ROOT + ".membership..",
    ROOT + ".log..",
    ROOT + ".engine..",
    ROOT + ".trace.."
  };

  // ---------------------------------------------------------------- purity

  @ArchTest
  static final ArchRule theCoreUsesNoThreadClockIoOrLogging =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.util.concurrent..",
              "java.io..",
              "java.net..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.time..",
              "java.lang.ref..",
              "java.security..",
              "java.util.logging..",
              "java.lang.System.Logger",
              "org.slf4j..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.ThreadLocal");

  @ArchTest
  static final ArchRule theCoreHasNoChanceButItsSeededGenerator =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.util.random..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("java\\.util\\.(.*Random|UUID)")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule theCoreReadsNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .accessTargetWhere(
              accessOf("java.lang.System", "nanoTime|currentTimeMillis|identityHashCode|out|err"));

  @ArchTest
  static final ArchRule theCoreUsesNoCollectionWhoseOrderDiffersFromRunToRun =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.util\\.((Linked|Identity|Weak)?HashMap|(Linked)?HashSet|Hashtable)")
          .orShould()
          .accessTargetWhere(accessOf("java.util.(Set|Map)", "of|ofEntries|copyOf"))
          .orShould()
          .accessTargetWhere(
              accessOf("java.util.stream.Collectors", "to.*Set|to.*Map|grouping.*|partitioning.*"))
          .orShould()
          .accessTargetWhere(accessOf("java.util.*", "parallel.*"));

  @ArchTest
  static final ArchRule theCoreHasNoStaticStateThatChanges =
      fields()
          .that()
          .areDeclaredInClassesThat()
          .resideInAnyPackage(PURE)
          .and()
          .areStatic()
          .should()
          .beFinal()
          .andShould()
          .notHaveRawType(JavaClass.Predicates.assignableTo(Collection.class))
          .andShould()
          .notHaveRawType(JavaClass.Predicates.assignableTo(Map.class));

  // ---------------------------------------------------------------- layers

  private static ArchRule mayUseOnly(String from, String... lower) {
    String[] allowed = new String[lower.length + 3];
    allowed[0] = packageOf(from);
    allowed[1] = "java..";
    allowed[2] = "org.jspecify..";
    for (int i = 0; i < lower.length; i++) {
      allowed[i + 3] = packageOf(lower[i]);
    }
    return classes()
        .that()
        .resideInAPackage(packageOf(from))
        .should()
        .onlyDependOnClassesThat(
            JavaClass.Predicates.resideInAnyPackage(allowed)
                .or(
                    DescribedPredicate.describe(
                        "primitives", used -> used.getPackageName().isEmpty())));
  }

  /** The empty name is the root itself, without what is below it. */
  private static String packageOf(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name + "..";
  }

  /** But for Ready, the core's one output, which holds messages. */
  @ArchTest static final ArchRule model = mayUseOnly("model", "message");

  @ArchTest
  static final ArchRule onlyReadyHoldsMessages =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".model..")
          .and()
          .doNotHaveSimpleName("Ready")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".message..");

  @ArchTest static final ArchRule message = mayUseOnly("message", "model");
  @ArchTest static final ArchRule quorum = mayUseOnly("quorum", "message", "model");

  @ArchTest static final ArchRule state = mayUseOnly("state", "message", "model");

  @ArchTest static final ArchRule trace = mayUseOnly("trace", "message", "model");

  @ArchTest
  static final ArchRule tracker = mayUseOnly("tracker", "quorum", "state", "message", "model");

  @ArchTest
  static final ArchRule membership =
      mayUseOnly("membership", "quorum", "state", "message", "model");

  @ArchTest static final ArchRule log = mayUseOnly("log", "quorum", "state", "message", "model");

  @ArchTest
  static final ArchRule engine =
      mayUseOnly(
          "engine", "log", "tracker", "membership", "quorum", "state", "trace", "message", "model");

  @ArchTest
  static final ArchRule root =
      mayUseOnly(
          "",
          "engine",
          "log",
          "tracker",
          "membership",
          "quorum",
          "state",
          "trace",
          "message",
          "model");

  @ArchTest static final ArchRule spi = mayUseOnly("spi", "", "message", "model");

  @ArchTest
  static final ArchRule theHostUsesTheCoreByItsDoor =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".node..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ROOT + ".engine..",
              ROOT + ".log..",
              ROOT + ".tracker..",
              ROOT + ".membership..",
              ROOT + ".quorum..");

  // ---------------------------------------------------------------- threads

  @ArchTest
  static final ArchRule onlyOnePackageMakesThreadsAndReadsTheClock =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".node.threads..")
          .should()
          .accessTargetWhere(accessOf("java.lang.System", "nanoTime|currentTimeMillis"))
          .orShould()
          .accessTargetWhere(accessOf("java.lang.Thread", "<init>|start|sleep|of.*"))
          .orShould()
          .accessTargetWhere(accessOf("java.util.concurrent.Executors", ".*"))
          .orShould()
          .accessTargetWhere(accessOf("java.util.concurrent.locks.LockSupport", "park.*"))
          .orShould()
          .accessTargetWhere(
              accessOf("java.time.(Instant|LocalDateTime|ZonedDateTime|Clock)", "now|system.*"));

  /** On two cores the default executor starts a thread for each task. */
  @ArchTest
  static final ArchRule nothingUsesTheDefaultExecutorOfFutures =
      noClasses()
          .should()
          .accessTargetWhere(
              DescribedPredicate.describe(
                  "a future's method without an executor",
                  access ->
                      access.getTargetOwner().isAssignableTo(CompletionStage.class)
                          && (access.getName().matches("orTimeout|completeOnTimeout")
                              || (access.getName().endsWith("Async")
                                  && !takesAnExecutor(access)))));

  private static boolean takesAnExecutor(JavaAccess<?> access) {
    return access instanceof JavaMethodCall call
        && call.getTarget().getRawParameterTypes().stream()
            .anyMatch(type -> type.isEquivalentTo(Executor.class));
  }

  // ---------------------------------------------------------------- names

  @ArchTest
  static final ArchRule noPublicMethodIsAGetter =
      noMethods().that().arePublic().should().haveNameMatching("get[A-Z].*");

  private static DescribedPredicate<JavaAccess<?>> accessOf(String owner, String member) {
    return DescribedPredicate.describe(
        owner + "." + member,
        access ->
            access.getTargetOwner().getFullName().matches(owner)
                && access.getName().matches(member));
  }
}
