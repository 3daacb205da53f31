// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Reads on their way to an index: all that wait in one turn share one request to the core. One that
 * the core refuses is asked again, which harms nobody, until its time is over.
 *
 * <p><b>Threads.</b> The loop's alone.
 */
final class PendingReads {
  private final HostParts parts;
  private final RawNode raw;
  private final Endings<?> endings;

  /** Asked at the core, which answers each exactly once, by sequence number. */
  private final TreeMap<Long, ReadBatch> asked = new TreeMap<>();

  private List<Read<?>> waiting = new ArrayList<>();
  private long lastSequence;

  /** Nobody answers reads; tried again at the next tick or change of leader. */
  private boolean isHeld;

  PendingReads(HostParts parts, RawNode raw, Endings<?> endings) {
    this.parts = parts;
    this.raw = raw;
    this.endings = endings;
  }

  void add(Read<?> read) {
    waiting.add(read);
  }

  boolean isIdle() {
    return waiting.isEmpty() && asked.isEmpty();
  }

  /** Whether something waits that {@link #flush} would try. */
  boolean canFlush() {
    return !waiting.isEmpty() && !isHeld;
  }

  /** Asks for all that wait. Not earlier than they came: the index must be of a later moment. */
  void flush() {
    if (waiting.isEmpty() || isHeld) {
      return;
    }
    long sequence = lastSequence + 1;
    if (raw.readIndex(new RequestId(parts.identity.bootEpoch(), sequence)) != null) {
      isHeld = true;
      return;
    }
    lastSequence = sequence;
    asked.put(sequence, new ReadBatch(waiting));
    waiting = new ArrayList<>();
    parts.metrics.readBatches.add(1);
  }

  /** The answer has come: returns the reads that it is for if they may be served. */
  ReadBatch onReadState(ReadState state) {
    ReadBatch batch = asked.remove(state.request().sequence());
    if (batch == null || state.refusal() == null) {
      return batch;
    }
    batch.reads().addAll(waiting);
    waiting = batch.reads();
    // A change of leader may already have brought the next one. Anything else takes time.
    isHeld |= state.refusal().reason() != Refusal.Reason.LEADER_CHANGED;
    return null;
  }

  void onLeaderChanged() {
    isHeld = false;
  }

  /** One tick has passed. */
  void onTick(long now) {
    isHeld = false;
    if (waiting.isEmpty() || waiting.get(0).deadline > now) {
      return;
    }
    int over = 0;
    while (over < waiting.size() && waiting.get(over).deadline <= now) {
      over++;
    }
    List<Read<?>> late = waiting.subList(0, over);
    Refusal refusal = new Refusal(Refusal.Reason.TIMED_OUT, raw.status().leader());
    endings.refuse(new ReadBatch(new ArrayList<>(late)), refusal);
    late.clear();
  }

  /** The node stops: ends all. */
  void stop(Refusal refusal) {
    endings.refuse(new ReadBatch(waiting), refusal);
    waiting = new ArrayList<>();
    asked.values().forEach(batch -> endings.refuse(batch, refusal));
    asked.clear();
  }
}
