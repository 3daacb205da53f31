// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.state.StateSink;
import java.util.ArrayDeque;
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

  private final ArrayDeque<Round> rounds = new ArrayDeque<>(1);
  private List<Read> waiting = new ArrayList<>();
  private int size;
  private long lastRound;

  /** Takes a read, unless there are too many. */
  boolean maybeAdd(Read read) {
    if (size >= MAX_WAITING) {
      return false;
    }
    size++;
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
    rounds.add(new Round(++lastRound, commit, waiting));
    waiting = new ArrayList<>();
  }

  /** The next round that is confirmed when a quorum has answered {@code confirmed}, or null. */
  Round pollConfirmed(long confirmed) {
    if (rounds.isEmpty() || rounds.peek().number() > confirmed) {
      return null;
    }
    Round round = rounds.poll();
    size -= round.reads().size();
    return round;
  }

  /** Every read that is not confirmed. */
  List<Read> drain() {
    List<Read> all = new ArrayList<>();
    rounds.forEach(round -> all.addAll(round.reads()));
    all.addAll(waiting);
    rounds.clear();
    waiting.clear();
    size = 0;
    return all;
  }

  ReadIndexQueue copy() {
    ReadIndexQueue copy = new ReadIndexQueue();
    copy.rounds.addAll(rounds);
    copy.waiting.addAll(waiting);
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
