// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.state.StateSink;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out which data directories the members' ids stand for, once they have shown themselves, so
 * that the leader can write it down. Waits a while for all of them, so that a new cluster needs one
 * entry for it. No voter comes or goes by such an entry, so any quorum before and after it overlap.
 */
final class IncarnationBinding {
  private final Raft raft;
  private final Replicator replicator;
  private final long patientUntil;

  /** A configuration in which all are bound already: asked at each tick, looked through once. */
  private Membership settled;

  IncarnationBinding(Raft raft, Replicator replicator) {
    this(raft, replicator, raft.now() + raft.config().electionTicks());
  }

  private IncarnationBinding(Raft raft, Replicator replicator, long patientUntil) {
    this.raft = raft;
    this.replicator = replicator;
    this.patientUntil = patientUntil;
  }

  /** The same for the twin {@code raft}. */
  IncarnationBinding copy(Raft raft, Replicator replicator) {
    return new IncarnationBinding(raft, replicator, patientUntil);
  }

  void encodeState(StateSink sink) {
    sink.putDelay(raft.now(), patientUntil);
  }

  /**
   * The tick from which on something can be bound, as far as is known now; {@link Long#MAX_VALUE}
   * if there is nothing to bind.
   */
  long dueAt() {
    if (raft.membership() == settled) {
      return Long.MAX_VALUE;
    }
    List<Member> members = raft.membership().members();
    int bindable = 0;
    int missing = 0;
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (member.memberId().incarnation() == 0) {
        if (incarnationOf(member.id()) == 0) {
          missing++;
        } else {
          bindable++;
        }
      }
    }
    if (bindable == 0) {
      settled = missing == 0 ? raft.membership() : null;
      return Long.MAX_VALUE;
    }
    return missing == 0 ? 0 : patientUntil;
  }

  /** The configuration in force, with what has been found out. */
  Membership bound() {
    Membership membership = raft.membership();
    List<Member> members = new ArrayList<>(membership.members());
    members.replaceAll(
        member ->
            member.memberId().incarnation() == 0
                ? member.bound(incarnationOf(member.id()))
                : member);
    return membership.withMembers(members);
  }

  private long incarnationOf(long id) {
    return id == raft.self().id()
        ? raft.self().incarnation()
        : replicator.find(id).observedIncarnation();
  }
}
