// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the values themselves refuse. */
class ModelTest {
  /** Paper, section 5.4.1: the later term wins, then the longer log. */
  @Test
  void upToDateIsByTermThenByIndex() {
    assertThat(new EntryId(2, 1).isAtLeast(new EntryId(1, 9))).isTrue();
    assertThat(new EntryId(1, 9).isAtLeast(new EntryId(2, 1))).isFalse();
    assertThat(new EntryId(2, 4).isAtLeast(new EntryId(2, 5))).isFalse();
    assertThat(new EntryId(2, 5).isAtLeast(new EntryId(2, 5))).isTrue();
  }

  @Test
  void anEntryKnowsDamage() {
    Entry entry = TestNode.entry(1, 1);
    assertThat(entry.intact()).isTrue();
    assertThat(new Entry(entry.id(), entry.type(), new byte[] {1}, entry.crc()).intact()).isFalse();
    assertThat(Entry.noOp(new EntryId(1, 1)).intact()).isTrue();
  }

  @Test
  void memberIdsMatchUnlessTwoKnownIncarnationsDiffer() {
    MemberId known = new MemberId(1, 7);
    assertThat(known.matches(new MemberId(1, 7))).isTrue();
    assertThat(known.matches(new MemberId(1, 0))).isTrue();
    assertThat(new MemberId(1, 0).matches(known)).isTrue();
    assertThat(known.matches(new MemberId(1, 8))).isFalse();
    assertThat(known.matches(new MemberId(2, 7))).isFalse();
  }

  /** 0 stands for nobody: in a vote, a leader, a transfer. */
  @Test
  void nobodyIsNoMember() {
    assertThatThrownBy(() -> new MemberId(0, 7)).isInstanceOf(IllegalArgumentException.class);
    assertThat(new MemberId(-1, 7).id()).isEqualTo(-1);
  }

  @Test
  void termAndVoteAreThePromise() {
    HardState state = new HardState(3, 2, 10);
    assertThat(state.promisesSameAs(new HardState(3, 2, 99))).isTrue();
    assertThat(state.promisesSameAs(new HardState(4, 2, 10))).isFalse();
    assertThat(state.promisesSameAs(new HardState(3, 1, 10))).isFalse();
  }

  @Test
  void idSetsAreSortedWithoutRepetition() {
    IdSet set = IdSet.of(5, -1, 5, 3);
    assertThat(set.toArray()).containsExactly(-1, 3, 5);
    assertThat(set.contains(3)).isTrue();
    assertThat(set.contains(4)).isFalse();
    assertThat(set.plus(IdSet.of(4))).isEqualTo(IdSet.of(-1, 3, 4, 5));
    assertThat(IdSet.of()).isSameAs(IdSet.EMPTY);
    assertThat(set).isEqualTo(IdSet.of(3, 5, -1)).hasSameHashCodeAs(IdSet.of(3, 5, -1));
    assertThat(set).isNotEqualTo(IdSet.of(3, 5)).isNotEqualTo(List.of(-1L, 3L, 5L));
  }

