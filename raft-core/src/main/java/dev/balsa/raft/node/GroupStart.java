// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.StateMachine;
import java.io.IOException;

/** Brings a group up from what the log engine has of it, or begins it. */
final class GroupStart {
  private GroupStart() {}

  static <R> GroupLoop<R> start(
      HostParts parts,
      HostLoop loop,
      ApplyWorker worker,
      PeerGate gate,
      long id,
      StateMachine<R> machine,
      Members bootstrap)
      throws IOException {
    LogIdentity identity = parts.identity;
    RecoveredLog log = parts.storage.recover(id);
    if (log == null) {
      log = begin(parts, id, bootstrap);
    }
    requireOwnDirectory(id, identity.member(), log.snapshot().membership());
    GroupHealth health = new GroupHealth(parts, id);
    GroupApplier<R> applier = new GroupApplier<>(parts, worker, health, machine);
    applier.restoreFrom(log.snapshot().id());
    RaftConfig config = parts.options.coreConfig(identity.member(), id, identity.bootEpoch());
    RawNode raw = new RawNode(config, log, applier.applied());
    requireOwnDirectory(id, identity.member(), raw.status().membership());
    GroupLoop<R> group = new GroupLoop<>(parts, loop, health, gate, raw, applier);
    applier.reportTo(group);
    return group;
  }

  private static RecoveredLog begin(HostParts parts, long id, Members bootstrap)
      throws IOException {
    MemberId self = parts.identity.member();
    if (bootstrap == null) {
      throw new IllegalStateException(
          "the data directory of member "
              + self
              + " knows nothing of group "
              + id
              + "; name the first members with bootstrap(...) to begin it, or give the directory"
              + " that this member had before");
    }
    Membership first = bootstrap.membership();
    if (!first.contains(self.id())) {
      throw new IllegalStateException(
          "member " + self + " is not among the first members of group " + id + "; name it there");
    }
    SnapshotMetadata snapshot = SnapshotMetadata.bootstrap(first);
    parts.storage.bootstrap(id, snapshot);
    return RecoveredLog.fresh(snapshot);
  }

  /**
   * A directory whose own log says that this id belongs to another one was copied together from
   * two: its votes and acknowledgements are nobody's.
   */
  private static void requireOwnDirectory(long id, MemberId self, Membership membership) {
    Member named = membership.member(self.id());
    if (named != null && !named.memberId().matches(self)) {
      throw new IllegalStateException(
          "the log of group "
              + id
              + " names "
              + named.memberId()
              + ", but its directory is that of "
              + self
              + "; restore the member's own directory, or remove it from the cluster and add it anew"
              + " under another id");
    }
  }
}
