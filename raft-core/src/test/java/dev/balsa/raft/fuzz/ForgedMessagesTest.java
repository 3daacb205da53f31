// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageType;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.PeerViolation.Kind;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A peer may say anything at all: {@code step} never throws, and what a member knows of itself
 * stays consistent (the test node checks that at every turn).
 */
class ForgedMessagesTest {
  private static final MessageType[] TYPES = MessageType.values();

  @Test
  void nothingThatAPeerSaysMakesANodeThrow() {
    Long only = Long.getLong("fuzz.seed");
    long first = only == null ? 1 : only;
    long runs = only == null ? 5000 : 1;
    for (long seed = first; seed < first + runs; seed++) {
      try {
        run(new Dice(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("replay with -Dfuzz.seed=" + seed + ": " + e, e);
      }
    }
  }

  private static void run(Dice dice) {
    TestNode node = someNode(dice);
    for (int i = 0; i < 150; i++) {
      if (dice.chance(15)) {
        local(node, dice, i);
      } else {
        node.raw().step(forged(node, dice));
      }
      if (dice.chance(60)) {
        node.settle();
      }
    }
    node.holdWrites(false).holdApplies(false).holdFetches(false);
  }

  /** Some log, some configuration, some role. */
  private static TestNode someNode(Dice dice) {
    int size = 1 + dice.below(5);
    TestNode.Builder builder =
        TestNode.member(1, size)
            .config(
                c ->
                    c.preVote(dice.chance(50))
                        .checkQuorum(dice.chance(50))
                        .entryCacheBytes(dice.pick(List.of(0L, 1000L)))
                        .maxInflightAppends(1 + dice.below(3))
                        .maxBytesPerAppend(dice.pick(List.of(60, 10_000))));
    if (dice.chance(50)) {
      builder.membership(TestNode.voters(TestNode.ids(size)));
    }
    if (dice.chance(50)) {
      builder.snapshotAt(1 + dice.below(2), 1 + dice.below(5));
    }
    long[] terms = new long[dice.below(8)];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = (i == 0 ? 2 : terms[i - 1]) + (dice.chance(30) ? 1 : 0);
    }
    TestNode node = builder.hardState(2, 0, 0).terms(terms).start();
    if (dice.chance(50)) {
      node.becomeLeader();
      node.propose("a", "b", "c");
    } else if (dice.chance(50)) {
      node.campaign();
    }
    return node.holdWrites(dice.chance(30)).holdFetches(dice.chance(20));
  }

  private static void local(TestNode node, Dice dice, int turn) {
    switch (dice.below(9)) {
      case 0 -> node.raw().tick(0);
      case 1 -> node.raw().propose(List.of(new byte[dice.below(100)]));
      case 2 -> node.raw().readIndex(new RequestId(1, turn));
      case 3 -> node.raw().campaign();
      case 4 -> node.raw().transferLeadership(dice.below(4));
      case 5 -> node.raw().unreachable(dice.below(4));
      case 6 -> {
        if (node.role() == RoleType.PRE_CANDIDATE || node.role() == RoleType.CANDIDATE) {
          long term = node.term() + (node.role() == RoleType.PRE_CANDIDATE ? 1 : 0);
          for (long peer = 2; peer <= 5; peer++) {
            node.raw().step(node.peer(peer).preVotes(term, true));
            node.raw().step(node.peer(peer).votes(term, true));
          }
        }
      }
      case 7 -> node.settle().snapshot(dice.below(3));
      default -> {
        node.settle();
        if (node.snapshotFetch() != null) {
          SnapshotMetadata wanted = node.snapshotFetch().snapshot();
          node.completeSnapshotFetch(
              dice.chance(20) ? null : new TestNode.SnapshotFile(wanted, List.of()));
        }
      }
    }
  }

  // ---------------------------------------------------------------- anything

  private static Message forged(TestNode node, Dice dice) {
    Status status = node.status();
    Route route = route(dice);
    long term = number(dice, status.hardState().term());
    return switch (TYPES[dice.below(TYPES.length)]) {
      case REQUEST_VOTE ->
          new RequestVote(
              route, term, dice.chance(50), id(dice, status), id(dice, status), dice.chance(30));
      case REQUEST_VOTE_RESPONSE ->
          new RequestVoteResponse(route, term, dice.chance(50), dice.chance(70), id(dice, status));
      case APPEND_ENTRIES -> append(node, route, term, dice);
      case APPEND_ENTRIES_RESPONSE ->
          new AppendEntriesResponse(
              route, term, dice.chance(50), number(dice, status.last().index()), id(dice, status));
      case HEARTBEAT ->
          new Heartbeat(route, term, id(dice, status), number(dice, 3), dice.chance(70));
      case HEARTBEAT_RESPONSE ->
          new HeartbeatResponse(
              route, term, number(dice, 3), dice.chance(10), dice.chance(10) ? number(dice, 9) : 0);
      case INSTALL_SNAPSHOT -> new InstallSnapshot(route, term, snapshot(dice, status));
      case INSTALL_SNAPSHOT_RESPONSE ->
          new InstallSnapshotResponse(route, term, id(dice, status), dice.chance(50));
      case TIMEOUT_NOW -> new TimeoutNow(route, term);
      case READ_INDEX -> new ReadIndex(route, term, request(dice));
      case READ_INDEX_RESPONSE ->
          new ReadIndexResponse(route, term, request(dice), number(dice, 5), refusal(dice));
      case PROPOSE ->
          new Propose(
              route,
              term,
              request(dice),
              dice.chance(10) ? List.of() : List.of(new byte[dice.below(50)]));
      case PROPOSE_RESPONSE ->
          new ProposeResponse(
              route,
              term,
              request(dice),
              (int) number(dice, 1),
              new ProposeResult(id(dice, status), refusal(dice)));
    };
  }

  private static Route route(Dice dice) {
    MemberId from = TestNode.memberId(1 + dice.below(7));
    MemberId strange = new MemberId(dice.chance(50) ? 2 : dice.next() | 1, dice.next());
    MemberId to = dice.chance(90) ? TestNode.memberId(1) : new MemberId(1, dice.below(2));
    return new Route(dice.chance(90) ? from : strange, to);
  }

  /** Near {@code around}, or at an edge of what a long can be. */
  private static long number(Dice dice, long around) {
    return switch (dice.below(12)) {
      case 0 -> Long.MAX_VALUE - dice.below(3);
      case 1 -> Long.MIN_VALUE + dice.below(3);
      case 2 -> -1 - dice.below(3);
      case 3 -> 0;
      case 4 -> dice.next();
      default -> around + dice.below(5) - 2;
    };
  }

  private static EntryId id(Dice dice, Status status) {
    EntryId last = status.last();
    long around = dice.chance(50) ? last.index() : status.hardState().commit();
    return new EntryId(Math.max(0, number(dice, last.term())), Math.max(0, number(dice, around)));
  }

  private static AppendEntries append(TestNode node, Route route, long term, Dice dice) {
    Status status = node.status();
    EntryId prev = id(dice, status);
    if (dice.chance(60)) {
      long index = Math.min(prev.index(), status.last().index());
      prev = new EntryId(Math.max(0, node.view().termOf(index)), index);
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = dice.below(4); i > 0; i--) {
      long index = prev.index() + entries.size() + (dice.chance(95) ? 1 : dice.below(4) - 1);
      long entryTerm =
          dice.chance(70) ? Math.max(0, term) : Math.max(0, prev.term() + dice.below(2));
      EntryId id = new EntryId(entryTerm, Math.max(0, index));
      entries.add(dice.chance(90) ? entry(id) : configuration(id, dice));
    }
    return new AppendEntries(route, term, prev, entries, number(dice, prev.index() + 2));
  }

  private static Entry entry(EntryId id) {
    return Entry.of(id, EntryType.NORMAL, new byte[] {(byte) id.term()});
  }

  private static Entry configuration(EntryId id, Dice dice) {
    byte[] data =
        MembershipCodec.encode(
            dice.chance(50) ? TestNode.voters(1, 2, 3) : TestNode.boundVoters(2, 3, 4));
    if (dice.chance(30)) {
      data[dice.below(data.length)] = (byte) dice.next();
    }
    return Entry.of(id, EntryType.CONFIGURATION, data);
  }

  private static SnapshotMetadata snapshot(Dice dice, Status status) {
    EntryId id = id(dice, status);
    // What no codec can read does not arrive: a snapshot beyond all indexes a log could reach.
    EntryId bounded = new EntryId(id.term(), Math.min(id.index(), 1L << 60));
    Membership membership =
        dice.chance(80) ? TestNode.boundVoters(1, 2, 3) : TestNode.boundVoters(4, 5);
    return new SnapshotMetadata(bounded, dice.chance(5) ? Membership.NONE : membership);
  }

  private static RequestId request(Dice dice) {
    return new RequestId(number(dice, 1), number(dice, 5));
  }

  private static Refusal refusal(Dice dice) {
    return dice.chance(50) ? null : new Refusal(Refusal.Reason.NOT_LEADER, dice.next());
  }

  // ---------------------------------------------------------------- one by one

  @Test
  void aMessageForAnotherMemberOrAnotherDirectoryIsDropped() {
    TestNode node = TestNode.member(1, 3).start();
    Route other = new Route(TestNode.memberId(2), TestNode.memberId(3));
    Route formerSelf = new Route(TestNode.memberId(2), new MemberId(1, 77));
    Route itself = new Route(TestNode.memberId(1), TestNode.memberId(1));
    for (Route route : List.of(other, formerSelf, itself)) {
      node.receive(new Heartbeat(route, 5, EntryId.ZERO, 0, true));
    }
    assertThat(node.term()).isZero();
    assertThat(node.violations())
        .containsExactly(Kind.NOT_FOR_ME, Kind.NOT_FOR_ME, Kind.NOT_FOR_ME);
    Route unknown = new Route(TestNode.memberId(2), new MemberId(1, 0));
    node.receive(new Heartbeat(unknown, 5, EntryId.ZERO, 0, true));
    assertThat(node.term()).as("a sender may not know the incarnation yet").isEqualTo(5);
  }

  @Test
  void aTermThatLeapsIsNotBelieved() {
    TestNode node = TestNode.member(1, 3).hardState(7, 0, 0).start();
    node.receive(
        node.peer(2).beats(7 + (1L << 40) + 1, EntryId.ZERO),
        node.peer(2).beats(Long.MAX_VALUE, EntryId.ZERO),
        node.peer(2).beats(-1, EntryId.ZERO));
    assertThat(node.term()).isEqualTo(7);
    assertThat(node.violations())
        .containsExactly(Kind.ABSURD_TERM, Kind.ABSURD_TERM, Kind.MALFORMED);
    node.receive(node.peer(2).beats(7 + (1L << 40), EntryId.ZERO));
    assertThat(node.term()).isEqualTo(7 + (1L << 40));
  }
}
