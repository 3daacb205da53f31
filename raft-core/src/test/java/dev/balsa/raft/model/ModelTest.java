// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.testkit.TestNode;
import java.util.List;
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
    assertRefused(two, both, none, none, other);
    assertRefused(two, one, none, other, other);
    assertRefused(List.of(Member.of(2, ""), Member.of(1, "")), both, none, none, none);
    assertThatThrownBy(() -> Membership.bootstrap(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
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
