// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import dev.balsa.raft.testkit.TestNode.SnapshotFile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A member whose log is whole asks for a snapshot, because its state machine is not. */
class SnapshotRequestTest {
  /** Follows member 2 in term 1, with five entries of which three are committed and applied. */
  private static TestNode follower() {
    TestNode node = TestNode.member(1, 3).terms(1, 1, 1, 1, 1).start();
    node.receive(node.peer(2).beats(1, id(1, 3)));
    node.sent().clear();
    return node;
  }

  private static SnapshotMetadata snapshot(TestNode node, long index) {
    return new SnapshotMetadata(id(1, index), node.status().membership());
  }

  private static SnapshotFile file(TestNode node, long index, String... commands) {
    return new SnapshotFile(snapshot(node, index), List.of(commands));
  }

  private static CoreCluster started() {
    CoreCluster cluster = CoreCluster.of(3).elect(1);
    cluster.tickAll(12);
    for (int i = 0; i < 5; i++) {
      cluster.propose(1, "c" + i);
    }
    cluster.tickAll(2);
    return cluster;
  }

  @Test
  void nobodyToAskIsARefusal() {
    TestNode node = TestNode.member(1, 3).start();
    assertThat(node.requestSnapshot().reason()).isEqualTo(Reason.NO_LEADER);
    node.becomeLeader();
    assertThat(node.requestSnapshot().reason()).isEqualTo(Reason.NO_LEADER);
    assertThat(node.propose("a").isAccepted()).isTrue();
  }

  @Test
  void theLeaderIsAskedWithEachHeartbeatForWhatWasAppliedOrNewer() {
    TestNode node = follower();
    node.receive(node.peer(2).beats(1, id(1, 3)));
    assertThat(node.takeOnly(HeartbeatResponse.class).snapshotFrom()).isZero();
    assertThat(node.requestSnapshot()).isNull();
    assertThat(node.requestSnapshot()).as("asked already").isNull();
    for (int i = 0; i < 2; i++) {
      node.receive(node.peer(2).beats(1, id(1, 5)));
      assertThat(node.takeOnly(HeartbeatResponse.class).snapshotFrom()).isEqualTo(3);
    }
    assertThat(node.commit()).as("the log goes on").isEqualTo(5);
    assertThat(node.machineIndex()).as("the state machine does not").isEqualTo(3);
  }

  @Test
  void itIsRestoredBelowItsLogWhichIsKeptAndAppliedOn() {
    TestNode node = follower().damageMachine();
    node.requestSnapshot();
    node.receive(node.peer(2).beats(1, id(1, 5)), node.peer(2).offers(1, snapshot(node, 4)));
    assertThat(node.takeOnly(InstallSnapshotResponse.class).accepted()).isTrue();
    node.readies().clear();
    node.completeSnapshotFetch(file(node, 4, "one", "two"));
    assertThat(node.readies()).filteredOn(ready -> ready.restore() != null).hasSize(1);
    assertThat(node.readies()).allMatch(ready -> ready.persist().reset() == null);
    assertThat(node.commands()).containsExactly("one", "two", "1/5");
    assertThat(node.status().appliedIndex()).isEqualTo(5);
    assertThat(node.status().firstIndex()).as("nothing is lost").isEqualTo(1);
    assertThat(node.logTerms()).containsExactly(1, 1, 1, 1, 1);
    assertThat(node.status().snapshotIndex()).as("it is the log's own now").isEqualTo(4);
    node.sent().clear();
    node.receive(node.peer(2).beats(1, id(1, 5)));
    assertThat(node.takeOnly(HeartbeatResponse.class).snapshotFrom()).isZero();
    node.crash(0);
    node.restart();
    assertThat(node.commands()).as("and where it starts from").startsWith("one", "two");
  }

  /** To go back would undo what was read there. */
  @Test
  void oneOlderThanWhatWasAppliedIsNotTaken() {
    TestNode node = follower();
    node.requestSnapshot();
    node.receive(node.peer(2).offers(1, snapshot(node, 2)));
    assertThat(node.snapshotFetch()).isNull();
    assertThat(node.takeOnly(AppendEntriesResponse.class).index()).isEqualTo(3);
    node.receive(node.peer(2).beats(1, id(1, 3)));
    assertThat(node.takeOnly(HeartbeatResponse.class).snapshotFrom()).isEqualTo(3);
    node.receive(node.peer(2).offers(1, snapshot(node, 3)));
    assertThat(node.snapshotFetch()).as("just as far is far enough").isNotNull();
  }

  /** Nobody who leads rightly has it: the state machine would be given what was not committed. */
  @Test
  void oneThatContradictsWhatIsCommittedHereIsNotTaken() {
    TestNode node = follower();
    node.requestSnapshot();
    SnapshotMetadata another = new SnapshotMetadata(id(2, 3), node.status().membership());
    node.receive(node.peer(2).beats(2, id(1, 3)), node.peer(2).offers(2, another));
    assertThat(node.snapshotFetch()).isNull();
    assertThat(node.status().last()).isEqualTo(id(1, 5));
  }

  @Test
  void unaskedItIsStillNeedless() {
    TestNode node = follower();
    node.receive(node.peer(2).offers(1, snapshot(node, 4)));
    assertThat(node.snapshotFetch()).isNull();
    assertThat(node.readies()).allMatch(ready -> ready.restore() == null);
  }

