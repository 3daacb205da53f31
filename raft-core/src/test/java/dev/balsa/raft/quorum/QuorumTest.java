// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.IdSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Quorums against a deliberately simple twin, over every configuration of up to five voters on each
 * half and every state of them (paper, sections 5.2 and 6).
 */
class QuorumTest {
  private static final int VOTERS = 5;
  private static final Ballot[] BALLOTS = Ballot.values();

  /** Every subset of voters 1 to 5, as bits. */
  private static final int SUBSETS = 1 << VOTERS;

  @Test
  void ballotsOfEveryPairOfHalves() {
    int combinations = 243; // 3 ballots for each of 5 voters
    for (int incoming = 0; incoming < SUBSETS; incoming++) {
      for (int outgoing = 0; outgoing < SUBSETS; outgoing++) {
        Quorum quorum = Quorum.of(idsOf(incoming), idsOf(outgoing));
        for (int code = 0; code < combinations; code++) {
          Ballot[] ballots = ballotsOf(code);
          VoteResult actual = quorum.result(id -> ballots[(int) id - 1]);
          if (actual != twinResult(incoming, outgoing, ballots)) {
            assertThat(actual)
                .as("%s + %s, %s", idsOf(incoming), idsOf(outgoing), List.of(ballots))
                .isEqualTo(twinResult(incoming, outgoing, ballots));
          }
        }
      }
    }
  }

  /** Counts by hand; a half that could still be won by the missing is pending. */
  private static VoteResult twinResult(int incoming, int outgoing, Ballot[] ballots) {
    if (incoming == 0) {
      return VoteResult.PENDING;
    }
    boolean wins = wins(incoming, ballots, false) && wins(outgoing, ballots, false);
    boolean canWin = wins(incoming, ballots, true) && wins(outgoing, ballots, true);
    return wins ? VoteResult.WON : canWin ? VoteResult.PENDING : VoteResult.LOST;
  }

  private static boolean wins(int half, Ballot[] ballots, boolean countMissing) {
    int voters = 0;
    int votes = 0;
    for (int i = 0; i < VOTERS; i++) {
      if ((half & 1 << i) != 0) {
        voters++;
        boolean counts =
            ballots[i] == Ballot.GRANTED || (countMissing && ballots[i] == Ballot.MISSING);
        votes += counts ? 1 : 0;
      }
    }
    return voters == 0 || votes > voters / 2.0;
  }

  @Test
  void indexesReachedByEveryPairOfHalves() {
    int combinations = 1024; // 4 indexes for each of 5 voters
    for (int incoming = 0; incoming < SUBSETS; incoming++) {
      for (int outgoing = 0; outgoing < SUBSETS; outgoing++) {
        Quorum quorum = Quorum.of(idsOf(incoming), idsOf(outgoing));
        for (int code = 0; code < combinations; code++) {
          int digits = code;
          long actual = quorum.reached(id -> digits >> 2 * (id - 1) & 3);
          if (actual != twinReached(incoming, outgoing, digits)) {
            assertThat(actual)
                .as("%s + %s, %s", idsOf(incoming), idsOf(outgoing), Integer.toString(digits, 4))
                .isEqualTo(twinReached(incoming, outgoing, digits));
          }
        }
      }
    }
  }

  /** The highest index that more than half of each half has reached. */
  private static long twinReached(int incoming, int outgoing, int digits) {
    if (incoming == 0) {
      return 0;
    }
    long best = 0;
    for (int index = 1; index <= 3; index++) {
      if (holdsMajority(incoming, digits, index) && holdsMajority(outgoing, digits, index)) {
        best = index;
      }
    }
    return best;
  }

  private static boolean holdsMajority(int half, int digits, int index) {
    int voters = Integer.bitCount(half);
    int holders = 0;
    for (int i = 0; i < VOTERS; i++) {
      holders += (half & 1 << i) != 0 && (digits >> 2 * i & 3) >= index ? 1 : 0;
    }
    return voters == 0 || holders > voters / 2.0;
  }

  /** What everything hangs on: two sets of voters that both win share a voter of each half. */
  @Test
  void anyTwoWinningSetsOverlap() {
    for (int half = 1; half < SUBSETS; half++) {
      Quorum quorum = Quorum.of(idsOf(half), IdSet.EMPTY);
      List<Integer> winners = new ArrayList<>();
      for (int set = 0; set < SUBSETS; set++) {
        int granted = set;
        if (quorum.result(id -> (granted & 1 << id - 1) != 0 ? Ballot.GRANTED : Ballot.REFUSED)
            == VoteResult.WON) {
          winners.add(set & half);
        }
      }
      for (int one : winners) {
        for (int other : winners) {
          assertThat(one & other).isNotZero();
        }
      }
    }
  }

  @Test
  void nobodyWinsAnythingInTheEmptyConfiguration() {
    assertThat(Quorum.NONE.result(id -> Ballot.GRANTED)).isEqualTo(VoteResult.PENDING);
    assertThat(Quorum.NONE.reached(id -> 7)).isZero();
  }

  private static IdSet idsOf(int subset) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < VOTERS; i++) {
      if ((subset & 1 << i) != 0) {
        ids.add(i + 1L);
      }
    }
    return IdSet.of(ids.stream().mapToLong(Long::longValue).toArray());
  }

  private static Ballot[] ballotsOf(int code) {
    Ballot[] ballots = new Ballot[VOTERS];
    int rest = code;
    for (int i = 0; i < VOTERS; i++) {
      ballots[i] = BALLOTS[rest % 3];
      rest /= 3;
    }
    return ballots;
  }
}
