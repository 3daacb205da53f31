// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The proposals of this member that were appended somewhere and whose fate is open: each waits for
 * one index and one term.
 *
 * <p>They end in one of three ways, which are never confused. The entry with that index and term is
 * committed: the command is applied. An entry of a later term is committed at or before that index:
 * the command is not in the log that everybody has, whose terms never fall, and definitely never
 * will be. Or nobody can tell, and the outcome is unknown.
 *
 * <p><b>Threads.</b> The loop's alone.
 *
 * @param <R> what applying a command results in
 */
final class PendingProposals<R> {
  /** Commands that were appended one after the other. Those that have ended are null. */
  private static final class Batch<R> {
    final EntryId first;
    final Proposal<R>[] items;

    /** No later than this tick it ends, whatever the deadlines of its items. */
    long latest = Long.MAX_VALUE;

    Batch(EntryId first, Proposal<R>[] items) {
      this.first = first;
      this.items = items;
    }

    long lastIndex() {
      return first.index() + items.length - 1;
    }
  }

  private static final Comparator<EntryId> BY_INDEX =
      Comparator.comparingLong(EntryId::index).thenComparingLong(EntryId::term);

  private final TreeMap<EntryId, Batch<R>> batches = new TreeMap<>(BY_INDEX);

  /** At most the lowest term of all batches. */
  private long oldestTerm = Long.MAX_VALUE;

  boolean isEmpty() {
    return batches.isEmpty();
  }

  /**
   * These commands are entries from {@code first} on.
   *
   * @return false if others are said to be there, which a leader can only say in error
   */
  boolean maybeAdd(EntryId first, Proposal<R>[] items) {
    if (batches.putIfAbsent(first, new Batch<>(first, items)) != null) {
      return false;
    }
    oldestTerm = Math.min(oldestTerm, first.term());
    return true;
  }

  /**
   * These entries are committed.
   *
   * @param lost is given those that will never be
   * @param unknown is given those whose place is somebody else's as well
   * @return who waits for which of the entries; null if nobody does
   */
  Proposal<R>[] onCommitted(
      List<Entry> entries, Consumer<Proposal<R>> lost, Consumer<Proposal<R>> unknown) {
    if (batches.isEmpty()) {
      return null;
    }
    long from = entries.get(0).index();
    Entry last = entries.get(entries.size() - 1);
    boolean hasOlder = oldestTerm < last.term();
    long oldest = Long.MAX_VALUE;
    Proposal<R>[] awaited = null;
    Iterator<Batch<R>> all = batches.values().iterator();
    while (all.hasNext()) {
      Batch<R> batch = all.next();
      if (batch.first.index() > last.index() && !hasOlder) {
        oldest = Math.min(oldest, oldestTerm);
        break;
      }
      long end = Math.min(batch.lastIndex(), last.index());
      for (long index = Math.max(batch.first.index(), from); index <= end; index++) {
        Proposal<R> item = take(batch, index);
        if (item == null) {
          continue;
        }
        int offset = (int) (index - from);
        // By term as well as index: after a change of leader another command may be in this place,
        // and its result would be taken for this one's.
        if (entries.get(offset).term() != batch.first.term()) {
          lost.accept(item);
        } else if (awaited != null && awaited[offset] != null) {
          unknown.accept(item);
        } else {
          awaited = awaited == null ? Proposals.array(entries.size()) : awaited;
          awaited[offset] = item;
        }
      }
      if (batch.first.term() < last.term()) {
        long beyond = Math.max(batch.first.index(), last.index() + 1);
        for (long index = beyond; index <= batch.lastIndex(); index++) {
          accept(take(batch, index), lost);
        }
        all.remove();
      } else if (batch.lastIndex() <= last.index()) {
        all.remove();
      } else {
        oldest = Math.min(oldest, batch.first.term());
      }
    }
    oldestTerm = oldest;
    return awaited;
  }

  private static <R> Proposal<R> take(Batch<R> batch, long index) {
    int position = (int) (index - batch.first.index());
    Proposal<R> item = batch.items[position];
    batch.items[position] = null;
    return item;
  }

  /** A snapshot has replaced everything up to {@code index}: what was in there nobody can tell. */
  void onRestored(long index, Consumer<Proposal<R>> unknown) {
    batches
        .values()
        .removeIf(
            batch -> {
              long end = Math.min(batch.lastIndex(), index);
              for (long at = batch.first.index(); at <= end; at++) {
                accept(take(batch, at), unknown);
              }
              return batch.lastIndex() <= index;
            });
  }

  /** The leader that appended them leads no more: their fate is known by this tick, or never. */
  void limit(long latest) {
    for (Batch<R> batch : batches.values()) {
      batch.latest = Math.min(batch.latest, latest);
    }
  }

  /** Ends those whose time is over by tick {@code now}. */
  void expire(long now, Consumer<Proposal<R>> unknown) {
    batches
        .values()
        .removeIf(
            batch -> {
              int left = 0;
              for (int i = 0; i < batch.items.length; i++) {
                Proposal<R> item = batch.items[i];
                if (item != null && Math.min(item.deadline, batch.latest) <= now) {
                  batch.items[i] = null;
                  unknown.accept(item);
                } else if (item != null) {
                  left++;
                }
              }
              return left == 0;
            });
  }

  /** Ends all. */
  void endAll(Consumer<Proposal<R>> unknown) {
    expire(Long.MAX_VALUE, unknown);
  }

  private static <R> void accept(Proposal<R> item, Consumer<Proposal<R>> consumer) {
    if (item != null) {
      consumer.accept(item);
    }
  }
}
