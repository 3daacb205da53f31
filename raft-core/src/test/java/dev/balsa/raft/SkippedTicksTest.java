// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Ticks at which nothing is due may be made up for later, and nobody can tell. */
class SkippedTicksTest {
  private static final int MEMBERS = 3;

  /** One member twice: one lives through every tick, its twin only through those that matter. */
  private static final class Twins {
    private final RawNode patient;
    private final RawNode skipping;
    private final Deque<Ready> writes = new ArrayDeque<>();
    private int skipped;
    private long skips;

    Twins(RaftConfig config) {
      SnapshotMetadata start = SnapshotMetadata.bootstrap(TestNode.voters(TestNode.ids(MEMBERS)));
      patient = new RawNode(config, RecoveredLog.fresh(start), 0);
      skipping = new RawNode(config, RecoveredLog.fresh(start), 0);
    }

    void tick(List<Message> wire) {
      int due = skipping.ticksUntilDue();
      patient.tick(0);
      skipped++;
      if (skipped == due) {
        catchUp();
        compare(wire);
      } else {
        assertThat(patient.hasReady()).as("something happened before it was due").isFalse();
        skips++;
      }
    }

    private void catchUp() {
      if (skipped > 0) {
        skipping.tick(0, skipped);
        skipped = 0;
      }
    }

    void input(Consumer<RawNode> input, List<Message> wire) {
      catchUp();
      input.accept(patient);
      input.accept(skipping);
      compare(wire);
    }

    void completeWrites(int count, List<Message> wire) {
      Ready last = null;
      for (int i = 0; i < count && !writes.isEmpty(); i++) {
        last = writes.poll();
        wire.addAll(last.messagesAfterPersist());
      }
      if (last != null) {
        long number = last.number();
        input(node -> node.onPersisted(number), wire);
      }
    }

    private void compare(List<Message> wire) {
      while (patient.hasReady()) {
        Ready ready = patient.ready();
        assertThat(skipping.ready()).isEqualTo(ready);
        wire.addAll(ready.messages());
        writes.add(ready);
        if (!ready.committed().isEmpty()) {
          long last = ready.committed().get(ready.committed().size() - 1).index();
          patient.onApplied(last);
          skipping.onApplied(last);
        }
      }
      assertThat(skipping.hasReady()).isFalse();
      assertThat(skipping.status()).isEqualTo(patient.status());
      assertThat(skipping.ticksUntilDue()).isEqualTo(patient.ticksUntilDue()).isPositive();
    }
  }

  @Property(tries = 400)
  void skippingTicksChangesNothing(@ForAll long seed) {
    Dice dice = new Dice(seed);
    int heartbeat = 1 + dice.below(4);
    int stall = dice.pick(List.of(0, 5, 20));
    boolean checkQuorum = dice.chance(70);
    Map<Long, Twins> members = new TreeMap<>();
    for (long id : TestNode.ids(MEMBERS)) {
      RaftConfig.Builder config = RaftConfig.builder(TestNode.memberId(id)).seed(seed);
      config.electionTicks(10).heartbeatTicks(heartbeat).diskStallTicks(stall);
      members.put(id, new Twins(config.checkQuorum(checkQuorum).build()));
    }
    List<Message> wire = new ArrayList<>();
    members.values().forEach(twins -> twins.compare(wire));
    for (int event = 0; event < 600; event++) {
      event(dice, event, members.get(1L + dice.below(MEMBERS)), members, wire);
    }
    assertThat(members.values().stream().mapToLong(twins -> twins.skips).sum())
        .as("ticks skipped")
        .isGreaterThan(50);
  }

  private static void event(
      Dice dice, int event, Twins twins, Map<Long, Twins> members, List<Message> wire) {
    int what = dice.below(100);
    if (what < 35) {
      for (int ticks = 1 + dice.below(4); ticks > 0; ticks--) {
        twins.tick(wire);
      }
    } else if (what < 75) {
      if (!wire.isEmpty()) {
        Message message = wire.remove(dice.chance(80) ? 0 : dice.below(wire.size()));
        if (dice.chance(95)) {
          members.get(message.to()).input(node -> node.step(message), wire);
        }
      }
    } else if (what < 90) {
      twins.completeWrites(1 + dice.below(4), wire);
    } else if (what < 93) {
      twins.input(node -> node.propose(List.of(new byte[] {(byte) event})), wire);
    } else if (what < 97) {
      twins.input(node -> node.readIndex(new RequestId(1, event + 1)), wire);
    } else if (what < 98) {
      long target = dice.below(MEMBERS + 1);
      twins.input(node -> node.transferLeadership(target), wire);
    } else if (what < 99) {
      twins.input(RawNode::campaign, wire);
    } else {
      long peer = 1 + dice.below(MEMBERS);
      twins.input(node -> node.unreachable(peer), wire);
    }
  }

  @Test
  void manyTicksAtOnceAreAsManyOneAfterAnother() {
    RaftConfig config = RaftConfig.builder(TestNode.memberId(1)).seed(7).build();
    Twins twins = new Twins(config);
    twins.compare(new ArrayList<>());
    for (int i = 0; i < 57; i++) {
      twins.patient.tick(0);
    }
    twins.skipping.tick(0, 57);
    twins.compare(new ArrayList<>());
    assertThat(twins.patient.status().hardState().term()).isZero();
  }

  @Test
  void timeDoesNotStandStillOrGoBack() {
    RaftConfig config = RaftConfig.builder(TestNode.memberId(1)).build();
    RawNode node = new Twins(config).patient;
    assertThatThrownBy(() -> node.tick(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> node.tick(0, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
