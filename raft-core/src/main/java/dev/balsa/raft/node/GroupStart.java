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

  /** Where a group comes from that the log engine does not know, or has not been admitted to. */
  interface Origin {
    /** The configuration to begin with. */
    Membership membership(long group, MemberId self) throws IOException;

    /** Whom to hear and answer while there is none. */
    Members contacts(long group) throws IOException;
  }

  /** A group that begins with these members; null for one that is known already. */
  static Origin bootstrap(Members members) {
    return new Origin() {
      @Override
      public Membership membership(long group, MemberId self) {
        if (members == null) {
          throw unknown("the data directory of member " + self + " knows nothing of group ", group);
        }
        Membership first = members.membership();
        if (!first.contains(self.id())) {
          throw new IllegalStateException(
              "member "
                  + self
                  + " is not among the first members of group "
                  + group
                  + "; name it there, or let it join(...) once the group has admitted it");
        }
        return first;
      }

      @Override
      public Members contacts(long group) {
        throw unknown("nobody has admitted this member yet to group ", group);
      }
    };
  }

  private static IllegalStateException unknown(String problem, long group) {
    return new IllegalStateException(
        problem
            + group
            + "; name the first members with bootstrap(...) to begin it, or members of it with"
            + " join(...) to become one, or give the directory that this member had before");
  }

  /** A group that this member waits to be admitted to. */
  static Origin join(Contacts contacts) {
    return new Origin() {
      @Override
      public Membership membership(long group, MemberId self) {
        return Membership.NONE;
      }

      @Override
      public Members contacts(long group) throws IOException {
        return contacts.find();
      }
    };
  }

  /** Finds the members of a group, when they have to be known. */
  interface Contacts {
    Members find() throws IOException;
  }

  static <R> GroupLoop<R> start(
      HostParts parts,
      HostLoop loop,
      ApplyWorker worker,
      PeerGate gate,
      long id,
      StateMachine<R> machine,
      Origin origin)
      throws IOException {
    LogIdentity identity = parts.identity;
    RecoveredLog log = parts.storage.recover(id);
    if (log == null) {
      SnapshotMetadata first = SnapshotMetadata.bootstrap(origin.membership(id, identity.member()));
      parts.storage.bootstrap(id, first);
      log = RecoveredLog.fresh(first);
    }
    requireOwnDirectory(id, identity.member(), log.snapshot().membership());
    GroupHealth health = new GroupHealth(parts, id);
    GroupApplier<R> applier = new GroupApplier<>(parts, worker, health, machine);
    applier.restoreFrom(log.snapshot().id());
    RaftConfig config = parts.options.coreConfig(identity.member(), id, identity.bootEpoch());
    RawNode raw = new RawNode(config, log, applier.applied());
    requireOwnDirectory(id, identity.member(), raw.status().membership());
    if (raw.status().membership().members().isEmpty()) {
      parts.peers.introduce(id, origin.contacts(id));
    }
    GroupLoop<R> group = new GroupLoop<>(parts, loop, health, gate, raw, applier);
    applier.reportTo(group);
    return group;
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
