// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.state.StateSink;

/**
 * What a member does differently by its role (paper, figure 4). An object is made at each
 * transition and holds all that belongs to the role alone, so nothing of a former role can leak
 * into the next.
 *
 * <pre>
 *   Follower --timeout--> Candidate(pre-vote) --quorum--> Candidate --quorum--> Leader
 *       ^______________ newer term, or the term's leader is heard _______________|
 * </pre>
 *
 * <p>The answers that a role does not await are ignored: they belong to a former one.
 */
sealed interface Role permits Follower, Candidate, Leader {
  RoleType type();

  /** Time has passed; does nothing before {@link #dueAt}. */
  void onTick();

  /** The first tick at which this role has something to do by itself; in the past if at once. */
  long dueAt();

  default void onVoteResponse(RequestVoteResponse message) {}

  default void onAppendResponse(AppendEntriesResponse message) {}

  default void onHeartbeatResponse(HeartbeatResponse message) {}

  default void onSnapshotResponse(InstallSnapshotResponse message) {}

  /** More of this member's own promises are durable. */
  default void onDurable() {}

  /** Another configuration is in force. */
  default void onMembership() {}

  /** A Ready is about to be made: say what is to be sent. */
  default void flush() {}

  /** The same role of the twin {@code raft}. */
  Role copy(Raft raft);

  /** Tells all that belongs to the role alone. */
  void encodeState(StateSink sink);
}
