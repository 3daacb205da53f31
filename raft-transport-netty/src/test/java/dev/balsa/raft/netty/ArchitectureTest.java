// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.balsa.raft.netty");

  /** Netty and Protobuf are this module's own affair: a user meets neither. */
  @Test
  void whatIsPublicNamesNoTypeOfALibrary() {
    List<JavaClass> api =
        CLASSES.stream()
            .filter(type -> type.getPackageName().equals("dev.balsa.raft.netty"))
            .filter(ArchitectureTest::isVisible)
            .toList();
    assertThat(api)
        .extracting(JavaClass::getSimpleName)
        .contains("NettyTransport", "ProtobufMessageCodec", "TransportOptions", "TransportMetrics");
    for (JavaClass type : api) {
      Stream.concat(type.getMethods().stream(), type.getConstructors().stream())
          .filter(ArchitectureTest::isVisible)
          .flatMap(ArchitectureTest::types)
          .forEach(
              name ->
                  assertThat(name)
                      .as("a type in the public face of %s", type.getName())
                      .doesNotContain(".proto.")
                      .doesNotStartWith("io.netty.")
                      .doesNotStartWith("com.google."));
    }
  }

  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
  }

  private static boolean isVisible(JavaCodeUnit unit) {
    return unit.getModifiers().contains(PUBLIC)
        || unit.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static Stream<String> types(JavaCodeUnit unit) {
    return Stream.concat(
            Stream.of(unit.getRawReturnType()),
            Stream.concat(unit.getRawParameterTypes().stream(), unit.getExceptionTypes().stream()))
        .map(JavaClass::getName);
  }

  @Test
  void thereIsNoJavaSerialization() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..proto..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(CLASSES);
  }

  @Test
  void nobodyUsesTheDefaultExecutor() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.concurrent.ForkJoinPool")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.concurrent.CompletableFuture")
        .check(CLASSES);
  }
}
