// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.TestNode;
import dev.balsa.raft.testkit.TestNode.SnapshotFile;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An installed snapshot on its way to the state machine, which goes on with what follows it. */
class RestoreTest {
  private final TestNode node = TestNode.member(1, 3).start();
  private final SnapshotMetadata offered =
      new SnapshotMetadata(id(1, 10), node.status().membership());

  private void install() {
    node.receive(node.peer(2).offers(1, offered));
    node.completeSnapshotFetch(new SnapshotFile(offered, List.of("x", "y")));
  }

  /** Whatever is written meanwhile, the state machine needs the snapshot first. */
  @Test
  @Tag("R-69")
  void aWriteThatFollowsTheResetDoesNotMakeItForgotten() {
    node.holdWrites(true);
    install();
    node.receive(node.peer(2).appends(1, id(1, 10), 11, 1));
    assertThat(node.writesUnderWay()).isGreaterThan(1);
    assertThat(node.commands()).isEmpty();
    node.holdWrites(false);
    node.settle();
    assertThat(node.commands()).startsWith("x", "y").hasSize(3);
    assertThat(node.machineIndex()).isEqualTo(11);
  }

  /** What the state machine was busy with before says nothing of the snapshot. */
  @Test
  void nothingIsAppliedBeforeTheSnapshotIsRestored() {
    node.holdApplies(true);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 1, 1));
    assertThat(node.appliesUnderWay()).isEqualTo(1);
    install();
    node.receive(node.peer(2).appends(1, id(1, 10), 11, 1));
    assertThat(node.appliesUnderWay()).as("the entry, the snapshot").isEqualTo(2);
    node.completeApply();
    node.settle();
    assertThat(node.appliesUnderWay()).as("the snapshot").isEqualTo(1);
    node.completeApply();
    node.settle();
    assertThat(node.appliesUnderWay()).as("what follows it").isEqualTo(1);
  }

  /** Entries that were read for the state machine belong to the log that the snapshot replaced. */
  @Test
  @Tag("R-69")
  void whatWasReadBeforeTheResetIsNotAppliedAfterIt() {
    TestNode member = TestNode.member(1, 3).terms(1, 1, 1).start();
    member.holdFetches(true);
    member.receive(member.peer(2).appends(1, id(1, 3), 3));
    assertThat(member.fetchesUnderWay()).isEqualTo(1);
    member.receive(member.peer(2).offers(1, offered));
    member.holdReadies(true);
    member.completeFetch();
    member.completeSnapshotFetch(new SnapshotFile(offered, List.of("x", "y")));
    member.holdReadies(false);
    member.settle();
    assertThat(member.commands()).containsExactly("x", "y");
    assertThat(member.machineIndex()).isEqualTo(10);
    member.receive(member.peer(2).appends(1, id(1, 10), 11, 1));
    assertThat(member.commands()).startsWith("x", "y").hasSize(3);
    assertThat(member.machineIndex()).isEqualTo(11);
  }
}
