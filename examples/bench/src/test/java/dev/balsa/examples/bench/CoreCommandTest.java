// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code bench core} prints, from runs too small to say anything about speed. */
class CoreCommandTest {
  private static final Pattern CORE =
      Pattern.compile(
          "\\{\"bench\":\"core\",\"mode\":\"(\\w+)\",\"size\":(\\d+),\"entries_s\":(\\d+),"
              + "\"alloc_bytes_per_entry\":(\\d+\\.\\d),\"msgs_per_entry\":(\\d+\\.\\d+)}");

  private static final Pattern IDLE =
      Pattern.compile(
          "\\{\"bench\":\"idle\",\"nodes\":(\\d+),\"follower_tick_ns\":(\\d+\\.\\d),"
              + "\"leader_tick_ns\":(\\d+\\.\\d),\"heap_bytes_per_node\":(\\d+)}");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Bench.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  private static Matcher matched(Pattern shape, String line) {
    Matcher matcher = shape.matcher(line);
    assertThat(matcher.matches()).as(line).isTrue();
    return matcher;
  }

  @Test
  void anObjectALineForEachModeAndSizeAndOneForMembersAtRest() {
    assertThat(run("core", "--entries=640", "--rounds=1", "--nodes=50", "--json")).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(7);
    for (int i = 0; i < 6; i++) {
      Matcher core = matched(CORE, lines.get(i));
      assertThat(core.group(1)).isEqualTo(List.of("single", "separate64", "batch64").get(i % 3));
      assertThat(core.group(2)).isEqualTo(i < 3 ? "16" : "256");
      assertThat(Long.parseLong(core.group(3))).isPositive();
    }
    Matcher idle = matched(IDLE, lines.get(6));
    assertThat(idle.group(1)).isEqualTo("50");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aBatchCostsFewMessages() {
    assertThat(
            run("core", "--entries=640", "--rounds=1", "--payload-bytes=16", "--nodes=0", "--json"))
        .isZero();
    List<Double> messages =
        out.toString()
            .lines()
            .map(line -> matched(CORE, line).group(5))
            .map(Double::valueOf)
            .toList();
    // An append, its acknowledgement and a word of the commit, for each of two followers; whether
    // that is for one entry or for 64.
    assertThat(messages).containsExactly(6.0, 0.0938, 0.0938);
  }

  @Test
  void aTableForPeople() {
    assertThat(run("core", "--entries=64", "--rounds=1", "--payload-bytes=16", "--nodes=10"))
        .isZero();
    assertThat(out.toString().lines())
        .hasSize(5)
        .first()
        .asString()
        .startsWith("mode ")
        .contains("entries/s", "msgs/entry");
    assertThat(out.toString()).contains("10 members at rest");
  }

  @Test
  void impossibleNumbersAreRefused() {
    for (String option : new String[] {"--entries=63", "--rounds=0", "--nodes=-1"}) {
      assertThat(run("core", option)).as(option).isEqualTo(2);
      assertThat(err.toString()).contains(option.substring(0, option.indexOf('=')));
    }
    assertThat(out.toString()).isEmpty();
  }
}
