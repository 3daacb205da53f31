// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Changes of membership that were asked of this member and appended by it, on their way to being
 * certain. They end as proposals do: their entry is committed, or one of a later term at or before
 * its place is, or nobody can tell.
 *
 * <p>A change of several voters is done when the configuration is committed that ends the joint
 * phase: until then the old voters still decide with the new ones.
 *
 * <p><b>Threads.</b> The loop's alone.
 */
final class PendingMemberships {
  private final HostParts parts;
  private final RawNode raw;
  private final Endings<?> endings;
  private final List<MembershipRequest> waiting = new ArrayList<>();

  PendingMemberships(HostParts parts, RawNode raw, Endings<?> endings) {
    this.parts = parts;
    this.raw = raw;
    this.endings = endings;
  }

  boolean isIdle() {
    return waiting.isEmpty();
  }

  /** Asks the core. */
  void propose(MembershipRequest request) {
    ProposeResult result = request.propose(raw);
    if (result.isAccepted()) {
      request.entry = result.first();
      waiting.add(request);
    } else {
      endings.end(() -> request.refuse(result.refusal()));
    }
  }

  /** These entries are committed. */
  void onCommitted(List<Entry> entries) {
    if (waiting.isEmpty()) {
      return;
    }
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      waiting.removeIf(request -> isSettled(request, entry));
    }
  }

  /** Whether this committed entry decides what becomes of the request; tells it if so. */
  private boolean isSettled(MembershipRequest request, Entry entry) {
    if (entry.term() > request.entry.term() && entry.index() <= request.entry.index()) {
      // The terms of a log never fall, so no log that holds this one holds the request's.
      Refusal refusal = new Refusal(Refusal.Reason.LEADER_CHANGED, raw.status().leader());
      endings.end(() -> request.refuse(refusal));
      return true;
    }
    if (entry.type() != EntryType.CONFIGURATION || entry.index() < request.entry.index()) {
      return false;
    }
    Membership membership = MembershipCodec.decode(entry.id(), entry.data());
    if (membership.isJoint() && membership.autoLeave()) {
      return false;
    }
    endings.end(() -> request.succeed(membership));
    return true;
  }

  /** A snapshot takes the place of everything up to {@code index}. */
  void onRestored(long index) {
    endUnknown(request -> request.entry.index() <= index, "a snapshot covers the change");
  }

  /** One tick has passed. */
  void onTick(long now) {
    endUnknown(request -> request.deadline <= now, "the change is not known committed in time");
  }

  /** The node stops: ends all. */
  void stop() {
    endUnknown(request -> true, "the node stopped before the change was committed here");
  }

  private void endUnknown(Predicate<MembershipRequest> which, String why) {
    waiting.removeIf(
        request -> {
          boolean ends = which.test(request);
          if (ends) {
            parts.metrics.outcomesUnknown.add(1);
            endings.end(() -> request.endUnknown(why));
          }
          return ends;
        });
  }
}
