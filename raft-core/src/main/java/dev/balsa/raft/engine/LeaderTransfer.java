// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.tracker.Progress;

/**
 * Hands leadership over (dissertation, section 3.10). Meanwhile nothing is proposed, so that the
 * target can catch up; it is given an election timeout, then the leader goes on.
 *
 * <p>Invariant: a target, if there is one, is another voter of the configuration in force.
 */
final class LeaderTransfer {
  private final Raft raft;
  private final Replicator replicator;

  /** The member to lead, 0 if leadership is not being handed over. */
  private long target;

  /** The tick at which it is given up. */
  private long deadline;

  /** The tick before which the leader does not begin another one by itself. */
  private long restUntil;

  private boolean timeoutNowSent;

  LeaderTransfer(Raft raft, Replicator replicator) {
    this.raft = raft;
    this.replicator = replicator;
    // A new leader does not know yet whose disk has room. Were it to hand over at once, members
    // that are all full would pass leadership around with each heartbeat, and write a first entry
    // for each term on disks that have no room.
    this.restUntil = raft.now() + raft.config().electionTicks();
  }

  /** The same for the twin {@code raft}. */
  LeaderTransfer copy(Raft raft, Replicator replicator) {
    LeaderTransfer copy = new LeaderTransfer(raft, replicator);
    copy.target = target;
    copy.deadline = deadline;
    copy.restUntil = restUntil;
    copy.timeoutNowSent = timeoutNowSent;
    return copy;
  }

  void encodeState(StateSink sink) {
    sink.put(target);
    sink.putDelay(raft.now(), restUntil);
    if (target != 0) {
      sink.putDelay(raft.now(), deadline);
      sink.put(timeoutNowSent);
    }
  }

  boolean isUnderWay() {
    return target != 0;
  }

  long target() {
    return target;
  }

  /** Begins to hand over to {@code wanted}, 0 for whoever is furthest. Null if begun. */
  Refusal begin(long wanted) {
    long chosen = wanted == 0 ? furthestPeer(false) : wanted;
    if (chosen == raft.self().id() || !isElectable(chosen)) {
      return raft.refusal(Refusal.Reason.NOT_A_MEMBER);
    }
    if (target != chosen) {
      target = chosen;
      deadline = raft.now() + raft.config().electionTicks();
      timeoutNowSent = false;
    }
    maybeSendTimeoutNow();
    return null;
  }

  private boolean isElectable(long id) {
    Member member = raft.membership().member(id);
    return member != null && !member.witness() && raft.membership().voters().contains(id);
  }

  /**
   * Begins to hand over to the furthest member whose disk has room, if there is one. One that fails
   * is followed by a pause of the same length, so that it is not tried at every turn.
   */
  void maybeBeginToPeerWithRoom() {
    long chosen = target != 0 || raft.now() < restUntil ? 0 : furthestPeer(true);
    if (chosen != 0) {
      restUntil = raft.now() + 2L * raft.config().electionTicks();
      begin(chosen);
    }
  }

  private long furthestPeer(boolean withRoom) {
    Progress best = null;
    for (Progress peer : replicator.peers()) {
      boolean alive = raft.now() - peer.lastContact() < raft.config().electionTicks();
      boolean mayLead = alive && isElectable(peer.id()) && !(withRoom && peer.isStorageFull());
      if (mayLead && (best == null || isFurther(peer, best))) {
        best = peer;
      }
    }
    return best == null ? 0 : best.id();
  }

  /** One that could take no commands is the last choice. */
  private static boolean isFurther(Progress peer, Progress than) {
    return peer.isStorageFull() == than.isStorageFull()
        ? peer.match() > than.match()
        : than.isStorageFull();
  }

  /** Tells the target to campaign, once, as soon as it has the whole log. */
  void maybeSendTimeoutNow() {
    if (target == 0 || timeoutNowSent) {
      return;
    }
    Progress peer = replicator.find(target);
    // A target that lacks an entry would lose the election, or win it without a committed entry.
    if (peer.match() == raft.log().lastIndex()) {
      raft.out().send(new TimeoutNow(peer.route(), raft.term()));
      timeoutNowSent = true;
    }
  }

  void onTick() {
    if (raft.now() >= dueAt()) {
      target = 0;
    }
  }

  /** The tick at which it is given up, {@link Long#MAX_VALUE} if none is under way. */
  long dueAt() {
    return target == 0 ? Long.MAX_VALUE : deadline;
  }

  /** Another configuration is in force: a target that is no voter of it cannot win. */
  void onMembership() {
    if (target != 0 && !isElectable(target)) {
      target = 0;
    }
  }
}
