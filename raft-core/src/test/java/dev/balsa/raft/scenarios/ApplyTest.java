// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the state machine is given, and when. */
class ApplyTest {
  @Test
  @Tag("R-60")
  void aFollowersStateMachineSeesNothingBeyondTheCommit() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 1, 1, 1, 1));
    assertThat(node.status().durableIndex()).isEqualTo(3);
    assertThat(node.machineIndex()).isEqualTo(1);
    node.receive(node.peer(2).beats(1, id(1, 2)));
    assertThat(node.machineIndex()).isEqualTo(2);
  }

  @Test
  @Tag("R-60")
  void aLeadersStateMachineSeesNothingThatOnlyItsOwnDiskHolds() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.propose("a", "b");
    assertThat(leader.status().durableIndex()).isEqualTo(3);
    assertThat(leader.machineIndex()).isZero();
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commands()).containsExactly("a");
  }
}