  @Test
  void aConfigurationRefusesContradictions() {
    List<Member> two = List.of(Member.of(1, ""), Member.of(2, ""));
    IdSet one = IdSet.of(1);
    IdSet other = IdSet.of(2);
    IdSet both = IdSet.of(1, 2);
    IdSet none = IdSet.EMPTY;
    assertRefused(two, one, none, none, none);
    assertRefused(two, both, none, other, none);
    assertRefused(two, one, both, other, none);
    assertRefused(two, both, none, none, other);
    assertRefused(two, one, none, other, other);
    assertRefused(List.of(Member.of(2, ""), Member.of(1, "")), both, none, none, none);
    assertRefused(List.of(Member.of(1, ""), Member.of(1, "")), one, none, none, none);
    assertThatThrownBy(() -> Membership.bootstrap(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aConfigurationIsBoundOnceEveryDirectoryIsKnown() {
    Member known = Member.of(1, "").bound(7);
    assertThat(Membership.bootstrap(List.of(known, Member.of(2, "").bound(8))).isBound()).isTrue();
    assertThat(Membership.bootstrap(List.of(known, Member.of(2, ""))).isBound()).isFalse();
  }

  private static void assertRefused(
      List<Member> members, IdSet voters, IdSet outgoing, IdSet learners, IdSet learnersNext) {
    assertThatThrownBy(
            () ->
                new Membership(
                    EntryId.ZERO, members, voters, outgoing, learners, learnersNext, false, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void settingsNameTheRuleThatTheyBreak() {
    RaftConfig.Builder builder = RaftConfig.builder(TestNode.memberId(1));
    assertThatThrownBy(() -> builder.heartbeatTicks(6).electionTicks(11).build())
        .hasMessageContaining("2 x heartbeatTicks");
    assertThatThrownBy(() -> builder.heartbeatTicks(1).bootEpoch(0).build())
        .hasMessageContaining("bootEpoch");
    requireRule("heartbeatTicks", c -> c.heartbeatTicks(0), c -> c.heartbeatTicks(1));
    requireRule("maxBytesPerAppend", c -> c.maxBytesPerAppend(0), c -> c.maxBytesPerAppend(1));
    requireRule("maxInflightAppends", c -> c.maxInflightAppends(0), c -> c.maxInflightAppends(1));
    requireRule("maxInflightBytes", c -> c.maxInflightBytes(0), c -> c.maxInflightBytes(1));
    requireRule(
        "maxUncommittedBytes", c -> c.maxUncommittedBytes(0), c -> c.maxUncommittedBytes(1));
    requireRule("maxBytesPerApply", c -> c.maxBytesPerApply(0), c -> c.maxBytesPerApply(1));
    requireRule("maxUnappliedBytes", c -> c.maxUnappliedBytes(0), c -> c.maxUnappliedBytes(1));
    requireRule("entryCacheBytes", c -> c.entryCacheBytes(-1), c -> c.entryCacheBytes(0));
  }

  /** The one value breaks the rule with this name, and its neighbour breaks none. */
  private static void requireRule(
      String rule,
      UnaryOperator<RaftConfig.Builder> breaking,
      UnaryOperator<RaftConfig.Builder> keeping) {
    RaftConfig.Builder broken = breaking.apply(RaftConfig.builder(TestNode.memberId(1)));
    assertThatThrownBy(broken::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(rule);
    RaftConfig.Builder kept = keeping.apply(RaftConfig.builder(TestNode.memberId(1)));
    assertThatCode(kept::build).doesNotThrowAnyException();
  }

  @Test
  void aDiskStallIsCountedInTicksOfWhichThereIsNoNegativeNumber() {
    RaftConfig config = RaftConfig.builder(TestNode.memberId(1)).electionTicks(7).build();
    assertThat(config.diskStallTicks()).isEqualTo(14);
    assertThatThrownBy(
            () ->
                new RaftConfig(config.self(), 0, 1, 0, 10, 1, true, true, -1, 1, 1, 1, 1, 1, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("diskStallTicks");
  }

  /** A negative number is damage: no disk or peer may bring it into a log. */
  @Test
  void nothingCountsFromBelowZero() {
    requireNegative(() -> new EntryId(-1, 0));
    requireNegative(() -> new EntryId(0, -1));
    requireNegative(() -> new HardState(-1, 0, 0));
    requireNegative(() -> new HardState(0, 0, -1));
    assertThat(new HardState(0, -5, 0).votedFor()).as("an id may be any number").isEqualTo(-5);
  }

  private static void requireNegative(ThrowingCallable made) {
    assertThatThrownBy(made)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("negative");
  }

  @Test
  void rangesStartAtOneAndMayBeEmpty() {
    assertThat(new IndexRange(3, 5).size()).isEqualTo(3);
    assertThat(new IndexRange(3, 2).size()).isZero();
    assertThatThrownBy(() -> new IndexRange(3, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new IndexRange(0, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Paper, section 7: it carries the configuration as of its last entry. */
  @Test
  void aSnapshotKnowsNoLaterConfiguration() {
    Membership third = TestNode.voters(1, 2, 3).at(new EntryId(1, 3));
    assertThat(new SnapshotMetadata(new EntryId(2, 3), third).index()).isEqualTo(3);
    assertThatThrownBy(() -> new SnapshotMetadata(new EntryId(2, 2), third))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("newer than the snapshot");
  }

  /** Down to the last byte: the same checksum does not make the same entry. */
  @Test
  void entriesAreEqualByAllThatTheySay() {
    EntryId id = new EntryId(1, 1);
    Entry entry = new Entry(id, EntryType.NORMAL, new byte[] {1, 2}, 7);
    Entry same = new Entry(id, EntryType.NORMAL, new byte[] {1, 2}, 7);
    assertThat(entry).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(id);
    assertThat(entry)
        .isNotEqualTo(new Entry(new EntryId(1, 2), EntryType.NORMAL, new byte[] {1, 2}, 7))
        .isNotEqualTo(new Entry(id, EntryType.CONFIGURATION, new byte[] {1, 2}, 7))
        .isNotEqualTo(new Entry(id, EntryType.NORMAL, new byte[] {1, 2}, 8))
        .isNotEqualTo(new Entry(id, EntryType.NORMAL, new byte[] {1, 3}, 7));
  }

  @Test
  void codesOfTypesAndReasonsAreStable() {
    for (EntryType type : EntryType.values()) {
      assertThat(EntryType.ofCode(type.code())).isEqualTo(type);
    }
    assertThatThrownBy(() -> EntryType.ofCode(3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EntryType.ofCode(-1)).isInstanceOf(IllegalArgumentException.class);
    for (Refusal.Reason reason : Refusal.Reason.values()) {
      assertThat(Refusal.Reason.ofCode(reason.code())).isEqualTo(reason);
    }
    assertThatThrownBy(() -> Refusal.Reason.ofCode(99))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
