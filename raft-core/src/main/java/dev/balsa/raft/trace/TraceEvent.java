// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.trace;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.List;

/**
 * One thing that a node did or was told. In order, and from {@link Started} on, these are enough to
 * know at every moment its term, vote, role, leader, log, configuration, and how far it is durable,
 * committed and applied.
 *
 * <p>An input comes before what follows from it, except for a request: that comes with its answer,
 * behind what it did.
 */
public sealed interface TraceEvent {
  // ---------------------------------------------------------------- state

  /**
   * A node was made of what its disk held.
   *
   * @param self who it is
   * @param state term, vote and commit as it begins with
   * @param applied what the state machine has
   * @param snapshot the snapshot below the log
   * @param firstIndex the first index that the log holds
   * @param lastIndex the last index that the log holds
   * @param termRuns the first entry of each run of equal terms from {@code firstIndex} on
   * @param membership the configuration in force
   */
  record Started(
      MemberId self,
      HardState state,
      long applied,
      SnapshotMetadata snapshot,
      long firstIndex,
      long lastIndex,
      List<EntryId> termRuns,
      Membership membership)
      implements TraceEvent {}

  /** Another term, vote, role or leader; 0 is nobody. */
  record RoleChanged(long term, long votedFor, RoleType role, long leader) implements TraceEvent {}

  /** Another configuration is in force: appended, brought by a snapshot, or taken back. */
  record Configured(Membership membership) implements TraceEvent {}

  // ---------------------------------------------------------------- the log

  /** An entry was added at the log's end, in memory. */
  record Appended(Entry entry) implements TraceEvent {}

  /** Everything from this index on was dropped; nothing of it counts as durable any more. */
  record Truncated(long fromIndex) implements TraceEvent {}

  /**
   * The log was replaced by an installed snapshot, up to which all is committed. Beyond the former
   * commit index nothing counts as durable until the write that follows is.
   */
  record Reset(SnapshotMetadata snapshot) implements TraceEvent {}

  /** A snapshot was taken here, and the log begins at {@code firstIndex}. */
  record Compacted(SnapshotMetadata snapshot, long firstIndex) implements TraceEvent {}

  /** Everything up to this index is known committed. */
  record Committed(long index) implements TraceEvent {}

  // ---------------------------------------------------------------- completions

  /**
   * A Ready was made, with everything that was {@link Sent} since the one before it.
   *
   * @param number of the Ready
   * @param writes whether it has something to write
   * @param lastIndex up to where the log is in the log engine's hands
   * @param state term, vote and commit as written last
   */
  record HandedOut(long number, boolean writes, long lastIndex, HardState state)
      implements TraceEvent {}

  /**
   * All writes up to Ready {@code number} are done.
   *
   * @param number of the Ready
   * @param durableIndex how far the log is durable
   * @param state term, vote and commit that a crash would leave
   */
  record Persisted(long number, long durableIndex, HardState state) implements TraceEvent {}

  /** Entries up to this index were given to the state machine. */
  record Applying(long index) implements TraceEvent {}

  /** An installed snapshot was given to the state machine. */
  record Restoring(EntryId snapshot) implements TraceEvent {}

  /** The state machine has everything up to this index. */
  record Applied(long index) implements TraceEvent {}

  // ---------------------------------------------------------------- messages

  /** A message came in, whatever becomes of it. */
  record Received(Message message) implements TraceEvent {}

  /** A message was dropped because it cannot be true. */
  record Dropped(PeerViolation violation) implements TraceEvent {}

  /** A message goes out with the next Ready; {@code afterPersist} if only once that is durable. */
  record Sent(Message message, boolean afterPersist) implements TraceEvent {}

  // ---------------------------------------------------------------- local inputs

  /** Time passed; {@code nowNanos} is what the host's monotonic clock said. */
  record Ticked(long nowNanos, int ticks) implements TraceEvent {}

  /** Commands were proposed here. */
  record Proposed(int count, ProposeResult result) implements TraceEvent {}

  /** A change of membership, or the end of a joint phase, was proposed here. */
  record MembershipProposed(ProposeResult result) implements TraceEvent {}

  /** Commands were to be sent to the leader; {@code refusal} is null if they were. */
  record Forwarded(RequestId first, int count, Refusal refusal) implements TraceEvent {}

  /** A read was asked for; {@code refusal} is null if it will end. */
  record ReadAsked(RequestId request, Refusal refusal) implements TraceEvent {}

  /** A read that was asked for here has ended. */
  record ReadEnded(ReadState state) implements TraceEvent {}

  /** The host wants this node to campaign. */
  record CampaignAsked() implements TraceEvent {}

  /** The host wants leadership handed over; {@code refusal} is null if that has begun. */
  record TransferAsked(long target, Refusal refusal) implements TraceEvent {}

  /** The host wants a snapshot of the leader's; {@code refusal} is null if it was asked for. */
  record SnapshotAsked(Refusal refusal) implements TraceEvent {}

  /** The host said whether the disk has room for commands. */
  record StorageFull(boolean full) implements TraceEvent {}

  /** The host set other bounds for what a peer may be sent ahead of its acknowledgements. */
  record InflightLimits(int maxAppends, long maxBytes) implements TraceEvent {}

  /** The host said that messages to this peer are dropped. */
  record Unreachable(long peer) implements TraceEvent {}

  /** Entries that were asked for have been read. */
  record Fetched(FetchRequest request, int count) implements TraceEvent {}

  /** A snapshot that was asked for is here, or could not be had. */
  record SnapshotFetched(EntryId snapshot, boolean received) implements TraceEvent {}
}
