// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every script below {@code src/test/resources/scripts}. {@code -Dscripts.rewrite=true} writes what
 * they show into them instead of comparing.
 */
class ScriptsTest {
  private static final int AT_LEAST = 45;

  @TestFactory
  Stream<DynamicTest> scripts() {
    ScriptRunner runner =
        ScriptRunner.of(Boolean.getBoolean(ScriptRunner.REWRITE), System.getenv());
    return ScriptRunner.scripts().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    ScriptRunner.SCRIPTS.relativize(file).toString(), () -> runner.run(file)));
  }

  /** A wrong path would make every script pass by not being there. */
  @Test
  void theyAreAllThere() {
    assertThat(ScriptRunner.scripts()).hasSizeGreaterThanOrEqualTo(AT_LEAST);
  }
}
