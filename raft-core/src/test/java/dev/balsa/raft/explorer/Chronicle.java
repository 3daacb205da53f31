// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import java.util.Arrays;

/**
 * What has happened for good, whoever has forgotten it since: who led each term, what was committed
 * and when, and for whom each member voted last. Part of the world's state, because what is wrong
 * depends on it.
 *
 * @param leaders the leader of each term, four bits each, from the lowest up
 * @param votes for each member, from the lowest byte up: the last term in which it voted, and for
 *     whom
 * @param committed the code of each committed entry
 * @param committedIn the term of the member that was first seen to know it committed
 * @param read the read under way: the member, and how much was committed when it was asked; 0 if
 *     there is none
 */
record Chronicle(long leaders, long votes, long[] committed, long[] committedIn, long read) {
  static final Chronicle EMPTY = new Chronicle(0, 0, new long[0], new long[0], 0);

  long leaderOf(long term) {
    return leaders >>> 4 * term & 0xf;
  }

  Chronicle withLeader(long term, long id) {
    return new Chronicle(leaders | id << 4 * term, votes, committed, committedIn, read);
  }

  /** The last term in which {@code id} has voted. */
  long voteTermOf(long id) {
    return votes >>> 8 * id + 4 & 0xf;
  }

  /** For whom it voted then. */
  long voteOf(long id) {
    return votes >>> 8 * id & 0xf;
  }

  Chronicle withVote(long id, long term, long candidate) {
    long others = votes & ~(0xffL << 8 * id);
    return new Chronicle(
        leaders, others | (term << 4 | candidate) << 8 * id, committed, committedIn, read);
  }

  /** The first {@code commit} entries of this log are known committed to a member in this term. */
  Chronicle withCommit(long[] log, long commit, long term) {
    long[] terms = Arrays.copyOf(committedIn, (int) commit);
    Arrays.fill(terms, committedIn.length, terms.length, term);
    return new Chronicle(leaders, votes, Arrays.copyOf(log, (int) commit), terms, read);
  }

  Chronicle withRead(long id) {
    return new Chronicle(leaders, votes, committed, committedIn, id << 8 | committed.length);
  }

  Chronicle withoutRead() {
    return new Chronicle(leaders, votes, committed, committedIn, 0);
  }

  Fingerprint.Value fingerprint() {
    Fingerprint sink = new Fingerprint();
    sink.put(leaders);
    sink.put(votes);
    sink.put(read);
    for (int i = 0; i < committed.length; i++) {
      sink.put(committed[i]);
      sink.put(committedIn[i]);
    }
    return sink.value();
  }
}
