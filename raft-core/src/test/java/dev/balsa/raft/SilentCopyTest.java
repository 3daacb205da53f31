// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft;

import static dev.balsa.raft.testkit.TestNode.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.state.NumberSink;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** To be listened to changes nothing: a copy without a trace does what its original does. */
class SilentCopyTest {
  /** One member with a trace, and one that goes on as a copy, which has none. */
  private record Twins(TestNode heard, TestNode silent) {
    Twins both(Consumer<TestNode> input) {
      input.accept(heard);
      input.accept(silent);
      assertThat(NumberSink.encodingOf(silent.raw())).isEqualTo(NumberSink.encodingOf(heard.raw()));
      assertThat(NumberSink.encodingOf(silent.sent()))
          .isEqualTo(NumberSink.encodingOf(heard.sent()));
      assertThat(silent.commands()).isEqualTo(heard.commands());
      return this;
    }
  }

  private static Twins twins() {
    TestNode silent = TestNode.member(1, 3).terms(1, 1).start();
    silent.goOnWithCopy();
    return new Twins(TestNode.member(1, 3).terms(1, 1).start(), silent);
  }

  @Test
  void asALeader() {
    MembershipChange change =
        MembershipChange.none().remove(3).addVoter(Member.of(4, "").bound(1004));
    Twins twins = twins().both(TestNode::becomeLeader);
    twins.both(n -> n.receive(n.peer(2).rejects(2, 2, EntryId.ZERO)));
    twins.both(n -> n.receive(n.peer(2).accepts(2, 3)));
    assertThat(twins.silent().commit()).isEqualTo(3);
    twins.both(n -> n.change(change.leavingExplicitly()));
    twins.both(n -> n.receive(n.peer(2).accepts(2, 4)));
    twins.both(n -> assertThat(n.leaveJoint(null).first()).isEqualTo(id(2, 5)));
    twins.both(n -> n.receive(n.peer(2).accepts(2, 5)));
    twins.both(n -> n.propose("a"));
    twins.both(n -> n.raw().unreachable(2));
    twins.both(n -> n.raw().storageFull(true));
    twins.both(n -> assertThat(n.propose("b").isAccepted()).isFalse());
    twins.both(n -> n.raw().storageFull(false));
    twins.both(n -> n.receive(n.peer(2).accepts(2, 6)));
    twins.both(n -> n.readIndex(1)).both(n -> n.receive(n.peer(2).answersBeat(2, 1)));
    assertThat(twins.silent().reads()).hasSize(1);
    twins.both(n -> assertThat(n.snapshot(1)).isTrue());
    twins.both(n -> n.transferTo(2)).both(n -> n.tick(30));
    assertThat(twins.silent().leads()).isFalse();
  }

  @Test
  void asAFollower() {
    Twins twins = twins().both(n -> n.receive(n.peer(2).beats(2, EntryId.ZERO)));
    twins.both(n -> assertThat(n.forward(1, "a")).isNull());
    twins.both(n -> n.receive(n.peer(2).appends(2, id(1, 1), 2, 2)));
    assertThat(twins.silent().logTerms()).as("one was cut").containsExactly(1, 2);
    SnapshotMetadata snapshot = new SnapshotMetadata(id(2, 9), TestNode.boundVoters(1, 2, 3));
    twins.both(n -> n.receive(n.peer(2).offers(2, snapshot)));
    twins.both(n -> n.completeSnapshotFetch(null));
    twins.both(n -> n.receive(n.peer(2).offers(2, snapshot)));
    twins.both(n -> n.completeSnapshotFetch(new TestNode.SnapshotFile(snapshot, List.of("x"))));
    assertThat(twins.silent().commands()).containsExactly("x");
    twins.both(n -> n.receive(n.peer(3).beats(2, EntryId.ZERO)));
    assertThat(twins.silent().violations()).isEqualTo(twins.heard().violations()).hasSize(1);
    twins.both(n -> n.tick(30));
  }
}
