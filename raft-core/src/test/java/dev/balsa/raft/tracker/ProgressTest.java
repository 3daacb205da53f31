// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final Progress peer = newPeer(11, 2);

  private static Progress newPeer(long next, int window) {
    Route route = new Route(TestNode.memberId(1), TestNode.memberId(2));
    return new Progress(route, next, 0, new Inflights(window, 1 << 20));
  }

  @Test
  void aProbeSendsOneAppendUntilItIsAnswered() {
    assertThat(peer.isPaused()).isFalse();
    peer.onAppendSent(15, 100);
    assertThat(peer.isPaused()).isTrue();
    assertThat(peer.next()).as("a probe does not pipeline").isEqualTo(11);
    peer.onHeartbeatAnswered();
    assertThat(peer.isPaused()).as("the probe may be lost").isFalse();
  }

  @Test
  void replicationPipelinesUpToItsWindow() {
    replicateFrom(10);
    peer.onAppendSent(12, 100);
    peer.onAppendSent(14, 100);
    assertThat(peer.next()).isEqualTo(15);
    assertThat(peer.isPaused()).isTrue();
    assertThat(peer.maybeAdvance(12)).isTrue();
    assertThat(peer.next()).as("what is under way is not sent again").isEqualTo(15);
    assertThat(peer.isPaused()).isFalse();
  }

  private void replicateFrom(long match) {
    assertThat(peer.maybeAdvance(match)).isTrue();
    peer.becomeReplicate();
    assertThat(peer.next()).isEqualTo(match + 1);
  }

  @Test
  @Tag("R-47")
  void aLateAcknowledgementDoesNotMoveBack() {
    replicateFrom(10);
    assertThat(peer.maybeAdvance(7)).isFalse();
    assertThat(peer.maybeAdvance(10)).isFalse();
    assertThat(peer.match()).isEqualTo(10);
    assertThat(peer.next()).isEqualTo(11);
  }

  @Test
  @Tag("R-47")
  void aLateRejectionDoesNotMoveBack() {
    replicateFrom(10);
    assertThat(peer.maybeBackOff(9, 3)).isFalse();
    assertThat(peer.maybeBackOff(10, 3)).isFalse();
    assertThat(peer.state()).isEqualTo(ProgressState.REPLICATE);
    assertThat(peer.match()).isEqualTo(10);
    assertThat(peer.maybeBackOff(12, 3)).as("a real one").isTrue();
    assertThat(peer.state()).isEqualTo(ProgressState.PROBE);
    assertThat(peer.next()).as("never at or below match").isEqualTo(11);
  }

  @Test
  void aProbeBacksOffOnlyForItsOwnRejection() {
    assertThat(peer.maybeBackOff(9, 3)).isFalse();
    assertThat(peer.maybeBackOff(10, 3)).isTrue();
    assertThat(peer.next()).isEqualTo(4);
    assertThat(peer.isPaused()).isFalse();
  }

  @Test
  @Tag("R-59")
  void backingOffNeverGoesBelowTheFirstEntryOrAbove() {
    assertThat(peer.maybeBackOff(10, 0)).isTrue();
    assertThat(peer.next()).isEqualTo(1);
    Progress other = newPeer(11, 2);
    assertThat(other.maybeBackOff(10, 5000)).isTrue();
    assertThat(other.next()).as("the rejected one itself at most").isEqualTo(10);
  }

  @Test
  void anAnsweredHeartbeatSaysNothingOfWhatIsInFlight() {
    replicateFrom(10);
    peer.onAppendSent(11, 100);
    peer.onAppendSent(12, 100);
    peer.onHeartbeatAnswered();
    assertThat(peer.isPaused()).isTrue();
    assertThat(peer.inflights().count()).isEqualTo(2);
  }

  @Test
  void nothingIsSentWhileASnapshotIsOnItsWay() {
    peer.becomeSnapshot(30, 100);
    assertThat(peer.isPaused()).isTrue();
    peer.onHeartbeatAnswered();
    assertThat(peer.isPaused()).isTrue();
    assertThat(peer.maybeBackOff(10, 3)).as("an old rejection").isFalse();
    assertThat(peer.isOfferDue(109, 10)).isFalse();
    assertThat(peer.isOfferDue(110, 10)).isTrue();
    peer.abandonSnapshot();
    assertThat(peer.state()).isEqualTo(ProgressState.PROBE);
    assertThat(peer.next()).as("it may hold nothing of the snapshot").isEqualTo(1);
  }

  @Test
  void nothingIsSentWhileEntriesAreFetched() {
    peer.onFetch(true);
    assertThat(peer.isPaused()).isTrue();
    peer.onFetch(false);
    assertThat(peer.isPaused()).isFalse();
  }

  @Test
  @Tag("R-40")
  void anOldRoundDoesNotMoveBack() {
    peer.onRound(5);
    peer.onRound(3);
    assertThat(peer.ackedRound()).isEqualTo(5);
  }

  @Test
  void requestsAreNewOnlyAboveAllEarlierOnes() {
    assertThat(peer.maybeAdvanceRequest(new RequestId(1, 5))).isTrue();
    assertThat(peer.maybeAdvanceRequest(new RequestId(1, 5))).isFalse();
    assertThat(peer.maybeAdvanceRequest(new RequestId(1, 4))).isFalse();
    assertThat(peer.maybeAdvanceRequest(new RequestId(2, 1))).as("after a restart").isTrue();
    assertThat(peer.maybeAdvanceRequest(new RequestId(1, 9))).isFalse();
  }

  /**
   * Whatever comes in whatever order: match below next, match never back, the window consistent.
   */
  @Property(tries = 500)
  void theInvariantsHoldForAnySequence(
      @ForAll @Size(max = 60) List<@IntRange(max = 9999) Integer> script) {
    Progress any = newPeer(20, 3);
    long match = 0;
    for (int step : script) {
      long argument = step / 10 % 40;
      switch (step % 10) {
        case 0, 1 -> {
          if (!any.isPaused()) {
            any.onAppendSent(any.next() - 1 + argument % 4, argument);
          }
        }
        case 2 -> any.maybeAdvance(argument);
        case 3 -> any.maybeBackOff(argument, step / 400);
        case 4 -> any.onHeartbeatAnswered();
        case 5 -> any.becomeProbe();
        case 6 -> any.becomeReplicate();
        case 7 -> any.becomeSnapshot(argument, step);
        case 8 -> any.abandonSnapshot();
        default -> any.onFetch(argument % 2 == 0);
      }
      assertThat(any.match()).isLessThan(any.next()).isGreaterThanOrEqualTo(match);
      match = any.match();
      assertThat(any.inflights().count()).isLessThanOrEqualTo(3);
      if (any.state() != ProgressState.REPLICATE) {
        assertThat(any.inflights().count()).isZero();
      }
    }
  }

  @Test
  void peersAreInOrderOfTheirIds() {
    ProgressTracker tracker = new ProgressTracker();
    for (long id : new long[] {5, 2, 9, 1}) {
      Route route = new Route(TestNode.memberId(100), TestNode.memberId(id));
      tracker.add(new Progress(route, 1, 0, new Inflights(1, 1)));
    }
    assertThat(tracker.all().stream().map(Progress::id)).containsExactly(1L, 2L, 5L, 9L);
    assertThat(tracker.find(5).id()).isEqualTo(5);
    assertThat(tracker.find(3)).isNull();
    tracker.remove(1);
    assertThat(tracker.all().stream().map(Progress::id)).containsExactly(2L, 5L, 9L);
  }
}
