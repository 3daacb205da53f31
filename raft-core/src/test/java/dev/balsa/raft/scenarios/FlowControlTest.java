// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The bounds of what a peer is sent ahead of its acknowledgements, changed while in use. */
class FlowControlTest {
  private static final long MANY_BYTES = 1 << 20;

  /** Leads with everybody caught up; the third member does not answer from here on. */
  private static TestNode leader() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.maxInflightAppends(4)).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.sent().clear();
    return leader;
  }

  private static void propose(TestNode leader, int count) {
    for (int i = 0; i < count; i++) {
      leader.propose("c");
    }
  }

  private static long takeAppendsTo(TestNode leader, long peer) {
    return leader.takeSent(AppendEntries.class).stream()
        .filter(append -> append.to() == peer && !append.entries().isEmpty())
        .count();
  }

  private static Status.PeerProgress third(TestNode leader) {
    return leader.status().progress().get(1);
  }

  @Test
  void aNarrowerWindowHoldsUntilEnoughIsAcknowledged() {
    TestNode leader = leader();
    propose(leader, 4);
    assertThat(takeAppendsTo(leader, 3)).isEqualTo(4);
    leader.raw().setInflightLimits(2, MANY_BYTES);
    propose(leader, 3);
    leader.receive(leader.peer(3).accepts(1, 3));
    assertThat(takeAppendsTo(leader, 3)).as("two are still out").isZero();
    assertThat(third(leader).match()).isEqualTo(3);
    leader.receive(leader.peer(3).accepts(1, 4));
    assertThat(takeAppendsTo(leader, 3)).as("one may follow, with all that waits").isEqualTo(1);
    leader.receive(leader.peer(3).accepts(1, leader.status().last().index()));
    assertThat(third(leader).inflightBytes()).isZero();
  }

  /** One that only answers heartbeats may be slow: it is asked how far it is, and sent no more. */
  @Test
  @Tag("R-52")
  void aFullWindowIsAskedForItsEndAndNotExceeded() {
    TestNode leader = leader();
    propose(leader, 9);
    leader.sent().clear();
    for (int i = 0; i < 5; i++) {
      leader.receive(leader.peer(3).answersBeat(1, 0));
      assertThat(leader.takeSent(AppendEntries.class))
          .singleElement()
          .matches(append -> append.entries().isEmpty() && append.prev().index() == 5);
    }
    leader.receive(leader.peer(3).accepts(1, 5));
    assertThat(takeAppendsTo(leader, 3)).as("all that waits").isEqualTo(1);
  }

  @Test
  void aWiderWindowIsFilledAtOnce() {
    TestNode leader = leader();
    leader.raw().setInflightLimits(1, MANY_BYTES);
    propose(leader, 3);
    assertThat(takeAppendsTo(leader, 3)).isEqualTo(1);
    leader.raw().setInflightLimits(2, MANY_BYTES);
    leader.settle();
    assertThat(takeAppendsTo(leader, 3)).isEqualTo(1);
    leader.raw().setInflightLimits(8, 1);
    propose(leader, 3);
    assertThat(takeAppendsTo(leader, 3)).as("so many bytes are out already").isZero();
    leader.raw().setInflightLimits(8, MANY_BYTES);
    leader.settle();
    assertThat(takeAppendsTo(leader, 3)).isEqualTo(1);
  }

  /** What was asked of the disk under the wider bounds comes when there is no room for it. */
  @Test
  void entriesReadForAWindowThatIsFullByNowAreReadAgain() {
    TestNode leader =
        TestNode.member(1, 3)
            .config(c -> c.maxInflightAppends(4).entryCacheBytes(0))
            .start()
            .becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.raw().setInflightLimits(2, MANY_BYTES);
    propose(leader, 3);
    leader.holdFetches(true).receive(leader.peer(3).accepts(1, 2));
    assertThat(leader.fetchesUnderWay()).isPositive();
    leader.sent().clear();
    leader.raw().setInflightLimits(1, MANY_BYTES);
    leader.holdFetches(false);
    assertThat(takeAppendsTo(leader, 3)).as("one is out").isZero();
    leader.receive(leader.peer(3).accepts(1, 3));
    assertThat(takeAppendsTo(leader, 3)).isEqualTo(1);
  }

  @Test
  void laterLeadershipsKeepThem() {
    TestNode leader = leader();
    leader.raw().setInflightLimits(1, MANY_BYTES);
    leader.receive(leader.peer(2).beats(2, id(1, 1)));
    leader.tick(10).becomeLeader();
    long own = leader.status().last().index();
    leader.receive(leader.peer(3).accepts(leader.term(), own));
    leader.sent().clear();
    propose(leader, 3);
    assertThat(takeAppendsTo(leader, 3)).isEqualTo(1);
  }

  @Test
  void nothingSmallerThanOneIsTaken() {
    TestNode leader = leader();
    assertThatThrownBy(() -> leader.raw().setInflightLimits(0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> leader.raw().setInflightLimits(1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A link turns out to be slow, then quick again, under load all the while. */
  @Test
  void aClusterUnderLoadAdaptsWithoutLosingAnything() {
    CoreCluster cluster = CoreCluster.of(3, c -> c.maxInflightAppends(16)).elect(1);
    cluster.settle();
    int[] bounds = {16, 1, 3, 16, 2};
    for (int i = 0; i < 200; i++) {
      cluster.node(1).raw().setInflightLimits(bounds[i / 10 % bounds.length], MANY_BYTES);
      cluster.node(1).propose("c" + i);
      cluster.tick(1, 1);
      if (i % 7 == 0) {
        cluster.settle();
      }
    }
    cluster.tickUntilStable(30);
    for (TestNode node : cluster.nodes()) {
      assertThat(node.commands()).hasSize(200);
    }
    assertThat(cluster.leader().id()).isEqualTo(1);
    assertThat(cluster.leader().status().progress()).allMatch(peer -> peer.inflightBytes() == 0);
  }

  /** Two commands that were proposed together count until the second is committed. */
  @Test
  @Tag("R-54")
  void whatIsProposedTogetherIsFreedTogether() {
    TestNode leader =
        TestNode.member(1, 3)
            .config(c -> c.maxUncommittedBytes(2 * (Entry.OVERHEAD_BYTES + 1)))
            .start()
            .becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1));
    assertThat(leader.propose("a", "b").isAccepted()).as("exactly the quota").isTrue();
    leader.receive(leader.peer(2).accepts(1, 2));
    assertThat(leader.commit()).isEqualTo(2);
    assertThat(leader.propose("c").isAccepted()).as("the second is not committed").isFalse();
    leader.receive(leader.peer(2).accepts(1, 3));
    assertThat(leader.propose("c").isAccepted()).isTrue();
    assertThat(leader.propose("d").isAccepted()).as("up to the quota").isTrue();
    assertThat(leader.propose("e").isAccepted()).as("and not beyond").isFalse();
  }
}
