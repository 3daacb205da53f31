// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft;

import dev.balsa.raft.engine.Raft;
import dev.balsa.raft.engine.Readies;
import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.trace.TraceEvent;
import dev.balsa.raft.trace.TraceSink;
import java.util.List;

/**
 * One member of one Raft group, without threads, clocks or IO: inputs are methods, and every effect
 * is a value in {@link Ready}.
 *
 * <p><b>Threads.</b> None of its own; all methods are to be called by one thread at a time.
 */
public final class RawNode {
  private final TraceSink trace;
  private final Raft raft;
  private final Readies readies;

  /**
   * A member that resumes where {@code log} ends, with everything up to {@code applied} already in
   * the state machine. One whose log holds no configuration, not even in a snapshot, is an
   * outsider: it never campaigns, and waits for a leader that has made it a member.
   *
   * @param applied at least the snapshot's index: a state machine without a disk of its own
   *     restores the snapshot before this call
   */
  public RawNode(RaftConfig config, RecoveredLog log, long applied) {
    this(config, log, applied, null);
  }

  /**
   * The same, with somebody who hears everything that the member does.
   *
   * @param trace null for nobody, which costs nothing
   */
  public RawNode(RaftConfig config, RecoveredLog log, long applied, TraceSink trace) {
    this.trace = trace;
    this.raft = new Raft(config, log.orOutsider(), applied, trace);
    this.readies = new Readies(raft);
  }

  private RawNode(RawNode other) {
    this.trace = null;
    this.raft = other.raft.copy();
    this.readies = other.readies.copy(raft);
  }

  /**
   * A twin in the same state that shares nothing with this node that changes: from here on each
   * goes its own way. For simulation and exploration; a trace hears nothing of the twin.
   */
  public RawNode copy() {
    return new RawNode(this);
  }

  /**
   * Tells this node's whole state: nodes of the same settings that tell the same will answer the
   * same inputs with the same outputs, but for the numbers of their Readys. For simulation and
   * exploration.
   *
   * <p>Left out are the settings, which do not change; what follows from the rest, such as sums and
   * the quorum of a configuration; how far arrays are filled; and, from a sink that is not timed,
   * all ages and timers.
   */
  @SuppressWarnings("exports") // the sink's package is exported to the simulator only
  public void encodeState(StateSink sink) {
    readies.encodeState(sink);
  }

  /**
   * One unit of time has passed.
   *
   * @param nowNanos a monotonic clock's reading
   */
  public void tick(long nowNanos) {
    tick(nowNanos, 1);
  }

  /**
   * Several units of time have passed, as if {@link #tick(long)} had been called as often. With at
   * most {@link #ticksUntilDue} of them, all but the last pass unnoticed, whatever their number.
   *
   * @param nowNanos a monotonic clock's reading
   * @param ticks at least 1
   */
  public void tick(long nowNanos, int ticks) {
    if (ticks < 1) {
      throw new IllegalArgumentException(ticks + " ticks");
    }
    if (trace != null) {
      trace.on(new TraceEvent.Ticked(nowNanos, ticks));
    }
    raft.tick(ticks);
  }

  /**
   * After how many ticks this member may have something to do of its own accord: an election, a
   * heartbeat, a deadline. A host may let that many go by and make up for them by one {@link
   * #tick(long, int)}. Every other input may change the answer, and must find the ticks that went
   * by before it made up for.
   *
   * @return at least 1
   */
  public int ticksUntilDue() {
    return raft.ticksUntilDue();
  }

  /** A message of a peer. Never throws, whatever it says. */
  public void step(Message message) {
    if (trace != null) {
      trace.on(new TraceEvent.Received(message));
    }
    raft.wake();
    raft.step(message);
  }

  /**
   * Appends these commands in order if this member leads; all of them, or none.
   *
   * @param commands at least one
   */
  public ProposeResult propose(List<byte[]> commands) {
    raft.wake();
    ProposeResult result = raft.requests().propose(commands);
    if (trace != null) {
      trace.on(new TraceEvent.Proposed(commands.size(), result));
    }
    return result;
  }

