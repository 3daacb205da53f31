// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.paper;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.testkit.CoreCluster;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Paper, section 5.2: leader election. Pre-vote is off where it would only stand in the way. */
class ElectionTest {
  private static TestNode start(int size) {
    return TestNode.member(1, size).config(c -> c.preVote(false)).start();
  }

  @Test
  void section52_startsAsAFollower() {
    assertThat(start(3).role()).isEqualTo(RoleType.FOLLOWER);
  }

  @Test
  void section52_campaignsWhenNoLeaderIsHeardForATimeoutDrawnAtRandom() {
    TreeSet<Integer> timeouts = new TreeSet<>();
    for (long seed = 0; seed < 200; seed++) {
      long of = seed;
      TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false).seed(of)).start();
      int ticks = 0;
      while (node.role() == RoleType.FOLLOWER && ticks < 50) {
        node.tick(1);
        ticks++;
      }
      timeouts.add(ticks);
    }
    assertThat(timeouts).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
  }

  /** Members that started alike must not time out alike, or they split their votes for ever. */
  @Test
  void section52_membersAndStartsDrawDifferently() {
    TreeSet<String> sequences = new TreeSet<>();
    for (long id = 1; id <= 5; id++) {
      for (long boot = 1; boot <= 2; boot++) {
        long epoch = boot;
        TestNode node =
            TestNode.member(id, 5).config(c -> c.preVote(false).bootEpoch(epoch)).start();
        StringBuilder campaigns = new StringBuilder();
        for (int tick = 0; tick < 200; tick++) {
          long term = node.term();
          node.tick(1);
          campaigns.append(node.term() > term ? 'x' : '.');
        }
        sequences.add(campaigns.toString());
      }
    }
    assertThat(sequences).hasSize(10);
  }

  @Test
  void section52_aCandidateDrawsAnewForEachElection() {
    TestNode node = start(3);
    TreeSet<Integer> gaps = new TreeSet<>();
    int last = 0;
    for (int tick = 1; tick <= 1000; tick++) {
      long term = node.term();
      node.tick(1);
      if (node.term() > term) {
        gaps.add(tick - last);
        last = tick;
      }
    }
    assertThat(gaps).hasSizeGreaterThan(5).allMatch(gap -> gap >= 10 && gap < 20);
  }

  @Test
  void section52_aCandidateBeginsATermVotesForItselfAndAsksAllOthers() {
    TestNode node = start(3).campaign();
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    assertThat(node.term()).isEqualTo(1);
    assertThat(node.disk().hardState().votedFor()).isEqualTo(1);
    assertThat(node.takeSent(RequestVote.class))
        .extracting(RequestVote::to)
        .containsExactly(2L, 3L);
  }

  @Test
  void section52_winsWithAMajorityAndNotBefore() {
    for (int size = 1; size <= 7; size++) {
      TestNode node = start(size).campaign();
      int votes = 1;
      while (votes <= size / 2) {
        assertThat(node.role()).as("%d of %d", votes, size).isEqualTo(RoleType.CANDIDATE);
        node.receive(node.peer(++votes).votes(1, true));
      }
      assertThat(node.role()).as("%d of %d", votes, size).isEqualTo(RoleType.LEADER);
    }
  }

  @Test
  void section52_oneVoterCountsOnce() {
    TestNode node = start(5).campaign();
    node.receive(node.peer(2).votes(1, true), node.peer(2).votes(1, true));
    node.receive(node.peer(2).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
  }

  @Test
  void section52_aRefusalIsNotAVoteAndCannotBecomeOne() {
    TestNode node = start(3).campaign();
    node.receive(node.peer(2).votes(1, false), node.peer(2).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    node.receive(node.peer(3).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.LEADER);
  }

  @Test
  void section52_strangersDoNotCount() {
    TestNode node = start(3).campaign();
    node.receive(node.peer(7).votes(1, true), node.peer(8).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
  }

  @Test
  void section52_aPreVoteIsNotAVote() {
    TestNode node = start(3).campaign();
    node.receive(node.peer(2).preVotes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
  }

  @Test
  void section52_losesWhenAMajorityRefuses() {
    TestNode node = start(3).campaign();
    node.receive(node.peer(2).votes(1, false), node.peer(3).votes(1, false));
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).isEqualTo(1);
  }

  @Test
  @Tag("N13")
  void section52_aVoteOfAnEarlierTermDoesNotCount() {
    TestNode node = start(3).campaign().campaign();
    assertThat(node.term()).isEqualTo(2);
    node.receive(node.peer(2).votes(1, true));
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
  }

  @Test
  void section52_oneVotePerTermFirstComeFirstServed() {
    TestNode node = start(3);
    node.receive(node.peer(2).asksForVote(1, EntryId.ZERO));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isTrue();
    node.receive(node.peer(3).asksForVote(1, EntryId.ZERO));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isFalse();
    node.receive(node.peer(2).asksForVote(1, EntryId.ZERO));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).as("repeated").isTrue();
  }

  @Test
  @Tag("R-04")
  void section52_aCandidatesOwnVoteStaysSpentWhenItStepsDown() {
    TestNode node = start(3).campaign();
    node.receive(node.peer(2).votes(1, false), node.peer(3).votes(1, false));
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    node.receive(node.peer(2).asksForVote(1, id(1, 9)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isFalse();
  }

  /** The leader of the term is known, so its term's election is over. */
  @Test
  void section52_noVoteInATermThatHasALeader() {
    TestNode node = start(3);
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.receive(node.peer(3).asksForVote(1, id(1, 9)));
    assertThat(node.takeOnly(RequestVoteResponse.class).granted()).isFalse();
    assertThat(node.status().hardState().votedFor()).isZero();
  }

  @Test
  void section52_aCandidateFollowsTheLeaderOfItsTerm() {
    TestNode node = start(3).campaign();
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.status().leader()).isEqualTo(2);
    assertThat(node.status().last()).isEqualTo(id(1, 1));
  }

  @Test
  void section52_aVoteGivenOrALeaderHeardPutsOffTheNextElection() {
    TestNode node = start(3);
    node.tick(9).receive(node.peer(2).asksForVote(1, EntryId.ZERO));
    assertThat(node.tick(9).role()).isEqualTo(RoleType.FOLLOWER);
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    assertThat(node.tick(9).role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.tick(10).role()).isEqualTo(RoleType.CANDIDATE);
  }

  @Test
  void section52_aVoteInTheTermThatItIsInPutsOffTheNextElectionToo() {
    for (long seed = 0; seed < 20; seed++) {
      long of = seed;
      TestNode node =
          TestNode.member(1, 3)
              .config(c -> c.preVote(false).seed(of))
              .hardState(1, 0, 0)
              .start()
              .tick(9);
      node.receive(node.peer(2).asksForVote(1, EntryId.ZERO));
      assertThat(node.tick(9).role()).isEqualTo(RoleType.FOLLOWER);
    }
  }

  @Test
  void section52_aRefusedVoteDoesNotPutOffTheNextElection() {
    TestNode node = TestNode.member(1, 3).config(c -> c.preVote(false)).terms(3, 3).start();
    int ticks = ticksUntilCampaign(node, 3);
    assertThat(ticks).isBetween(10, 19);
  }

  /** Asks in vain each tick; how long it took until the member stood itself. */
  private static int ticksUntilCampaign(TestNode node, long term) {
    int ticks = 0;
    while (node.role() == RoleType.FOLLOWER) {
      node.receive(node.peer(2).asksForVote(term, EntryId.ZERO)).tick(1);
      ticks++;
      assertThat(ticks).isLessThan(50);
    }
    return ticks;
  }

  @Test
  @Tag("R-13")
  void section52_evenAnAppendThatIsRejectedForItsLogIsWordOfALeader() {
    TestNode node = start(3);
    for (int i = 0; i < 10; i++) {
      node.tick(9).receive(node.peer(2).appends(5, id(4, 100), 0));
      assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    }
  }

  @Test
  void section52_aNewLeaderSaysSoAtOnceAndKeepsSayingSo() {
    TestNode node = start(3).campaign();
    node.takeSent(RequestVote.class);
    node.receive(node.peer(2).votes(1, true));
    assertThat(node.takeSent(AppendEntries.class))
        .extracting(AppendEntries::to)
        .containsExactly(2L, 3L);
    node.tick(1);
    assertThat(node.takeSent(Heartbeat.class)).extracting(Heartbeat::to).containsExactly(2L, 3L);
    node.tick(3);
    assertThat(node.takeSent(Heartbeat.class)).hasSize(6);
  }

  @Test
  void section52_heartbeatsComeAtTheirInterval() {
    TestNode node =
        TestNode.member(1, 3)
            .config(c -> c.preVote(false).heartbeatTicks(3))
            .start()
            .becomeLeader();
    node.tick(2);
    assertThat(node.takeSent(Heartbeat.class)).isEmpty();
    node.tick(1);
    assertThat(node.takeSent(Heartbeat.class)).hasSize(2);
    node.tick(3);
    assertThat(node.takeSent(Heartbeat.class)).hasSize(2);
  }

  @Test
  @Tag("R-21")
  void section52_aSecondLeaderOfATermIsNotFollowed() {
    TestNode node = start(3);
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1));
    node.receive(
        node.peer(3).appends(1, EntryId.ZERO, 0, 1, 1),
        node.peer(3).beats(1, id(1, 1)),
        node.peer(3).offers(1, node.disk().snapshot()));
    assertThat(node.status().leader()).isEqualTo(2);
    assertThat(node.status().last()).isEqualTo(id(1, 1));
    assertThat(node.commit()).isZero();
    assertThat(node.violations())
        .containsExactly(Kind.SECOND_LEADER, Kind.SECOND_LEADER, Kind.SECOND_LEADER);
  }

  @Test
  @Tag("R-21")
  void section52_aLeaderDoesNotFollowAnotherOfItsTerm() {
    TestNode node = start(3).becomeLeader();
    node.receive(node.peer(2).appends(1, EntryId.ZERO, 0, 1, 1));
    assertThat(node.role()).isEqualTo(RoleType.LEADER);
    assertThat(node.status().last()).isEqualTo(id(1, 1));
    assertThat(node.violations()).containsExactly(Kind.SECOND_LEADER);
  }

  @Test
  void section52_aSplitVoteEndsInALaterTerm() {
    CoreCluster cluster = CoreCluster.of(4, c -> c.preVote(false));
    cluster.node(1).raw().campaign();
    cluster.node(2).raw().campaign();
    cluster.nodes().forEach(cluster::settleNode);
    cluster.deliverIf(m -> m instanceof RequestVote && m.from() == 1 && m.to() == 3);
    cluster.deliverIf(m -> m instanceof RequestVote && m.from() == 2 && m.to() == 4);
    cluster.settle();
    assertThat(cluster.leader()).isNull();
    cluster.tickUntilStable(100);
    assertThat(cluster.leader().term()).isGreaterThan(1);
  }

  @Test
  void section52_aClusterOfOneLeadsItself() {
    TestNode node = start(1);
    node.tick(20);
    assertThat(node.role()).isEqualTo(RoleType.LEADER);
    assertThat(node.commit()).isEqualTo(1);
    assertThat(node.view().entry(1).type()).isEqualTo(EntryType.NO_OP);
  }

  /**
   * A configuration that leaves it out is in force, and not committed: it must stand, or of two
   * members nobody could finish the removal (dissertation, section 4.2.2). It does not count
   * itself.
   */
  @Test
  @Tag("M03")
  void section52_aVoterThatIsLeftOutStandsUntilThatIsCommitted() {
    TestNode node = TestNode.member(1, 2).config(c -> c.preVote(false)).start();
    Membership without = TestNode.boundVoters(2);
    Entry removal = Entry.of(id(1, 1), EntryType.CONFIGURATION, MembershipCodec.encode(without));
    node.receive(new AppendEntries(node.peer(2).route(), 1, EntryId.ZERO, List.of(removal), 0));
    node.tick(20);
    assertThat(node.role()).isEqualTo(RoleType.CANDIDATE);
    assertThat(node.term()).isEqualTo(2);
    node.receive(node.peer(2).votes(2, true));
    assertThat(node.role()).isEqualTo(RoleType.LEADER);
    node.receive(node.peer(2).beats(3, EntryId.ZERO), node.peer(2).beats(3, id(1, 1)));
    node.tick(100);
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).isEqualTo(3);
  }

  @Test
  void section52_aWitnessNeverStands() {
    Membership bound = TestNode.boundVoters(1, 2, 3);
    List<Member> members = new ArrayList<>(bound.members());
    members.set(0, new Member(TestNode.memberId(1), true, 0, false, ""));
    TestNode node = TestNode.member(1, 3).membership(bound.withMembers(members)).start();
    node.tick(100).campaign();
    node.receive(node.peer(2).beats(1, EntryId.ZERO), node.peer(2).saysTimeoutNow(1));
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).isEqualTo(1);
  }

  /** A member that is not a voter waits for ever rather than stand. */
  @Test
  @Tag("R-17")
  void section52_anOutsiderNeverStands() {
    TestNode node = TestNode.member(9, 3).config(c -> c.preVote(false)).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO)).tick(100);
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.status().leader()).as("forgotten when silent").isZero();
    node.receive(node.peer(2).beats(1, EntryId.ZERO), node.peer(2).saysTimeoutNow(1));
    node.campaign();
    assertThat(node.role()).isEqualTo(RoleType.FOLLOWER);
    assertThat(node.term()).isEqualTo(1);
  }
}
