// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * What a member must find again after a crash (paper, figure 2: persistent state).
 *
 * <p>Term and vote are one value, written together: a term paired with another term's vote would
 * let a member vote twice. The commit index is only a hint that spares work after a restart.
 *
 * @param term the latest term seen, from 0 upward
 * @param votedFor the id of the member voted for in {@code term}, 0 for none
 * @param commit the highest index known committed
 */
public record HardState(long term, long votedFor, long commit) {
  /** The state of a member that has seen nothing. */
  public static final HardState EMPTY = new HardState(0, 0, 0);

  public HardState {
    if (term < 0 || commit < 0) {
      throw new IllegalArgumentException("negative hard state: " + term + ", " + commit);
    }
  }

  /** Whether {@code other} makes the same promise to the cluster: same term, same vote. */
  public boolean promisesSameAs(HardState other) {
    return term == other.term && votedFor == other.votedFor;
  }
}
