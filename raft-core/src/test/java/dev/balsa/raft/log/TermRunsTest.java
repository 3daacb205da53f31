// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.EntryId;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Runs of terms against a list with the term of every index. */
class TermRunsTest {
  @Property(tries = 300)
  void agreesWithAPlainList(@ForAll @Size(max = 150) List<@IntRange(max = 999) Integer> script) {
    TermRuns runs = new TermRuns(List.of());
    List<Long> terms = new ArrayList<>();
    int first = 1;
    long term = 1;
    for (int step : script) {
      int argument = step / 10;
      switch (step % 10) {
        case 0, 1, 2, 3, 4 -> {
          runs.onAppended(new EntryId(term, first + terms.size()));
          terms.add(term);
        }
        case 5, 6, 7 -> term += 1 + argument % 3;
        case 8 -> {
          int kept = argument % (terms.size() + 1);
          runs.truncateFrom(first + kept);
          terms.subList(kept, terms.size()).clear();
        }
        default -> {
          int gone = argument % (terms.size() + 1);
          runs.compactTo(first + gone, first + terms.size() - 1);
          terms.subList(0, gone).clear();
          first += gone;
        }
      }
      for (int i = 0; i < terms.size(); i++) {
        assertThat(runs.termOf(first + i)).isEqualTo(terms.get(i));
        long run = runs.firstOfRun(first + i);
        assertThat(run <= first || !terms.get((int) run - first - 1).equals(terms.get(i)))
            .as("run of %d starts at %d", first + i, run)
            .isTrue();
      }
    }
  }

  @Test
  void makesUpNoTermForWhatIsBelowItsFirstRun() {
    TermRuns runs = new TermRuns(List.of(new EntryId(3, 5)));
    assertThat(runs.termOf(5)).isEqualTo(3);
    assertThatThrownBy(() -> runs.termOf(4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no term known at 4");
  }

  @Test
  void refusesAFallingTerm() {
    TermRuns runs = new TermRuns(List.of(new EntryId(3, 1)));
    assertThatThrownBy(() -> runs.onAppended(new EntryId(2, 2)))
        .isInstanceOf(IllegalStateException.class);
  }
}
