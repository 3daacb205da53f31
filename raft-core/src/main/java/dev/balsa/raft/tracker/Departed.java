// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import dev.balsa.raft.state.StateSink;
import java.util.TreeMap;

/**
 * Members that left the configuration while a leader led.
 *
 * <p>A member that is cut off by the entry that removes it never hears of its removal, and asks for
 * votes until somebody switches it off. So the leader goes on sending to it until the removal is
 * committed, and for a while after.
 */
public final class Departed {
  /** Those still sent to, and until when; {@link Long#MAX_VALUE} while it is not committed. */
  private final TreeMap<Long, Long> leaving = new TreeMap<>();

  /** The data directories under which members left, as far as they were known. */
  private final TreeMap<Long, Long> incarnations = new TreeMap<>();

  /** The same, to go its own way. */
  public Departed copy() {
    Departed copy = new Departed();
    copy.leaving.putAll(leaving);
    copy.incarnations.putAll(incarnations);
    return copy;
  }

  /** Tells who left, how, and for how long they are sent to. */
  public void encodeState(StateSink sink, long now) {
    sink.put(leaving.size());
    leaving.forEach(
        (id, until) -> {
          sink.put(id);
          sink.put(until == Long.MAX_VALUE);
          if (until != Long.MAX_VALUE) {
            sink.putDelay(now, until);
          }
        });
    sink.put(incarnations.size());
    incarnations.forEach(
        (id, incarnation) -> {
          sink.put(id);
          sink.put(incarnation);
        });
  }

  /** The configuration in force leaves this peer out. Without effect if it did before. */
  public void add(Progress peer) {
    if (leaving.putIfAbsent(peer.id(), Long.MAX_VALUE) == null) {
      long named = peer.route().to().incarnation();
      incarnations.put(peer.id(), named == 0 ? peer.observedIncarnation() : named);
    }
  }

  /** Whether this peer has left and is still sent to. */
  public boolean isLeaving(long id) {
    return leaving.containsKey(id);
  }

  /** This id is a member again. */
  public void onReturn(long id) {
    leaving.remove(id);
  }

  /** The data directory that left under this id, 0 if none did or nobody saw which. */
  public long incarnationOf(long id) {
    return incarnations.getOrDefault(id, 0L);
  }

  /** The configuration that leaves them out is committed: they are sent to until {@code tick}. */
  public void onCommitted(long tick) {
    if (!leaving.isEmpty()) {
      leaving.replaceAll((id, until) -> Math.min(until, tick));
    }
  }

  /** Drops those from {@code peers} whose time is up. */
  public void onTick(long now, ProgressTracker peers) {
    if (now < dueAt()) {
      return;
    }
    leaving.forEach(
        (id, until) -> {
          if (now >= until) {
            peers.remove(id);
          }
        });
    leaving.values().removeIf(until -> now >= until);
  }

  /** The first tick at which somebody's time is up, {@link Long#MAX_VALUE} if nobody's. */
  public long dueAt() {
    if (leaving.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long due = Long.MAX_VALUE;
    for (long until : leaving.values()) {
      due = Math.min(due, until);
    }
    return due;
  }
}
