// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.spi.Introduction;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SurveyTest {
  private static final String OWN = "own:1";
  private static final Introduction OLD = cluster(Map.of(1L, "a:1", 2L, "b:1", 3L, OWN));
  private static final Introduction NEW = cluster(Map.of(1L, "a:1", 2L, "b:1", 4L, OWN));

  private final Map<String, Introduction> answers = new TreeMap<>();

  private static Introduction cluster(Map<Long, String> addresses) {
    return new Introduction(0xc1, addresses);
  }

  private Survey.Findings ask(String... addresses) {
    return new Survey(
            OWN,
            address -> {
              assertThat(address).isNotEqualTo(OWN);
              Introduction answer = answers.get(address);
              if (answer == null) {
                throw new IOException("nobody at " + address);
              }
              return answer;
            })
        .ask(List.of(addresses));
  }

  @Test
  void whatAllSayIsSo() {
    answers.put("a:1", NEW);
    answers.put("b:1", NEW);
    Survey.Findings findings = ask("a:1", OWN);
    assertThat(findings.agreed()).isEqualTo(NEW);
    assertThat(findings.idAt(OWN)).isEqualTo(4);
    assertThat(findings.idAt("elsewhere:1")).isZero();
    assertThat(findings.asked()).as("b as well, which a names").isEqualTo(2);
  }

  /** A member that lags behind names one that has been replaced. */
  @Test
  void oneThatLagsBehindDecidesNothing() {
    answers.put("a:1", OLD);
    assertThat(ask("a:1").agreed()).isNull();
    answers.put("b:1", NEW);
    assertThat(ask("a:1", "b:1").agreed()).as("one against one").isNull();
    assertThat(ask("a:1", "b:1").answered()).isEqualTo(2);
  }

  @Test
  void mostOfThoseWhomAnAnswerNamesAreEnough() {
    Introduction four = cluster(Map.of(1L, "a:1", 2L, "b:1", 3L, "c:1", 4L, OWN));
    answers.put("a:1", four);
    answers.put("b:1", four);
    answers.put("c:1", cluster(Map.of(1L, "a:1", 2L, "b:1", 3L, "c:1")));
    assertThat(ask("c:1").agreed()).isEqualTo(four);
    answers.put("b:1", answers.get("c:1"));
    assertThat(ask("c:1").agreed()).isEqualTo(answers.get("c:1"));
  }

  @Test
  void nobodyIsNoAgreement() {
    assertThat(ask().agreed()).isNull();
    assertThat(ask("a:1").idAt(OWN)).isZero();
  }
}
