// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.quorum;

import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Membership;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * The quorums of a configuration: a majority of the incoming half and, while joint, a majority of
 * the outgoing half as well (paper, section 6). Never a majority of the union: that could be formed
 * without a majority of either half, and two leaders could be elected side by side.
 */
public final class Quorum {
  /** The quorum of no configuration at all: nobody wins anything. */
  public static final Quorum NONE = new Quorum(IdSet.EMPTY, IdSet.EMPTY);

  private final MajorityConfig incoming;
  private final MajorityConfig outgoing;

  private Quorum(IdSet incoming, IdSet outgoing) {
    this.incoming = new MajorityConfig(incoming);
    this.outgoing = outgoing.isEmpty() ? MajorityConfig.NOBODY : new MajorityConfig(outgoing);
  }

  /** The quorums of these halves; {@code outgoing} is empty unless joint. */
  public static Quorum of(IdSet incoming, IdSet outgoing) {
    return new Quorum(incoming, outgoing);
  }

  /** The quorums of this configuration. */
  public static Quorum of(Membership membership) {
    return new Quorum(membership.voters(), membership.outgoingVoters());
  }

  /**
   * The highest value that a quorum has reached: the commit index of acknowledged indices, the
   * confirmed round of echoed rounds, the newest moment at which a quorum was in contact.
   *
   * @param reached how far each voter is, at least 0
   * @return 0 if there are no voters
   */
  public long reached(LongUnaryOperator reached) {
    if (incoming.voters().isEmpty()) {
      return 0;
    }
    return Math.min(incoming.reachedByQuorum(reached), outgoing.reachedByQuorum(reached));
  }

  /** Whether these ballots win an election. */
  public VoteResult result(LongFunction<Ballot> ballots) {
    if (incoming.voters().isEmpty()) {
      return VoteResult.PENDING;
    }
    VoteResult first = incoming.result(ballots);
    VoteResult second = outgoing.result(ballots);
    if (first == VoteResult.LOST || second == VoteResult.LOST) {
      return VoteResult.LOST;
    }
    return first == second ? first : VoteResult.PENDING;
  }
}
