// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * Who a member is: its id in the configuration and the incarnation of its data directory.
 *
 * <p>An id alone is not enough. A member that lost its disk and comes back under its old id has
 * forgotten its votes and the entries it acknowledged; were it taken for the old one, two leaders
 * could be elected in one term and committed entries lost. The incarnation is random, made with the
 * data directory, and so tells the two apart.
 *
 * @param id the member's id, never 0
 * @param incarnation the data directory's number; 0 where it is not known yet
 */
public record MemberId(long id, long incarnation) {
  public MemberId {
    if (id == 0) {
      throw new IllegalArgumentException("a member's id is never 0");
    }
  }

  /** Whether these can be one member: same id, and no two different known incarnations. */
  public boolean matches(MemberId other) {
    return id == other.id
        && (incarnation == 0 || other.incarnation == 0 || incarnation == other.incarnation);
  }

  @Override
  public String toString() {
    return Long.toHexString(id) + (incarnation == 0 ? "" : "#" + Long.toHexString(incarnation));
  }
}
