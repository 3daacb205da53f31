// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Test;

/** A learner becomes a voter when it has what a voter needs, and not before. */
class PromotionTest {
  private static final MembershipChange CHANGE = MembershipChange.none();

  /** What it lacks has to be read from disk first: nobody knows how long that takes. */
  @Test
  void oneThatLacksWhatIsNotInMemoryHasNotCaughtUp() {
    TestNode leader =
        TestNode.member(1, 3).config(c -> c.entryCacheBytes(0)).start().becomeLeader();
    leader.receive(leader.peer(2).accepts(1, 1), leader.peer(3).accepts(1, 1));
    leader.change(CHANGE.addLearner(Member.of(4, "").bound(1004)));
    leader.receive(leader.peer(2).accepts(1, 2), leader.peer(4).accepts(1, 2));
    leader.propose("a");
    leader.receive(leader.peer(2).accepts(1, 3));
    assertThat(leader.change(CHANGE.promote(4)).refusal().reason())
        .isEqualTo(Reason.LEARNER_BEHIND);
    leader.receive(leader.peer(4).accepts(1, 3));
    assertThat(leader.change(CHANGE.promote(4)).isAccepted()).isTrue();
  }
}
