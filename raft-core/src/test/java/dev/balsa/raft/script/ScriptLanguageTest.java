// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The scripts' language: what is compared, what is refused, and how that is told. */
class ScriptLanguageTest {
  private static final String PURPOSE = "# What must be seen: the only voter leads at once.";

  private static final List<String> RIGHT =
      """
      # What must be seen: the only voter leads at once.

      # It is alone.
      cluster 1
      campaign 1
      ----
      1 becomes candidate
      1 writes term 1 vote 1 commit 0
      1 becomes leader
      1 writes entries [1/1:no-op]
      1 applies 1/1:no-op

      status 1
      ----
      1 leader term 1 vote 1 commit 1, leader 1, log [1x1] at 1..1, durable 1, applied 1
      """
          .lines()
          .toList();

  private static List<String> compare(String... lines) {
    return compare(List.of(lines));
  }

  private static List<String> compare(List<String> lines) {
    return ScriptRunner.of(false, Map.of()).check("story.txt", lines);
  }

  private static List<String> with(int line, String text) {
    List<String> changed = new ArrayList<>(RIGHT);
    changed.set(line - 1, text);
    return changed;
  }

  @Test
  void aRightExpectationPasses() {
    assertThat(compare(RIGHT)).isEqualTo(RIGHT);
  }

  @Test
  void aWrongExpectationFailsWithTheLinesThatDiffer() {
    assertThatThrownBy(() -> compare(with(9, "1 becomes follower")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("story.txt\n")
        .hasMessageContaining("   8   1 writes term 1 vote 1 commit 0\n")
        .hasMessageContaining("   9 - 1 becomes follower\n     + 1 becomes leader\n")
        .hasMessageContaining("-Dscripts.rewrite=true")
        .hasMessageContaining("git diff");
  }

  @Test
  void aMissingAndASuperfluousLineOfOutputFail() {
    List<String> less = new ArrayList<>(RIGHT);
    less.remove(8);
    assertThatThrownBy(() -> compare(less)).hasMessageContaining("     + 1 becomes leader\n");
    List<String> more = new ArrayList<>(RIGHT);
    more.add("2 leads as well");
    assertThatThrownBy(() -> compare(more)).hasMessageContaining("  16 - 2 leads as well\n");
  }

  @Test
  void aScriptThatDoesNotSayWhatMustBeSeenFails() {
    assertThatThrownBy(() -> compare(RIGHT.subList(2, RIGHT.size())))
        .isInstanceOf(ScriptError.class)
        .hasMessageContaining("story.txt:1: the first line must say what must be seen");
    assertThatThrownBy(() -> compare(with(1, "# elections")))
        .hasMessageContaining("story.txt:1: the first line must say what must be seen");
    assertThatThrownBy(() -> compare("cluster 1", "----"))
        .hasMessageContaining("story.txt:1: the first line must say what must be seen");
    assertThatThrownBy(() -> compare()).hasMessageContaining("story.txt:1:");
  }

  @Test
  void aMistakeInACommandNamesFileAndLine() {
    assertThatThrownBy(() -> compare(with(5, "campain 1")))
        .isInstanceOf(ScriptError.class)
        .hasMessageContaining("story.txt:5: unknown command campain in 'campain 1'");
    assertThatThrownBy(() -> compare(with(4, "cluster 1 pre-vote=maybe")))
        .hasMessageContaining("story.txt:4: pre-vote is on or off, not maybe");
    assertThatThrownBy(() -> compare(with(4, "cluster 1 prevote=on")))
        .hasMessageContaining("story.txt:4: unknown option prevote");
    assertThatThrownBy(() -> compare(with(5, "campaign one")))
        .hasMessageContaining("story.txt:5: a member cannot be 'one'");
    assertThatThrownBy(() -> compare(with(5, "campaign 7")))
        .hasMessageContaining("story.txt:5: no member 7");
    assertThatThrownBy(() -> compare(with(5, "campaign 1 now")))
        .hasMessageContaining("story.txt:5: unknown argument now");
    assertThatThrownBy(() -> compare(with(5, "deliver AppendEntry")))
        .hasMessageContaining("story.txt:5: neither a route nor a message: AppendEntry");
    assertThatThrownBy(() -> compare(with(4, "campaign 1")))
        .hasMessageContaining("story.txt:4: a script starts with 'cluster'");
    assertThatThrownBy(() -> compare(with(4, "cluster 1 election-ticks=1")))
        .hasMessageContaining("story.txt:4: electionTicks is at least 2 x heartbeatTicks");
  }

  @Test
  void commandsWithoutADividerAreAMistake() {
    assertThatThrownBy(() -> compare(PURPOSE, "", "cluster 1", "", "campaign 1", "----"))
        .hasMessageContaining("story.txt:3: no ---- after these commands");
    assertThatThrownBy(() -> compare(PURPOSE, "")).hasMessageContaining("no commands");
  }

  /** Whatever a script expects, figure 3 holds, or the script fails where it stopped holding. */
  @Test
  void aBrokenPromiseFailsWithFileAndLine() {
    assertThatThrownBy(
            () ->
                compare(
                    PURPOSE,
                    "",
                    "cluster 3 pre-vote=off",
                    "campaign 1",
                    "campaign 2",
                    "----",
                    "",
                    "forge 3->1 RequestVoteResponse term=1 granted",
                    "forge 3->2 RequestVoteResponse term=1 granted",
                    "----"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("story.txt:9: ")
        .hasMessageContaining("second leader");
  }

  @Test
  void rewritingGivesATextThatPassesAndKeepsAllButTheOutput() {
    List<String> blank = RIGHT.stream().filter(line -> !line.startsWith("1 ")).toList();
    List<String> rewritten = ScriptRunner.of(true, Map.of()).check("story.txt", blank);
    assertThat(rewritten).isEqualTo(RIGHT);
    assertThatCode(() -> compare(rewritten)).doesNotThrowAnyException();
  }

  @Test
  void nothingIsRewrittenWhereNobodyWouldReadIt() {
    assertThatThrownBy(() -> ScriptRunner.of(true, Map.of("CI", "true")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("scripts.rewrite with CI set");
    assertThatCode(() -> ScriptRunner.of(false, Map.of("CI", "true"))).doesNotThrowAnyException();
  }
}
