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
  /** The outgoing half of a configuration that is not joint. */
  static final MajorityConfig NOBODY = new MajorityConfig(IdSet.EMPTY);

  /** How many voters a majority has. */
  int size() {
    return voters.size() / 2 + 1;
  }

  /**
   * The highest value that a majority has reached, where {@code reached} says how far each voter
   * is. {@link Long#MAX_VALUE} if there are no voters.
   */
  long reachedByQuorum(LongUnaryOperator reached) {
    return switch (voters.size()) {
      case 0 -> Long.MAX_VALUE;
      case 1 -> reached.applyAsLong(voters.at(0));
      case 3 ->
          middle(
              reached.applyAsLong(voters.at(0)),
              reached.applyAsLong(voters.at(1)),
              reached.applyAsLong(voters.at(2)));
      default -> reachedByMany(reached);
    };
  }

  /** What two of three have reached; the usual cluster is spared an array for each entry. */
  private static long middle(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private long reachedByMany(LongUnaryOperator reached) {
    long[] values = new long[voters.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = reached.applyAsLong(voters.at(i));
    }
    Arrays.sort(values);
    // Ascending: the last size() values are at least this one.
    return values[values.length - size()];
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
