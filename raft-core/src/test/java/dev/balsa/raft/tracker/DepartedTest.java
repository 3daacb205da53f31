// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who left is sent to until its time is up, and remembered by its data directory. */
class DepartedTest {
  private final ProgressTracker peers = new ProgressTracker();
  private final Departed departed = new Departed();

  private Progress peer(MemberId member) {
    Route route = new Route(TestNode.memberId(1), member);
    Progress peer = new Progress(route, 1, 0, new Inflights(1, 1));
    peers.add(peer);
    return peer;
  }

  @Test
  void eachIsSentToUntilItsOwnTime() {
    departed.add(peer(TestNode.memberId(2)));
    assertThat(departed.dueAt()).as("not committed").isEqualTo(Long.MAX_VALUE);
    departed.onCommitted(5);
    departed.add(peer(TestNode.memberId(3)));
    departed.onCommitted(8);
    assertThat(departed.dueAt()).isEqualTo(5);
    departed.onTick(4, peers);
    assertThat(peers.all()).hasSize(2);
    departed.onTick(5, peers);
    assertThat(peers.find(2)).isNull();
    assertThat(departed.isLeaving(2)).isFalse();
    assertThat(peers.find(3)).isNotNull();
    assertThat(departed.isLeaving(3)).isTrue();
    assertThat(departed.dueAt()).isEqualTo(8);
    departed.onTick(8, peers);
    assertThat(peers.all()).isEmpty();
    assertThat(departed.dueAt()).isEqualTo(Long.MAX_VALUE);
  }

  /** How long it is still sent to counts, not when that began; and before it is known, nothing. */
  @Test
  void timeIsToldOnlyWhileItRuns() {
    departed.add(peer(TestNode.memberId(2)));
    assertThat(told(3)).isEqualTo(told(4));
    List<Long> uncommitted = told(4);
    departed.onCommitted(6);
    List<Long> early = told(4);
    assertThat(early).isNotEqualTo(told(5)).isNotEqualTo(uncommitted);
    departed.onCommitted(5);
    assertThat(told(3)).isEqualTo(early);
    departed.onTick(5, peers);
    assertThat(told(6)).isEqualTo(told(7)).isNotEqualTo(uncommitted);
  }

  private List<Long> told(long now) {
    List<Long> numbers = new ArrayList<>();
    departed.encodeState(
        new StateSink(true) {
          @Override
          public void put(long value) {
            numbers.add(value);
          }
        },
        now);
    return numbers;
  }

  @Test
  void whoLeavesAgainLeavesUnderItsNewDirectory() {
    departed.add(peer(TestNode.memberId(2)));
    departed.onReturn(2);
    departed.add(peer(new MemberId(2, 2002)));
    assertThat(departed.incarnationOf(2)).isEqualTo(2002);
    assertThat(departed.isLeaving(2)).isTrue();
  }

  @Test
  void theDirectoryIsTheOneNamedElseTheOneThatWasHeard() {
    departed.add(peer(TestNode.memberId(2)));
    assertThat(departed.incarnationOf(2)).isEqualTo(1002);
    Progress unnamed = peer(new MemberId(3, 0));
    unnamed.onContact(1, 77);
    departed.add(unnamed);
    assertThat(departed.incarnationOf(3)).isEqualTo(77);
    assertThat(departed.incarnationOf(4)).as("nobody left").isZero();
    departed.onReturn(3);
    assertThat(departed.isLeaving(3)).isFalse();
    assertThat(departed.incarnationOf(3)).as("it is not forgotten").isEqualTo(77);
  }
}
