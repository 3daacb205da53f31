// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.SoftState;

/**
 * Is told what happens in a host, for people and their tools.
 *
 * <p><b>Threads.</b> Called by the group's loop, {@link #onFatal} by the first one; must not block.
 * An exception stops the group that it concerns.
 */
public interface NodeListener {
  /** A listener that does not care. */
  NodeListener NONE = new NodeListener() {};

  /** This member's role, or the leader that it knows of, has changed. */
  default void onSoftState(long group, long term, SoftState state) {}

  /** Another configuration is in force. */
  default void onMembership(long group, Membership membership) {}

  /**
   * This member has been removed from the group, by this configuration, which is committed. It
   * takes part in nothing any more, and may be closed; its directory is of no further use, unless
   * the same member is added again.
   */
  default void onRemoved(long group, Membership membership) {}

  /** A peer's message was dropped because it contradicts certain knowledge. */
  default void onViolation(long group, PeerViolation violation) {}

  /** A snapshot taken here is durable, and the log was compacted below it. */
  default void onSnapshotTaken(long group, SnapshotMetadata snapshot) {}

  /** A leader's snapshot has replaced log and state. */
  default void onSnapshotInstalled(long group, SnapshotMetadata snapshot) {}

  /** One group has stopped by itself, for this reason; the others go on. Told once. */
  default void onGroupFailed(long group, Throwable cause) {}

  /** The host stops by itself, for this reason. Told once. */
  default void onFatal(Throwable cause) {}
}
