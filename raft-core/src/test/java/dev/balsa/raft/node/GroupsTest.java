// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.contract.MemoryLogEngine;
import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.contract.MemoryTransport;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.spi.LogIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Many groups on one host, and what a host refuses to serve. */
class GroupsTest {
  @Test
  void groupsShareALogAndATransportAndNothingElse() {
    TestCluster cluster = new TestCluster(3, 3, options -> {});
    cluster.leader();
    cluster.tick(40);
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    TestMember one = cluster.member(1);
    long writesBefore = one.host.metrics().readysPerWrite.count();
    for (long group = 1; group <= 3; group++) {
      for (int i = 0; i < group; i++) {
        futures.add(one.nodes.get(group).propose(Tally.command("g" + group + "." + i)));
      }
    }
    cluster.settle();
    assertThat(futures).allMatch(CompletableFuture::isDone);
    cluster.tick(2);
    for (TestMember member : cluster.all()) {
      for (long group = 1; group <= 3; group++) {
        assertThat(member.machines.get(group).commands())
            .hasSize((int) group)
            .allMatch(command -> command.startsWith("g"));
        assertThat(member.nodes.get(group).status().group()).isEqualTo(group);
      }
    }
    assertThat(one.host.metrics().readysPerWrite.count() - writesBefore).isLessThanOrEqualTo(6);
  }

  @Test
  void eachGroupHasALeaderOfItsOwn() {
    TestCluster cluster = new TestCluster(3, 3, options -> {});
    cluster.leader();
    cluster.tick(40);
    for (long group = 1; group <= 3; group++) {
      long id = group;
      assertThat(
              cluster.all().stream()
                  .filter(member -> member.nodes.get(id).status().role() == RoleType.LEADER))
          .hasSize(1);
    }
  }

  @Test
  void groupsComeBackAfterARestart() {
    TestCluster cluster = new TestCluster(1, 3, options -> {});
    cluster.leader();
    cluster.tick(30);
    TestMember member = cluster.member(1);
    for (long group = 1; group <= 3; group++) {
      member.nodes.get(group).propose(Tally.command("g" + group));
    }
    cluster.settle();
    cluster.crash(1);
    cluster.start(1);
    cluster.tick(30);
    for (long group = 1; group <= 3; group++) {
      assertThat(member.machines.get(group).commands()).containsExactly("g" + group);
    }
  }

  private final MemoryNetwork network = MemoryNetwork.turnedByHand();

  private RaftHost host(MemoryLogEngine disk) {
    MemoryTransport transport = network.transport("here");
    return RaftHost.builder(() -> 0).storage(disk).transport(transport).build();
  }

  @Test
  void aGroupThatNobodyKnowsNeedsItsFirstMembers() {
    RaftHost host = host(TestCluster.disk(1, 7));
    assertThatThrownBy(() -> host.group(1, new Tally(), null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bootstrap");
  }

  @Test
  void aMemberOutsideItsOwnClusterIsRefused() {
    RaftHost host = host(TestCluster.disk(9, 7));
    assertThatThrownBy(() -> host.group(1, new Tally(), Members.of("1=a", "2=b")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not among the first members");
  }

  /** The first members count once: afterwards the log knows better. */
  @Test
  void aRestartIgnoresTheFirstMembers() throws Exception {
    MemoryLogEngine disk = TestCluster.disk(1, 7);
    host(disk).group(1, new Tally(), Members.of("1=a"));
    RaftNode<Integer> again = host(disk.reopen()).group(1, new Tally(), Members.of("1=a", "2=b"));
    assertThat(again.status().membership().members()).hasSize(1);
  }

  @Test
  void aDirectoryPutTogetherFromTwoIsRefused() throws Exception {
    TestCluster cluster = TestCluster.ofThree();
    cluster.leader();
    cluster.tick(30);
    // Incarnations are bound by now.
    TestMember member = cluster.member(1);
    assertThat(member.status().membership().member(1).memberId().incarnation()).isEqualTo(100);
    MemoryLogEngine disk = member.disk;
    RaftHost foreign =
        RaftHost.builder(() -> 0)
            .storage(new ForeignIdentity(disk, new LogIdentity(77, new MemberId(1, 666), 1)))
            .transport(network.transport("here"))
            .build();
    assertThatThrownBy(() -> foreign.group(1, new Tally(), null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("directory")
        .hasMessageContaining("restore");
  }

  /** An emptied directory under an old id: refused by the others, and it says why and stops. */
  @Test
  void aMemberWhoseDiskWasEmptiedIsRefusedAndStops() {
    TestCluster cluster = TestCluster.ofThree();
    cluster.leader();
    cluster.tick(30);
    TestMember wiped = cluster.follower();
    cluster.crash(wiped.id);
    wiped.disk = TestCluster.disk(wiped.id, 4711);
    cluster.start(wiped.id);
    cluster.tickUntil(() -> wiped.fatal != null);
    cluster.tickUntilDone(wiped.host.terminated());
    assertThat(wiped.fatal)
        .hasMessageContaining("refused by member")
        .hasMessageContaining("emptied or replaced")
        .hasMessageContaining("add it anew");
  }

  @Test
  void aMemberOfAnotherClusterIsRefusedAndStops() {
    TestCluster cluster = TestCluster.ofThree();
    TestMember leader = cluster.leader();
    TestMember stray = cluster.follower();
    cluster.crash(stray.id);
    stray.disk = new MemoryLogEngine(new LogIdentity(4711, new MemberId(stray.id, 1), 1));
    cluster.start(stray.id);
    cluster.tickUntil(() -> stray.fatal != null);
    assertThat(stray.fatal).hasMessageContaining("another cluster");
    assertThat(leader.fatal).isNull();
    assertThat(cluster.other(leader, stray).fatal).isNull();
  }

  @Test
  void groupsAreAddedOnceAndBeforeTheStart() throws Exception {
    RaftHost host = host(TestCluster.disk(1, 7));
    host.group(1, new Tally(), Members.of("1=here"));
    assertThatThrownBy(() -> host.group(1, new Tally(), Members.of("1=here")))
        .isInstanceOf(IllegalStateException.class);
    host.start();
    assertThatThrownBy(() -> host.group(2, new Tally(), Members.of("1=here")))
        .isInstanceOf(IllegalStateException.class);
  }
}
