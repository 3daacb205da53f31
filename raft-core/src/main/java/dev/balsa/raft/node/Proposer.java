// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Brings proposals to the log, in order of arrival: all that wait in one turn become one proposal
 * to the core, or one message to the leader.
 *
 * <p>A proposal that cannot be appended because nobody leads waits here, where it is certain that
 * it was not appended; once it is out of here it is never tried again.
 *
 * <p><b>Threads.</b> The loop's alone.
 *
 * @param <R> what applying a command results in
 */
final class Proposer<R> {
  /** Commands sent to the leader; nothing is known of them until it answers. */
  private static final class Forwarded<R> {
    final Proposal<R>[] items;
    long latest;

    Forwarded(Proposal<R>[] items, long latest) {
      this.items = items;
      this.latest = latest;
    }
  }

  private final HostParts parts;
  private final RawNode raw;
  private final Endings<R> endings;
  private final PendingProposals<R> pending = new PendingProposals<>();
  private final TreeMap<Long, Forwarded<R>> forwarded = new TreeMap<>();
  private ArrayDeque<Proposal<R>> waiting = new ArrayDeque<>();
  private long lastSequence;

  /** Nobody takes proposals; tried again at the next tick or change of leader. */
  private boolean isHeld;

  /** Messages to the leader are being dropped. */
  private boolean isLeaderLost;

  /** The highest index that is at the state machine. */
  private long applyingIndex;

  Proposer(HostParts parts, RawNode raw, Endings<R> endings, long applied) {
    this.parts = parts;
    this.raw = raw;
    this.endings = endings;
    this.applyingIndex = applied;
  }

  void add(Proposal<R> proposal) {
    waiting.add(proposal);
  }

  boolean isIdle() {
    return waiting.isEmpty() && forwarded.isEmpty() && pending.isEmpty();
  }

  /** Whether something waits that {@link #flush} would try. */
  boolean canFlush() {
    return !waiting.isEmpty() && !isHeld;
  }

  // ---------------------------------------------------------------- to the log

  /** Proposes all that waits. */
  void flush() {
    while (!waiting.isEmpty() && !isHeld) {
      Proposal<R>[] batch = nextBatch();
      List<byte[]> commands = new ArrayList<>(batch.length);
      for (Proposal<R> proposal : batch) {
        commands.add(proposal.command);
      }
      ProposeResult result = raw.propose(commands);
      if (result.isAccepted()) {
        onAppended(result.first(), batch);
        parts.metrics.proposalsAppended.add(batch.length);
        parts.metrics.commandsPerProposal.record(batch.length);
      } else if (result.refusal().reason() == Refusal.Reason.NOT_LEADER && !isLeaderLost) {
        forward(batch, commands);
      } else {
        onRefused(batch, result.refusal());
      }
    }
  }

  /** The oldest that wait, up to the size of one append. */
  private Proposal<R>[] nextBatch() {
    int count = 0;
    long bytes = 0;
    for (Proposal<R> proposal : waiting) {
      bytes += Entry.OVERHEAD_BYTES + proposal.command.length;
      if (count > 0 && bytes > parts.options.maxBytesPerAppend()) {
        break;
      }
      count++;
    }
    Proposal<R>[] batch = Proposals.array(count);
    for (int i = 0; i < count; i++) {
      batch[i] = waiting.poll();
    }
    return batch;
  }

  private void forward(Proposal<R>[] batch, List<byte[]> commands) {
    long first = lastSequence + 1;
    Refusal refusal = raw.forward(new RequestId(parts.identity.bootEpoch(), first), commands);
    if (refusal != null) {
      onRefused(batch, refusal);
      return;
    }
    lastSequence += batch.length;
    forwarded.put(first, new Forwarded<>(batch, Long.MAX_VALUE));
    parts.metrics.proposalsForwarded.add(batch.length);
  }

  /** Definitely not appended. Those that only lack a leader wait for one. */
  private void onRefused(Proposal<R>[] batch, Refusal refusal) {
    switch (refusal.reason()) {
      case NO_LEADER, NOT_LEADER, TRANSFERRING -> {
        for (int i = batch.length - 1; i >= 0; i--) {
          waiting.addFirst(batch[i]);
        }
        isHeld = true;
      }
      default -> {
        for (Proposal<R> proposal : batch) {
          endings.refuse(proposal, refusal);
        }
      }
    }
  }

