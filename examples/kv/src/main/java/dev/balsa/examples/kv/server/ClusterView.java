// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.proto.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.model.Status.PeerProgress;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What the leader knows of the members when it judges a change.
 *
 * @param leader the leader's own status
 * @param described what members have said of themselves, by id
 */
record ClusterView(Status leader, Map<Long, Member> described) {
  Membership membership() {
    return leader.membership();
  }

  LongStream voters() {
    return LongStream.of(membership().voters().toArray());
  }

  /** Whether it has ever run as a member: it has told its name then. */
  boolean isStarted(long id) {
    Member description = described.get(id);
    return description != null && !description.getName().isEmpty();
  }

  /**
   * Whether it was heard from within an election timeout. A new leader gives everybody that long to
   * answer: one that has not acknowledged anything to it yet may as well be down, and were it taken
   * for active, a member could be removed that the quorum needs.
   */
  boolean isActive(long id) {
    if (id == leader.self().id()) {
      return true;
    }
    PeerProgress progress = progress(id);
    return progress != null && progress.active() && progress.match() > 0;
  }

  /** How far the log of this member is known to be there. */
  long match(long id) {
    PeerProgress progress = progress(id);
    return progress == null ? 0 : progress.match();
  }

  private PeerProgress progress(long id) {
    return leader.progress().stream().filter(peer -> peer.id() == id).findAny().orElse(null);
  }
}
