// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.explorer.Bounds.Event;
import dev.balsa.raft.model.MembershipChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small worlds of the real core. docs/testing.md says how to explore larger ones. */
class ExplorerTest {
  static List<Bounds> smallWorlds() {
    return List.of(
        Bounds.of(2, 2).with(Event.PROPOSAL, 1).with(Event.CRASH, 1),
        Bounds.of(2, 2).with(Event.HEARTBEAT, 1).with(Event.READ, 1),
        Bounds.of(2, 1).with(Event.PROPOSAL, 1).with(Event.DUPLICATION, 1).withLateApplies(),
        Bounds.of(3, 1).with(Event.CRASH, 1),
        Bounds.of(2, 2).withChanges(MembershipChange.none().remove(2)).with(Event.CRASH, 1),
        Bounds.of(3, 1).with(Event.COMPACTION, 1),
        Bounds.of(2, 1).with(Event.PROPOSAL, 1).with(Event.COMPACTION, 1).with(Event.CRASH, 1),
        Bounds.of(2, 1)
            .with(Event.PROPOSAL, 1)
            .with(Event.COMPACTION, 1)
            .with(Event.REPAIR, 1)
            .with(Event.HEARTBEAT, 1),
        Bounds.of(2, 2).with(Event.PROPOSAL, 1).with(Event.TRANSFER, 1),
        Bounds.of(2, 1).with(Event.PROPOSAL, 1).with(Event.READ, 1).withForwarding(),
        Bounds.of(2, 1).with(Event.PROPOSAL, 2).with(Event.LIMIT, 2).withOneEntryPerAppend(),
        Bounds.of(2, 1).with(Event.TRANSFER, 1).with(Event.HEARTBEAT, 2).withTime());
  }

  /** To the last state: the frontier is empty at the end. */
  @ParameterizedTest
  @MethodSource("smallWorlds")
  void nothingIsBrokenAnywhereInASmallWorld(Bounds bounds) {
    Explorer.Result result = Explorer.explore(bounds, Long.MAX_VALUE);
    assertThat(result.violation()).as(result.toString()).isNull();
    assertThat(result.frontier()).isZero();
    assertThat(result.states()).isGreaterThan(500);
  }

  /** As far as there is time for in each build: from the beginning, and from a first commit on. */
  @Test
  void nothingIsBrokenInTheFirstStatesOfALargerWorld() {
    for (List<String> prologue : List.of(List.<String>of(), Expedition.elected())) {
      Explorer.Result result =
          Explorer.explore(Explore.standard(), prologue, 200_000, progress -> {});
      assertThat(result.violation()).as(result.toString()).isNull();
      assertThat(result.frontier()).isPositive();
    }
  }

  /** What is beyond a build's time, from where it becomes likely that something goes wrong. */
  static List<Arguments> largerWorlds() {
    Bounds three = Explore.wide(Bounds.of(3, 2));
    return List.of(
        Arguments.of("everything", three, Expedition.elected()),
        Arguments.of(
            "a snapshot, and crashes while it is installed",
            Bounds.of(3, 2).with(Event.COMPACTION, 2).with(Event.CRASH, 2).with(Event.HEARTBEAT, 1),
            Expedition.elected()),
        Arguments.of(
            "elections in time",
            Bounds.of(3, 2).with(Event.HEARTBEAT, 4).with(Event.TRANSFER, 1).withTime(),
            List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("largerWorlds")
  void norInTheFirstStatesOfWiderWorlds(String name, Bounds bounds, List<String> prologue) {
    Explorer.Result result = Explorer.explore(bounds, prologue, 30_000, progress -> {});
    assertThat(result.violation()).as(result.toString()).isNull();
  }

  /**
   * Two members in one state, by whatever ways they came to it, do the same for each input: the
   * explorer relies on it, and {@code encodeState} promises it.
   */
  @Test
  void membersInOneStateBehaveAlike() {
    int[] compared = {0};
    Bounds bounds =
        Bounds.of(3, 2)
            .with(Event.CRASH, 1)
            .with(Event.PROPOSAL, 1)
            .with(Event.HEARTBEAT, 1)
            .with(Event.READ, 1)
            .with(Event.COMPACTION, 1)
            .with(Event.TRANSFER, 1);
    Explorer.exploreTwins(
        bounds,
        110_000,
        (catalogue, known, twin) -> {
          // More of the later ones than of the first, which differ little.
          if (catalogue.steps() % 3 == 0) {
            compared[0] += compare(bounds, catalogue, known, twin);
          }
        });
    assertThat(compared[0]).isGreaterThan(10_000);
  }

  private static int compare(Bounds bounds, Catalogue catalogue, Member known, Member twin) {
    List<Integer> inputs = new ArrayList<>();
    if (!known.writes().isEmpty()) {
      inputs.add(Input.PERSIST.code(0));
    }
    inputs.add(Input.CAMPAIGN.code(0));
    inputs.add(Input.PROPOSE.code(3));
    inputs.add(Input.CRASH.code(known.writes().size()));
    if (known.facts().leads()) {
      inputs.add(Input.TICK.code(0));
    }
    long id = known.node().status().self().id();
    for (int i = Math.max(0, catalogue.messages() - 12); i < catalogue.messages(); i++) {
      if (catalogue.message(i).to() == id) {
        inputs.add(Input.RECEIVE.code(i));
      }
    }
    for (int input : inputs) {
      Turn.Outcome one = catalogue.carryOut(bounds, known, input);
      Turn.Outcome other = catalogue.carryOut(bounds, twin.numbered(-1), input);
      assertThat(other.sent()).isEqualTo(one.sent());
      assertThat(other.reads()).isEqualTo(one.reads());
      assertThat(other.after().fingerprint(false)).isEqualTo(one.after().fingerprint(false));
    }
    return inputs.size();
  }

  @Test
  void theSameWorldIsExploredInTheSameOrder() {
    Bounds bounds = Bounds.of(3, 2).with(Event.CRASH, 1);
    assertThat(Explorer.explore(bounds, 30_000)).isEqualTo(Explorer.explore(bounds, 30_000));
  }

  @Test
  void aStoryThatCannotHappenIsRefused() {
    Bounds bounds = Bounds.of(2, 1);
    assertThatThrownBy(() -> Explorer.replay(bounds, List.of("1 campaigns", "2 persists")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 persists")
        .hasMessageContaining("1 persists");
  }

  @Test
  void aQueueGivesBackWhatItTook() {
    IntQueue queue = new IntQueue();
    int[] run = new int[500];
    for (int i = 0; i < 3_000; i++) {
      Arrays.fill(run, i);
      queue.add(run, i % 500);
    }
    for (int i = 0; i < 3_000; i++) {
      assertThat(queue.poll(run)).isEqualTo(i % 500);
      assertThat(i % 500 == 0 || run[i % 500 - 1] == i).isTrue();
    }
    assertThat(queue.size()).isZero();
  }
}
