// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.state.StateSink;
import java.util.Locale;

/**
 * A leader's view of one other member's log, made anew for each leadership.
 *
 * <p>Transitions: PROBE to REPLICATE by an acknowledgement; REPLICATE to PROBE by a rejection or a
 * lost message; either to SNAPSHOT when the next entry is compacted; SNAPSHOT to REPLICATE by an
 * acknowledgement that the log still connects to, or to PROBE by a report of failure.
 */
public final class Progress {
  private static final RequestId NO_REQUEST = new RequestId(0, 0);

  private final Inflights inflights;
  private Route route;
  private ProgressState state = ProgressState.PROBE;

  /** Invariant: {@code match < next}; never moves back within a leadership. */
  private long match;

  private long next;

  /** In PROBE: an append is out, wait for its answer or for the next heartbeat's. */
  private boolean probeSent;

  /** A cold range was asked for; nothing is sent until it has come. */
  private boolean fetching;

  /** In SNAPSHOT: the index of what was offered. */
  private long pendingSnapshot;

  /** In SNAPSHOT: the tick at which it was last offered. */
  private long offeredAt;

  /** The peer takes no commands: its disk has no room. */
  private boolean storageFull;

  /** The peer asks for a snapshot at or above this index; 0 if for none. */
  private long snapshotWanted;

  private long sentCommit;
  private long lastContact;
  private long ackedRound;

  /** The incarnation seen in its messages, 0 before the first. */
  private long observedIncarnation;

  /** The latest proposal that it has forwarded. */
  private RequestId lastRequest = NO_REQUEST;

  /** A peer of which nothing is known but that it exists. */
  public Progress(Route route, long next, long now, Inflights inflights) {
    this.route = route;
    this.next = next;
    this.lastContact = now;
    this.inflights = inflights;
  }

  private Progress(Progress other) {
    this.inflights = other.inflights.copy();
    this.route = other.route;
    this.state = other.state;
    this.match = other.match;
    this.next = other.next;
    this.probeSent = other.probeSent;
    this.fetching = other.fetching;
    this.pendingSnapshot = other.pendingSnapshot;
    this.offeredAt = other.offeredAt;
    this.storageFull = other.storageFull;
    this.snapshotWanted = other.snapshotWanted;
    this.sentCommit = other.sentCommit;
    this.lastContact = other.lastContact;
    this.ackedRound = other.ackedRound;
    this.observedIncarnation = other.observedIncarnation;
    this.lastRequest = other.lastRequest;
  }

  /** A view of its own of the same peer. */
  public Progress copy() {
    return new Progress(this);
  }

  /**
   * Tells everything that is known of the peer.
   *
   * @param electionTicks the age from which all moments count the same
   */
  public void encodeState(StateSink sink, long now, int electionTicks) {
    inflights.encodeState(sink);
    sink.put(route);
    sink.put(state);
    sink.put(match);
    sink.put(next);
    sink.put(probeSent);
    sink.put(fetching);
    sink.put(pendingSnapshot);
    if (state == ProgressState.SNAPSHOT) {
      sink.putAge(now, offeredAt, electionTicks);
    }
    sink.put(storageFull);
    sink.put(snapshotWanted);
    sink.put(sentCommit);
    sink.putAge(now, lastContact, electionTicks);
    sink.put(ackedRound);
    sink.put(observedIncarnation);
    sink.put(lastRequest);
  }

  public long id() {
    return route.to().id();
  }

  public Route route() {
    return route;
  }

  /** The configuration names the peer's incarnation now. */
  public void routeTo(Route route) {
    this.route = route;
  }

  public ProgressState state() {
    return state;
  }

  public long match() {
    return match;
  }

  public long next() {
    return next;
  }

  public Inflights inflights() {
    return inflights;
  }

  public long pendingSnapshot() {
    return pendingSnapshot;
  }

  public boolean isStorageFull() {
    return storageFull;
  }

  public long snapshotWanted() {
    return snapshotWanted;
  }

  public long lastContact() {
    return lastContact;
  }

  public long ackedRound() {
    return ackedRound;
  }

  public long observedIncarnation() {
    return observedIncarnation;
  }

  public long sentCommit() {
    return sentCommit;
  }

  public boolean isFetching() {
    return fetching;
  }

  /** Something was heard from the peer. */
  public void onContact(long now, long incarnation) {
    lastContact = now;
    observedIncarnation = incarnation;
  }