  /**
   * Changes who is a member, if this member leads (paper, section 6; dissertation, chapter 4). The
   * new configuration is in force from here on; it is certain once the entry that is returned is
   * committed with its term. One that changes more than one voter is joint, and followed by another
   * configuration that ends the joint phase.
   *
   * <p>Refused, besides what refuses any proposal, before the leader has committed an entry of its
   * term, while another change is under way, if another configuration is in force than the one
   * expected, if a learner to be promoted lacks more than fits into one append, and if nothing
   * sound would come of it. Nothing is appended then.
   */
  public ProposeResult proposeMembership(MembershipChange change) {
    raft.wake();
    ProposeResult result = raft.requests().proposeMembership(change);
    if (trace != null) {
      trace.on(new TraceEvent.MembershipProposed(result));
    }
    return result;
  }

  /**
   * Ends a joint configuration that does not end by itself.
   *
   * @param expected the id of the joint configuration; null for whichever is in force
   */
  public ProposeResult leaveJoint(EntryId expected) {
    raft.wake();
    ProposeResult result = raft.requests().leaveJoint(expected);
    if (trace != null) {
      trace.on(new TraceEvent.MembershipProposed(result));
    }
    return result;
  }

  /**
   * Sends these commands to the leader. The answer comes as a {@link
   * dev.balsa.raft.model.ForwardState}, or never.
   *
   * @return null if sent, else why not
   */
  public Refusal forward(RequestId first, List<byte[]> commands) {
    raft.wake();
    Refusal refusal = raft.requests().forward(first, commands);
    if (trace != null) {
      trace.on(new TraceEvent.Forwarded(first, commands.size(), refusal));
    }
    return refusal;
  }

  /**
   * Asks for a read index, here or from the leader. The answer comes as a {@link
   * dev.balsa.raft.model.ReadState} within an election timeout, always exactly one.
   *
   * @param request a name that no read of this member waits under
   * @return null if asked, else why not
   */
  public Refusal readIndex(RequestId request) {
    raft.wake();
    Refusal refusal = raft.requests().readIndex(request);
    if (trace != null) {
      trace.on(new TraceEvent.ReadAsked(request, refusal));
    }
    return refusal;
  }

  /** Campaigns at once, if this member may; a no-op otherwise. */
  public void campaign() {
    if (trace != null) {
      trace.on(new TraceEvent.CampaignAsked());
    }
    raft.wake();
    raft.elections().campaign();
  }

  /**
   * Hands leadership to {@code target} (dissertation, section 3.10).
   *
   * @param target a voter, or 0 for whichever is furthest
   * @return null if begun, else why not
   */
  public Refusal transferLeadership(long target) {
    raft.wake();
    Refusal refusal = raft.requests().transferLeadership(target);
    if (trace != null) {
      trace.on(new TraceEvent.TransferAsked(target, refusal));
    }
    return refusal;
  }

  /**
   * Whether the disk has no room left for commands; stays so until said otherwise. Meanwhile this
   * member takes no proposals, of changes of membership neither, and, as a follower, no commands
   * from the leader, which it tells. What is small and keeps the cluster alive it goes on writing:
   * votes, terms, configurations, the end of a change under way, the first entry of a term. A
   * leader hands over to a member that has room, if there is one.
   */
  public void storageFull(boolean full) {
    if (trace != null) {
      trace.on(new TraceEvent.StorageFull(full));
    }
    raft.wake();
    raft.settings().storageFull(full);
  }

  /**
   * Other bounds than {@link RaftConfig#maxInflightAppends} and {@link RaftConfig#maxInflightBytes}
   * for what each peer may be sent ahead of its acknowledgements; now, if this member leads, and in
   * every later leadership until the node ends. What is in flight already is not taken back: under
   * narrower bounds nothing more is sent until enough of it is acknowledged; under wider ones more
   * is with the next Ready.
   *
   * @param maxAppends at least 1
   * @param maxBytes at least 1; one append always may be sent, however large
   * @throws IllegalArgumentException if one of them is less
   */
  public void setInflightLimits(int maxAppends, long maxBytes) {
    raft.wake();
    raft.settings().inflightLimits(maxAppends, maxBytes);
    if (trace != null) {
      trace.on(new TraceEvent.InflightLimits(maxAppends, maxBytes));
    }
  }

  /** The transport drops messages to this peer. */
  public void unreachable(long peer) {
    if (trace != null) {
      trace.on(new TraceEvent.Unreachable(peer));
    }
    raft.wake();
    raft.onUnreachable(peer);
  }

