// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import dev.balsa.raft.state.StateSink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Members that left the configuration while a leader led.
 *
 * <p>A member that is cut off by the entry that removes it never hears of its removal, and asks for
 * votes until somebody switches it off. So the leader goes on sending to it until the removal is
 * committed, and for a while after.
 */
public final class Departed {
  /**
   * One that left.
   *
   * @param incarnation the data directory under which it left, 0 if nobody saw which
   * @param until when it is no longer sent to; {@link Long#MAX_VALUE} while its removal is not
   *     committed, 0 once it is over
   */
  private record Left(long id, long incarnation, long until) {
    boolean isSentTo() {
      return until != 0;
    }
  }

  /** Ascending by id. Replaced as a whole: members seldom leave, and most leaders see none go. */
  private List<Left> left = List.of();

  /** The same, to go its own way. */
  public Departed copy() {
    Departed copy = new Departed();
    copy.left = left;
    return copy;
  }

  /** Tells who left, how, and for how long they are sent to. */
  public void encodeState(StateSink sink, long now) {
    sink.put(left.size());
    for (Left one : left) {
      sink.put(one.id);
      sink.put(one.incarnation);
      sink.put(one.isSentTo());
      sink.put(one.until == Long.MAX_VALUE);
      if (one.isSentTo() && one.until != Long.MAX_VALUE) {
        sink.putDelay(now, one.until);
      }
    }
  }

  /** The configuration in force leaves this peer out. Without effect if it did before. */
  public void add(Progress peer) {
    if (isLeaving(peer.id())) {
      return;
    }
    long named = peer.route().to().incarnation();
    long incarnation = named == 0 ? peer.observedIncarnation() : named;
    List<Left> all = new ArrayList<>(left);
    all.removeIf(one -> one.id == peer.id());
    all.add(new Left(peer.id(), incarnation, Long.MAX_VALUE));
    all.sort(Comparator.comparingLong(Left::id));
    left = List.copyOf(all);
  }

  private Left find(long id) {
    for (Left one : left) {
      if (one.id == id) {
        return one;
      }
    }
    return null;
  }

  /** Whether this peer has left and is still sent to. */
  public boolean isLeaving(long id) {
    Left found = find(id);
    return found != null && found.isSentTo();
  }

  /** This id is a member again. */
  public void onReturn(long id) {
    endIf(one -> one.id == id);
  }

  /** The data directory that left under this id, 0 if none did or nobody saw which. */
  public long incarnationOf(long id) {
    Left found = find(id);
    return found == null ? 0 : found.incarnation;
  }

  /** The configuration that leaves them out is committed: they are sent to until {@code tick}. */
  public void onCommitted(long tick) {
    if (!left.isEmpty()) {
      left = left.stream().map(one -> until(one, Math.min(one.until, tick))).toList();
    }
  }

  private static Left until(Left one, long tick) {
    return new Left(one.id, one.incarnation, tick);
  }

  private void endIf(Predicate<Left> isOver) {
    left = left.stream().map(one -> isOver.test(one) ? until(one, 0) : one).toList();
  }

  /** Drops those from {@code peers} whose time is up. */
  public void onTick(long now, ProgressTracker peers) {
    if (now < dueAt()) {
      return;
    }
    for (Left one : left) {
      if (one.isSentTo() && now >= one.until) {
        peers.remove(one.id);
      }
    }
    endIf(one -> now >= one.until);
  }

  /** The first tick at which somebody's time is up, {@link Long#MAX_VALUE} if nobody's. */
  public long dueAt() {
    long due = Long.MAX_VALUE;
    for (int i = 0; i < left.size(); i++) {
      if (left.get(i).isSentTo()) {
        due = Math.min(due, left.get(i).until);
      }
    }
    return due;
  }
}
