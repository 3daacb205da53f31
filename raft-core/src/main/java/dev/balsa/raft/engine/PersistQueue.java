// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.model.HardState;
import dev.balsa.raft.state.StateSink;
import java.util.ArrayDeque;

/**
 * The Readys whose writes are under way, oldest first: what the completion of each will vouch for.
 *
 * <p>A completion vouches by position. An entry can be written, replaced, and written again under
 * the same term and index, so a completion that named entries by id could vouch for bytes that are
 * not on the disk yet. A truncation therefore lowers what every earlier write vouches for.
 */
final class PersistQueue {
  /** One Ready. Invariant: {@code lastIndex} is at most what was handed out with it. */
  private static final class Write {
    private final long number;
    private final HardState hardState;
    private final long startedAt;
    private long lastIndex;

    Write(long number, long lastIndex, HardState hardState, long startedAt) {
      this.number = number;
      this.startedAt = startedAt;
      this.lastIndex = lastIndex;
      this.hardState = hardState;
    }
  }

  private final ArrayDeque<Write> writes = new ArrayDeque<>();
  private HardState durable;
  private long durableIndex;

  /** The tick at which the latest completion came. */
  private long movedAt;

  PersistQueue(HardState durable) {
    this.durable = durable;
  }

  /** A Ready was made; once complete, {@code lastIndex} and {@code hardState} are durable. */
  void add(long number, long lastIndex, HardState hardState, long now) {
    writes.add(new Write(number, lastIndex, hardState, now));
  }

  /** The log was cut after {@code lastIndex}: no write so far vouches for anything beyond. */
  void onTruncatedTo(long lastIndex) {
    for (Write write : writes) {
      write.lastIndex = Math.min(write.lastIndex, lastIndex);
    }
    durableIndex = Math.min(durableIndex, lastIndex);
  }

  /** Everything up to Ready {@code number} is durable. */
  void onPersisted(long number, long now) {
    while (!writes.isEmpty() && writes.peek().number <= number) {
      Write write = writes.poll();
      durable = write.hardState;
      durableIndex = write.lastIndex;
      movedAt = now;
    }
  }

  /**
   * Since which tick the disk owes a completion, {@link Long#MAX_VALUE} if it owes none. A disk
   * that is slow and completes one write after another never owes any for long.
   */
  long waitingSince() {
    return writes.isEmpty() ? Long.MAX_VALUE : Math.max(writes.peek().startedAt, movedAt);
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
    for (Write write : writes) {
      copy.add(write.number, write.lastIndex, write.hardState, write.startedAt);
    }
    copy.durableIndex = durableIndex;
    copy.movedAt = movedAt;
    return copy;
  }

  /** Tells what is under way, each write by how many Readys came after it. */
  void encodeState(StateSink sink, long lastNumber, long now) {
    sink.put(writes.size());
    for (Write write : writes) {
      sink.put(lastNumber - write.number);
      sink.put(write.lastIndex);
      sink.put(write.hardState);
      sink.putAge(now, Math.max(write.startedAt, movedAt), Long.MAX_VALUE);
    }
    sink.put(durable);
    sink.put(durableIndex);
  }
}
