// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.state.StateSink;
import java.util.ArrayList;
import java.util.List;

/**
 * A leader's reads on their way to an index (dissertation, section 6.4): they wait for a round of
 * heartbeats that began after they arrived and that a quorum has answered.
 *
 * <p>Rounds are numbered by the leader, never by a client: an answer that was delayed on the way
 * names its round and cannot confirm a later one. Were a client's id used, an old answer to a
 * repeated id could confirm a read under a leader that has long been deposed.
 */
final class ReadIndexQueue {
  /** How many reads may wait; members batch theirs, so an honest cluster has a handful. */
  static final int MAX_WAITING = 10_000;

  /**
   * One read.
   *
   * @param request its name at its origin
   * @param replyTo the route of the answer, null if it was asked here
   */
  record Read(RequestId request, Route replyTo) {}

  /** Reads that one round of heartbeats confirms, and the index they get. */
  record Round(long number, long index, List<Read> reads) {}

  // Made when there is a read: most leaders have none at most times.
  private List<Round> rounds = List.of();
  private List<Read> waiting = List.of();
  private int size;
  private long lastRound;

  /** Takes a read, unless there are too many. */
  boolean maybeAdd(Read read) {
    if (size >= MAX_WAITING) {
      return false;
    }
    size++;
    if (waiting.isEmpty()) {
      waiting = new ArrayList<>();
    }
    waiting.add(read);
    return true;
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** The number of the latest round, 0 before the first. */
  long lastRound() {
    return lastRound;
  }

  /** Starts a round for all that wait; they read at {@code commit}. */
  void startRound(long commit) {
    if (rounds.isEmpty()) {
      rounds = new ArrayList<>(1);
    }
    rounds.add(new Round(++lastRound, commit, waiting));
    waiting = List.of();
  }

  /** The next round that is confirmed when a quorum has answered {@code confirmed}, or null. */
  Round pollConfirmed(long confirmed) {
    if (rounds.isEmpty() || rounds.get(0).number() > confirmed) {
      return null;
    }
    Round round = rounds.remove(0);
    size -= round.reads().size();
    return round;
  }

  /** Every read that is not confirmed. */
  List<Read> drain() {
    List<Read> all = new ArrayList<>();
    rounds.forEach(round -> all.addAll(round.reads()));
    all.addAll(waiting);
    rounds = List.of();
    waiting = List.of();
    size = 0;
    return all;
  }

  ReadIndexQueue copy() {
    ReadIndexQueue copy = new ReadIndexQueue();
    copy.rounds = new ArrayList<>(rounds);
    copy.waiting = new ArrayList<>(waiting);
    copy.size = size;
    copy.lastRound = lastRound;
    return copy;
  }

  void encodeState(StateSink sink) {
    sink.put(rounds.size());
    for (Round round : rounds) {
      sink.put(round.number());
      sink.put(round.index());
      encode(round.reads(), sink);
    }
    encode(waiting, sink);
    sink.put(size);
    sink.put(lastRound);
  }

  private static void encode(List<Read> reads, StateSink sink) {
    sink.put(reads.size());
    for (Read read : reads) {
      sink.put(read.request());
      if (sink.putPresence(read.replyTo())) {
        sink.put(read.replyTo());
      }
    }
  }
}
