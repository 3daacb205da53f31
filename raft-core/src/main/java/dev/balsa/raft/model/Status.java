// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.List;

/**
 * A picture of one node for people and metrics.
 *
 * @param self this member
 * @param group the group's id
 * @param role its role
 * @param leader the leader's id, 0 if not known
 * @param hardState term, vote and commit as in memory; not necessarily durable yet
 * @param last the last entry in the log
 * @param durableIndex the highest index durable here
 * @param appliedIndex the highest index that the state machine has applied
 * @param firstIndex the first index still in the log
 * @param snapshotIndex the index of the snapshot below the log
 * @param storageFull whether this member takes no commands for lack of room on its disk
 * @param diskStalled whether its disk has stopped completing writes
 * @param transferee the member that leadership is being handed to, 0 if none
 * @param membership the configuration in force
 * @param progress a leader's view of each other member, ascending by id; empty otherwise
 */
public record Status(
    MemberId self,
    long group,
    RoleType role,
    long leader,
    HardState hardState,
    EntryId last,
    long durableIndex,
    long appliedIndex,
    long firstIndex,
    long snapshotIndex,
    boolean storageFull,
    boolean diskStalled,
    long transferee,
    Membership membership,
    List<PeerProgress> progress) {
  /**
   * How far a peer's log is known to agree with the leader's.
   *
   * @param id the peer
   * @param state probe, replicate or snapshot
   * @param match the highest index known durable there
   * @param next the next index to send
   * @param pendingSnapshot in state snapshot, the index of the one on offer; else 0
   * @param inflightBytes sent and not acknowledged, in bytes
   * @param active whether it was heard from within an election timeout
   * @param storageFull whether it has said that its disk has no room for commands
   */
  public record PeerProgress(
      long id,
      String state,
      long match,
      long next,
      long pendingSnapshot,
      long inflightBytes,
      boolean active,
      boolean storageFull) {}
}
