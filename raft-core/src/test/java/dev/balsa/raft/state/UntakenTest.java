// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.testkit.TestNode;
import org.junit.jupiter.api.Test;

/** What waits for the next Ready, or for an answer, is part of a member's state. */
class UntakenTest {
  private static long[] encoding(TestNode node) {
    return NumberSink.encodingOf(node.raw());
  }

  /** A member that has been offended by {@code offender} and has not said so yet. */
  private static TestNode offendedBy(long offender, long term) {
    TestNode node = TestNode.member(1, 3).start().holdReadies(true);
    node.receive(node.peer(offender).beats(term, EntryId.ZERO));
    assertThat(node.raw().hasReady()).isTrue();
    return node;
  }

  @Test
  void aViolationByWhoAndHow() {
    long absurd = 1L << 50;
    assertThat(encoding(offendedBy(2, absurd))).isEqualTo(encoding(offendedBy(2, absurd)));
    assertThat(encoding(offendedBy(2, absurd)))
        .isNotEqualTo(encoding(offendedBy(3, absurd)))
        .isNotEqualTo(encoding(offendedBy(2, absurd + 1)))
        .isNotEqualTo(encoding(offendedBy(2, -1)))
        .isNotEqualTo(encoding(TestNode.member(1, 3).start().holdReadies(true)));
  }

  /** A leader of whose entries none is in memory, asked for those after {@code agreed}. */
  private static TestNode askedAfter(long agreed, int maxBytesPerAppend) {
    TestNode leader =
        TestNode.member(1, 3)
            .config(c -> c.maxBytesPerAppend(maxBytesPerAppend))
            .terms(1, 1, 1)
            .start()
            .becomeLeader();
    leader.holdReadies(true);
    leader.receive(leader.peer(2).rejects(2, 3, TestNode.id(1, agreed)));
    assertThat(leader.raw().hasReady()).isTrue();
    return leader;
  }

  @Test
  void aFetchByItsRangeAndSize() {
    assertThat(encoding(askedAfter(1, 500))).isEqualTo(encoding(askedAfter(1, 500)));
    assertThat(encoding(askedAfter(1, 500)))
        .isNotEqualTo(encoding(askedAfter(0, 500)))
        .isNotEqualTo(encoding(askedAfter(1, 501)));
  }

  /** The second of two reads is answered first: the other still waits, before it in line. */
  @Test
  void aReadThatWasAnsweredOutOfTurn() {
    TestNode answered = askedTwice();
    answered.receive(
        new ReadIndexResponse(answered.peer(2).route(), 1, new RequestId(1, 2), 0, null));
    assertThat(answered.reads()).hasSize(1);
    assertThat(encoding(answered)).isNotEqualTo(encoding(askedTwice()));
    TestNode inTurn = askedTwice();
    inTurn.receive(new ReadIndexResponse(inTurn.peer(2).route(), 1, new RequestId(1, 1), 0, null));
    assertThat(encoding(answered)).isNotEqualTo(encoding(inTurn));
  }

  private static TestNode askedTwice() {
    TestNode node = TestNode.member(1, 3).start();
    node.receive(node.peer(2).beats(1, EntryId.ZERO));
    node.readIndex(1);
    node.readIndex(2);
    return node;
  }
}