  private void onAppended(EntryId first, Proposal<R>[] batch) {
    boolean isOpen = first.index() > applyingIndex && pending.maybeAdd(first, batch);
    if (!isOpen) {
      // The answer came after the entry: its result is gone.
      endUnknown(batch, "the leader's answer came after the command was applied");
    }
  }

  // ---------------------------------------------------------------- what becomes of them

  /** The leader has answered. */
  void onForwardState(ForwardState state) {
    Forwarded<R> answered = forwarded.get(state.first().sequence());
    if (answered == null || answered.items.length != state.count()) {
      return;
    }
    forwarded.remove(state.first().sequence());
    Refusal refusal = state.result().refusal();
    if (refusal == null) {
      EntryId first = state.result().first();
      if (first.index() > Long.MAX_VALUE - state.count()) {
        endUnknown(answered.items, "the leader's answer makes no sense");
      } else {
        onAppended(first, answered.items);
      }
      return;
    }
    switch (refusal.reason()) {
      // Whoever is asked leads the term that the message names, or has led it. That it does not any
      // more says nothing of what it did before: this may be the answer to a copy that the network
      // made, while the first one was appended. To try again could apply the command twice.
      case NOT_LEADER, NO_LEADER, LEADER_CHANGED ->
          endUnknown(answered.items, "the leader changed while the command was on its way");
      default -> onRefused(answered.items, refusal);
    }
  }

  /** These entries are on their way to the state machine; returns who waits for which. */
  Proposal<R>[] onCommitted(List<Entry> entries) {
    applyingIndex = entries.get(entries.size() - 1).index();
    return pending.onCommitted(
        entries,
        proposal ->
            endings.refuse(
                proposal, new Refusal(Refusal.Reason.LEADER_CHANGED, raw.status().leader())),
        proposal -> endings.endUnknown(proposal, "the leader named its place twice"));
  }

  /** A snapshot takes the place of everything up to {@code index}. */
  void onRestored(long index) {
    applyingIndex = index;
    pending.onRestored(
        index, proposal -> endings.endUnknown(proposal, "a snapshot covers the command"));
  }

  // ---------------------------------------------------------------- time and leaders

  /**
   * Messages to the leader are being dropped. What is forwarded now would be lost, and its outcome
   * unknown for good: it waits for the leader, or for the next one.
   */
  void onLeaderLost() {
    isLeaderLost = true;
  }

  /** The leader is heard. */
  void onLeaderHeard() {
    if (isLeaderLost) {
      isLeaderLost = false;
      isHeld = false;
    }
  }

  /** Another leader, or none: what the last one left open is settled by tick {@code latest}. */
  void onLeaderChanged(long latest) {
    isLeaderLost = false;
    isHeld = false;
    pending.limit(latest);
    for (Forwarded<R> sent : forwarded.values()) {
      sent.latest = Math.min(sent.latest, latest);
    }
  }

  /** One tick has passed. */
  void onTick(long now) {
    isHeld = false;
    while (!waiting.isEmpty() && waiting.peek().deadline <= now) {
      endings.refuse(waiting.poll(), new Refusal(Refusal.Reason.TIMED_OUT, raw.status().leader()));
    }
    pending.expire(now, proposal -> endings.endUnknown(proposal, "not known committed in time"));
    forwarded
        .values()
        .removeIf(
            sent -> {
              boolean isOver = Math.min(sent.latest, sent.items[0].deadline) <= now;
              if (isOver) {
                endUnknown(sent.items, "no answer of the leader");
              }
              return isOver;
            });
  }

  /** The node stops: ends all. */
  void stop(Refusal refusal) {
    while (!waiting.isEmpty()) {
      endings.refuse(waiting.poll(), refusal);
    }
    for (Forwarded<R> sent : forwarded.values()) {
      endUnknown(sent.items, "the node stopped before the leader answered");
    }
    forwarded.clear();
    pending.endAll(
        proposal -> endings.endUnknown(proposal, "the node stopped before it was committed here"));
  }

  private void endUnknown(Proposal<R>[] items, String why) {
    for (Proposal<R> item : items) {
      endings.endUnknown(item, why);
    }
  }
}