  /** Whether {@link #ready} has something to say. */
  public boolean hasReady() {
    return readies.hasReady();
  }

  /** Everything to be done now. May be called again before the last one is persisted or applied. */
  public Ready ready() {
    return readies.next();
  }

  /** The writes of this Ready, and of all before it, are durable. */
  public void onPersisted(long number) {
    raft.wake();
    readies.onPersisted(number);
  }

  /** The state machine has applied everything up to {@code index}, or restored a snapshot at it. */
  public void onApplied(long index) {
    raft.wake();
    readies.onApplied(index);
  }

  /** The answer to a {@link FetchRequest}: entries from the start of its range on. */
  public void onFetched(FetchRequest request, List<Entry> entries) {
    if (trace != null) {
      trace.on(new TraceEvent.Fetched(request, entries.size()));
    }
    raft.wake();
    readies.onFetched(request, entries);
  }

  /** The snapshot asked for is durable here as a file. */
  public void onSnapshotReceived(SnapshotMetadata snapshot) {
    if (trace != null) {
      trace.on(new TraceEvent.SnapshotFetched(snapshot.id(), true));
    }
    raft.wake();
    raft.onSnapshotReceived(snapshot);
  }

  /** The snapshot asked for could not be fetched; the leader will offer one again. */
  public void onSnapshotFailed(EntryId snapshot) {
    if (trace != null) {
      trace.on(new TraceEvent.SnapshotFetched(snapshot, false));
    }
    raft.wake();
    raft.onSnapshotFailed(snapshot);
  }

  /**
   * A snapshot taken here is durable; the log may begin at {@code firstIndex}. Ordered like a
   * write.
   *
   * @param snapshot at most at the applied index
   * @param firstIndex the first index to keep; at most the snapshot's index plus one
   * @return whether anything was compacted
   */
  public boolean compact(SnapshotMetadata snapshot, long firstIndex) {
    raft.wake();
    return readies.compact(snapshot, firstIndex);
  }

  /**
   * Asks the leader for a snapshot although this member's log needs none: its state machine's own
   * store is damaged, say. The leader is asked with each heartbeat, and so is any later one, until
   * a snapshot is in {@link Ready#restore}.
   *
   * <p>From here on the state machine is given no entries; the log goes on. The snapshot is at or
   * above everything that was given, so what is applied never falls; a leader whose latest is older
   * is waited for, until its host has taken another ({@link #snapshotWantedAt}). After the restore
   * the entries that follow it are applied from the log, which keeps them all, and begins with this
   * snapshot as with one that was taken here: the host finds the record in {@link
   * dev.balsa.raft.model.Persist#compaction}.
   *
   * <p>Asking again while it is under way changes nothing. A member that comes to lead gives up the
   * request, for there is nobody to ask, and applies on. So does one that restarts.
   *
   * @return null if asked, else why not: {@code NO_LEADER} if nobody leads or this member does
   */
  public Refusal requestSnapshot() {
    raft.wake();
    Refusal refusal = raft.requests().requestSnapshot();
    if (trace != null) {
      trace.on(new TraceEvent.SnapshotAsked(refusal));
    }
    return refusal;
  }

  /**
   * A leader's host is to take a snapshot at or above this index, and {@link #compact} with it:
   * another member has asked for one, and the latest is older. 0 if there is no need, or the state
   * machine is not that far.
   */
  public long snapshotWantedAt() {
    return raft.requests().snapshotWantedAt();
  }

  /** What a snapshot of the state machine at {@code index} must say of itself. */
  public SnapshotMetadata snapshotMetadata(long index) {
    RaftLog log = raft.log();
    if (index < log.snapshot().index() || index > log.applyingIndex()) {
      throw new IllegalArgumentException(
          "no snapshot at " + index + ", which is not applied or already below one");
    }
    return new SnapshotMetadata(new EntryId(log.termOf(index), index), raft.membershipAt(index));
  }

  public Status status() {
    RaftLog log = raft.log();
    return new Status(
        raft.self(),
        raft.config().group(),
        raft.roleType(),
        raft.leader(),
        raft.hardState(),
        log.lastId(),
        log.durableIndex(),
        log.appliedIndex(),
        log.firstIndex(),
        log.snapshot().index(),
        raft.isStorageFull(),
        raft.isDiskStalled(),
        raft.transferee(),
        raft.membership(),
        raft.progress());
  }
}
