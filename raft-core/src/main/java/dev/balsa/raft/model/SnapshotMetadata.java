// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.Objects;

/**
 * What a snapshot stands for (paper, section 7): the last entry it includes, and the configuration
 * in force there. The bytes are the host's business.
 *
 * @param id the last entry included
 * @param membership the configuration in force at that entry
 */
public record SnapshotMetadata(EntryId id, Membership membership) {
  public SnapshotMetadata {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(membership, "membership");
    if (membership.id().index() > id.index()) {
      throw new IllegalArgumentException(
          "the configuration " + membership.id() + " is newer than the snapshot " + id);
    }
  }

  /** The snapshot at index 0 from which a new cluster starts: nothing but its members. */
  public static SnapshotMetadata bootstrap(Membership membership) {
    return new SnapshotMetadata(EntryId.ZERO, membership);
  }

  public long index() {
    return id.index();
  }
}