  /** A state machine with a disk of its own would be ahead of its log after a crash. */
  @Test
  void itIsNotRestoredBeforeItsEntryIsDurable() {
    TestNode node = follower().holdWrites(true);
    node.requestSnapshot();
    node.receive(node.peer(2).appends(1, id(1, 5), 6, 1));
    node.receive(node.peer(2).offers(1, snapshot(node, 6)));
    node.readies().clear();
    node.completeSnapshotFetch(file(node, 6, "all"));
    assertThat(node.readies()).allMatch(ready -> ready.restore() == null);
    node.holdWrites(false);
    assertThat(node.readies()).extracting(Ready::restore).contains(snapshot(node, 6));
    assertThat(node.commands()).containsExactly("all");
  }

  @Test
  void oneThatTheLogHasToBeReplacedByDoesAsWell() {
    TestNode node = follower();
    node.requestSnapshot();
    node.receive(node.peer(2).offers(1, snapshot(node, 9)));
    node.completeSnapshotFetch(file(node, 9, "all"));
    assertThat(node.status().firstIndex()).isEqualTo(10);
    assertThat(node.commands()).containsExactly("all");
    node.receive(node.peer(2).appends(1, id(1, 9), 10, 1));
    assertThat(node.machineIndex()).as("it applies on").isEqualTo(10);
  }

  @Test
  void aFetchThatFailsOrALeaderThatGoesIsFollowedByAnother() {
    TestNode node = follower().damageMachine();
    node.requestSnapshot();
    node.receive(node.peer(2).offers(1, snapshot(node, 4)));
    node.completeSnapshotFetch(null);
    node.receive(node.peer(2).offers(1, snapshot(node, 4)));
    node.receive(node.peer(3).beats(2, id(1, 4)));
    node.completeSnapshotFetch(file(node, 4, "of the former leader"));
    assertThat(node.commands()).as("it leads no more").containsExactly("damaged");
    assertThat(node.takeOnly(HeartbeatResponse.class).snapshotFrom()).isEqualTo(3);
    node.receive(node.peer(3).offers(2, snapshot(node, 4)));
    node.completeSnapshotFetch(file(node, 4, "all"));
    assertThat(node.commands()).containsExactly("all");
  }

  @Test
  void whoeverComesToLeadGoesOnWithWhatItHas() {
    TestNode node = follower();
    node.requestSnapshot();
    node.receive(node.peer(2).beats(1, id(1, 4)));
    assertThat(node.machineIndex()).isEqualTo(3);
    node.tick(25).becomeLeader();
    assertThat(node.machineIndex()).isEqualTo(4);
  }

  // ---------------------------------------------------------------- the leader

  @Test
  void theLeaderOffersASnapshotThatIsNewEnoughAndSendsEntriesAllTheSame() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    for (int i = 0; i < 3; i++) {
      leader.propose("c");
    }
    leader.receive(leader.peer(2).accepts(1, 4), leader.peer(3).accepts(1, 4));
    leader.sent().clear();
    leader.receive(leader.peer(3).wantsSnapshot(1, 3));
    assertThat(leader.takeSent(InstallSnapshot.class)).as("there is none").isEmpty();
    assertThat(leader.raw().snapshotWantedAt()).isEqualTo(3);
    leader.snapshot(2);
    assertThat(leader.raw().snapshotWantedAt()).isZero();
    for (int i = 0; i < 2; i++) {
      leader.receive(leader.peer(3).wantsSnapshot(1, 3));
      InstallSnapshot offer = leader.takeOnly(InstallSnapshot.class);
      assertThat(offer.to()).isEqualTo(3);
      assertThat(offer.snapshot().index()).isEqualTo(4);
    }
    leader.propose("d");
    assertThat(leader.takeSent(AppendEntries.class)).anyMatch(append -> append.to() == 3);
    leader.receive(leader.peer(3).answersBeat(1, 0));
    assertThat(leader.takeSent(InstallSnapshot.class)).as("it has what it wanted").isEmpty();
  }

  @Test
  void theLeaderWaitsUntilItHasAppliedAsMuch() {
    TestNode leader = TestNode.member(1, 3).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).wantsSnapshot(1, 2));
    assertThat(leader.raw().snapshotWantedAt()).isZero();
    leader.propose("a");
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.raw().snapshotWantedAt()).isEqualTo(2);
  }

  // ---------------------------------------------------------------- all together

  @Test
  void aDamagedMemberIsWholeAgainUnderLoad() {
    CoreCluster cluster = started();
    cluster.node(3).damageMachine();
    assertThat(cluster.node(3).requestSnapshot()).isNull();
    for (int i = 0; i < 20; i++) {
      cluster.propose(1, "d" + i);
      cluster.tickAll(1);
    }
    cluster.tickUntilStable(20);
    assertThat(cluster.node(3).commands()).hasSize(25).isEqualTo(cluster.node(1).commands());
    assertThat(cluster.leader().id()).isEqualTo(1);
  }

  /** With one member down a commit needs the very member that asks. */
  @Test
  void commitsDoNotWaitForTheSnapshot() {
    CoreCluster cluster = started();
    cluster.crash(2);
    cluster.node(3).damageMachine().requestSnapshot();
    cluster.hold(message -> message instanceof InstallSnapshot);
    for (int i = 0; i < 5; i++) {
      cluster.propose(1, "d" + i);
      cluster.tickAll(1);
    }
    assertThat(cluster.node(1).commands()).hasSize(10);
    assertThat(cluster.node(3).commands()).containsExactly("damaged");
    cluster.hold(message -> false);
    cluster.tickAll(3);
    assertThat(cluster.node(3).commands()).isEqualTo(cluster.node(1).commands());
  }
}
