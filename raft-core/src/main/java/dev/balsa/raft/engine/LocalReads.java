// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.state.StateSink;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * The read requests of this member that have no answer yet, whoever is to give it. Each ends
 * exactly once: confirmed, refused, failed by a change of leader, or timed out. So none leaks, and
 * there are never more than {@link #MAX_PENDING}.
 *
 * <p>Answers may come in any order, so each is found by its name, without a look at the others.
 */
final class LocalReads {
  /** How many may wait; a host batches its clients' reads, so it has a handful. */
  static final int MAX_PENDING = 10_000;

  private static final Comparator<RequestId> BY_NAME =
      Comparator.comparingLong(RequestId::bootEpoch).thenComparingLong(RequestId::sequence);

  private static final class Pending {
    private final RequestId request;
    private final long deadline;

    /** The one asked after it, null if it is the latest. */
    private Pending next;

    Pending(RequestId request, long deadline) {
      this.request = request;
      this.deadline = deadline;
    }
  }

  private final Outbox out;

  /** Made when there is a read: most members have none at most times. */
  private Map<RequestId, Pending> byName = Collections.emptyMap();

  /**
   * The head of those asked, in the order of asking, which is that of their deadlines.
   *
   * <p>Invariant: the first one waits; others may have been answered meanwhile.
   */
  private Pending oldest;

  private Pending newest;

  /** How many are linked, answered or not. */
  private int linked;

  LocalReads(Outbox out) {
    this.out = out;
  }

  boolean isFull() {
    // Those answered out of turn count too, or they could pile up behind one that is not.
    return linked >= MAX_PENDING;
  }

  boolean isPending(RequestId request) {
    return byName.containsKey(request);
  }

  /** Asked, and to be answered before the tick {@code deadline}. */
  void add(RequestId request, long deadline) {
    Pending read = new Pending(request, deadline);
    name(read);
    link(read);
  }

  private void name(Pending read) {
    if (byName.isEmpty()) {
      byName = new TreeMap<>(BY_NAME);
    }
    byName.put(read.request, read);
  }

  /** The answer has come; one that nobody waits for any more is ignored. */
  void complete(ReadState answer) {
    if (isPending(answer.request())) {
      byName.remove(answer.request());
      out.read(answer);
      forgetAnswered();
    }
  }

  private void link(Pending read) {
    if (oldest == null) {
      oldest = read;
    } else {
      newest.next = read;
    }
    newest = read;
    linked++;
  }

  private boolean isAwaited(Pending read) {
    return byName.get(read.request) == read;
  }

  private void forgetAnswered() {
    while (oldest != null && !isAwaited(oldest)) {
      oldest = oldest.next;
      linked--;
    }
  }

  /** Nobody will answer. */
  void failAll(Refusal refusal) {
    while (oldest != null) {
      fail(oldest, refusal);
    }
  }

  /** Gives up on those whose time has come. */
  void onTick(long now, Refusal refusal) {
    while (dueAt() <= now) {
      fail(oldest, refusal);
    }
  }

  private void fail(Pending read, Refusal refusal) {
    complete(new ReadState(read.request, 0, refusal));
  }

  /** The tick at which the next one is given up, {@link Long#MAX_VALUE} if none waits. */
  long dueAt() {
    return oldest == null ? Long.MAX_VALUE : oldest.deadline;
  }

  LocalReads copy(Outbox out) {
    LocalReads copy = new LocalReads(out);
    for (Pending read = oldest; read != null; read = read.next) {
      Pending twin = new Pending(read.request, read.deadline);
      copy.link(twin);
      if (isAwaited(read)) {
        copy.name(twin);
      }
    }
    return copy;
  }

  void encodeState(StateSink sink, long now) {
    sink.put(linked);
    for (Pending read = oldest; read != null; read = read.next) {
      sink.put(read.request);
      sink.put(isAwaited(read));
      sink.putDelay(now, read.deadline);
    }
  }
}