  /** The peer forwards a proposal; returns whether it comes after all earlier ones. */
  public boolean maybeAdvanceRequest(RequestId request) {
    boolean isNew =
        request.bootEpoch() > lastRequest.bootEpoch()
            || (request.bootEpoch() == lastRequest.bootEpoch()
                && request.sequence() > lastRequest.sequence());
    if (isNew) {
      lastRequest = request;
    }
    return isNew;
  }

  /** The peer echoed a ReadIndex round. An older round, arriving late, changes nothing. */
  public void onRound(long round) {
    ackedRound = Math.max(ackedRound, round);
  }

  /** The peer was told that this much is committed. */
  public void onCommitSent(long commit) {
    sentCommit = Math.max(sentCommit, commit);
  }

  public void onFetch(boolean begun) {
    fetching = begun;
  }

  /** Whether nothing may be sent for now. */
  public boolean isPaused() {
    return fetching
        || switch (state) {
          case PROBE -> probeSent;
          case REPLICATE -> inflights.isFull();
          case SNAPSHOT -> true;
        };
  }

  /**
   * An append was sent.
   *
   * @param lastIndex its last entry, {@code next - 1} if it has none
   * @param bytes of its entries
   */
  public void onAppendSent(long lastIndex, long bytes) {
    if (state == ProgressState.PROBE) {
      probeSent = true;
    } else if (lastIndex >= next) {
      inflights.add(lastIndex, bytes);
      next = lastIndex + 1;
    }
  }

  /**
   * The peer holds everything up to {@code index}, durably.
   *
   * @return whether that is news
   */
  public boolean maybeAdvance(long index) {
    if (index <= match) {
      // A duplicate or a late arrival: to move back would forget what the peer has promised, and
      // the commit index with it.
      return false;
    }
    match = index;
    next = Math.max(next, index + 1);
    inflights.freeTo(index);
    return true;
  }

  /**
   * The peer does not hold the entry before an append.
   *
   * @param rejected the index of the entry that it does not hold
   * @param retryAfter the last index at which the logs may agree
   * @return false if the rejection is stale
   */
  public boolean maybeBackOff(long rejected, long retryAfter) {
    if (state == ProgressState.SNAPSHOT || rejected <= match) {
      return false;
    }
    if (state == ProgressState.REPLICATE) {
      becomeProbe();
      return true;
    }
    if (rejected != next - 1) {
      return false;
    }
    next = Math.max(Math.min(rejected, retryAfter + 1), match + 1);
    probeSent = false;
    return true;
  }

  /** The peer answered a heartbeat: it lives, so a probe sent before may be given up as lost. */
  public void onHeartbeatAnswered() {
    probeSent = false;
  }

  /**
   * The peer said whether its disk has room. What is in flight it will not take, so what it holds
   * has to be found out again; that does not take back what it has acknowledged.
   */
  public void onStorageFull(boolean full) {
    if (full && !storageFull && state == ProgressState.REPLICATE) {
      becomeProbe();
    }
    storageFull = full;
  }

  /** The peer said whether its state machine is to be restored, and from which index on. */
  public void onSnapshotWanted(long index) {
    snapshotWanted = index;
  }

  /** Messages may have been lost: seek the agreement point again. */
  public void becomeProbe() {
    next = Math.max(match, state == ProgressState.SNAPSHOT ? pendingSnapshot : 0) + 1;
    reset(ProgressState.PROBE);
  }

  /** The offered snapshot did not get there, or is outdated: go on from what the peer has. */
  public void abandonSnapshot() {
    pendingSnapshot = 0;
    becomeProbe();
  }

  /** The logs agree up to {@code match}. */
  public void becomeReplicate() {
    next = match + 1;
    reset(ProgressState.REPLICATE);
  }

  /** The entry at {@code next} is gone; {@code snapshot} was offered instead. */
  public void becomeSnapshot(long snapshot, long now) {
    reset(ProgressState.SNAPSHOT);
    pendingSnapshot = snapshot;
    offeredAt = now;
  }

  /** Whether an offer has gone unanswered for so long that it is to be repeated. */
  public boolean isOfferDue(long now, int ticks) {
    return state == ProgressState.SNAPSHOT && now - offeredAt >= ticks;
  }

  private void reset(ProgressState state) {
    this.state = state;
    probeSent = false;
    fetching = false;
    pendingSnapshot = 0;
    inflights.clear();
  }

  /** For people. */
  public Status.PeerProgress view(long now, int electionTicks) {
    return new Status.PeerProgress(
        id(),
        state.name().toLowerCase(Locale.ROOT),
        match,
        next,
        pendingSnapshot,
        inflights.bytes(),
        now - lastContact < electionTicks,
        storageFull);
  }
}
