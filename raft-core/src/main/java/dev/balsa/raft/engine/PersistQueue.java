// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.model.HardState;
import dev.balsa.raft.state.StateSink;

/**
 * The Readys whose writes are under way, oldest first: what the completion of each will vouch for.
 *
 * <p>A completion vouches by position. An entry can be written, replaced, and written again under
 * the same term and index, so a completion that named entries by id could vouch for bytes that are
 * not on the disk yet. A truncation therefore lowers what every earlier write vouches for.
 */
final class PersistQueue {
  // A ring of Readys, field by field, so that a Ready's way through it makes no object.
  private long[] numbers = new long[1];
  private HardState[] hardStates = new HardState[1];

  /** Invariant: each is at most what was handed out with its Ready. */
  private long[] lastIndexes = new long[1];

  private int head;
  private int count;
  private HardState durable;
  private long durableIndex;

  /** The tick at which the oldest write became it: it was begun, or the one before completed. */
  private long waitingSince;

  PersistQueue(HardState durable) {
    this.durable = durable;
  }

  /** A Ready was made; once complete, {@code lastIndex} and {@code hardState} are durable. */
  void add(long number, long lastIndex, HardState hardState, long now) {
    if (count == numbers.length) {
      grow();
    }
    if (count == 0) {
      waitingSince = now;
    }
    int at = at(count++);
    numbers[at] = number;
    hardStates[at] = hardState;
    lastIndexes[at] = lastIndex;
  }

  /** The cell of the write with this many before it. */
  private int at(int position) {
    // The length is a power of two.
    return (head + position) & (numbers.length - 1);
  }

  private void grow() {
    long[] newNumbers = new long[count * 2];
    HardState[] newHardStates = new HardState[count * 2];
    long[] newLastIndexes = new long[count * 2];
    for (int i = 0; i < count; i++) {
      newNumbers[i] = numbers[at(i)];
      newHardStates[i] = hardStates[at(i)];
      newLastIndexes[i] = lastIndexes[at(i)];
    }
    numbers = newNumbers;
    hardStates = newHardStates;
    lastIndexes = newLastIndexes;
    head = 0;
  }

  /** The log was cut after {@code lastIndex}: no write so far vouches for anything beyond. */
  void onTruncatedTo(long lastIndex) {
    for (int i = 0; i < count; i++) {
      lastIndexes[at(i)] = Math.min(lastIndexes[at(i)], lastIndex);
    }
    durableIndex = Math.min(durableIndex, lastIndex);
  }

  /** Everything up to Ready {@code number} is durable. */
  void onPersisted(long number, long now) {
    while (count > 0 && numbers[head] <= number) {
      durable = hardStates[head];
      hardStates[head] = null;
      durableIndex = lastIndexes[head];
      waitingSince = now;
      head = at(1);
      count--;
    }
  }

  /**
   * Since which tick the disk owes a completion, {@link Long#MAX_VALUE} if it owes none. A disk
   * that is slow and completes one write after another never owes any for long.
   */
  long waitingSince() {
    return count == 0 ? Long.MAX_VALUE : waitingSince;
  }

  /** Term and vote that will be found after a crash. */
  HardState durableState() {
    return durable;
  }

  /** How far the last completed write vouches. */
  long durableIndex() {
    return durableIndex;
  }

  PersistQueue copy() {
    PersistQueue copy = new PersistQueue(durable);
    for (int i = 0; i < count; i++) {
      int at = at(i);
      copy.add(numbers[at], lastIndexes[at], hardStates[at], waitingSince);
    }
    copy.durableIndex = durableIndex;
    return copy;
  }

  /** Tells what is under way, each write by how many Readys came after it. */
  void encodeState(StateSink sink, long lastNumber, long now) {
    sink.put(count);
    for (int i = 0; i < count; i++) {
      int at = at(i);
      sink.put(lastNumber - numbers[at]);
      sink.put(lastIndexes[at]);
      sink.put(hardStates[at]);
    }
    if (count > 0) {
      sink.putAge(now, waitingSince, Long.MAX_VALUE);
    }
    sink.put(durable);
    sink.put(durableIndex);
  }
}
