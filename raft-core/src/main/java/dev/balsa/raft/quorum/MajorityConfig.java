// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.quorum;

import dev.balsa.raft.model.IdSet;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * Majorities of one set of voters: more than half of them, so that any two majorities share a voter
 * (paper, section 5.2). Everything that the algorithm promises hangs on that overlap.
 *
 * @param voters who is counted; the empty set agrees to everything
 */
record MajorityConfig(IdSet voters) {
  /** How many voters a majority has. */
  int size() {
    return voters.size() / 2 + 1;
  }

  /**
   * The highest value that a majority has reached, where {@code reached} says how far each voter
   * is. {@link Long#MAX_VALUE} if there are no voters.
   */
  long reachedByQuorum(LongUnaryOperator reached) {
    int count = voters.size();
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = reached.applyAsLong(voters.at(i));
    }
    Arrays.sort(values);
    // Ascending: the last size() values are at least this one.
    return values[count - size()];
  }

  /** Whether the ballots win. */
  VoteResult result(LongFunction<Ballot> ballots) {
    int granted = 0;
    int missing = 0;
    for (int i = 0; i < voters.size(); i++) {
      switch (ballots.apply(voters.at(i))) {
        case GRANTED -> granted++;
        case MISSING -> missing++;
        case REFUSED -> {}
      }
    }
    if (voters.isEmpty() || granted >= size()) {
      return VoteResult.WON;
    }
    return granted + missing >= size() ? VoteResult.PENDING : VoteResult.LOST;
  }
}
