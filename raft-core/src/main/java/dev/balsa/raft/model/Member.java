// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.Objects;

/**
 * One member as a configuration describes it.
 *
 * @param memberId id and incarnation; the incarnation is 0 until the first leader has bound it
 * @param witness whether it votes and acknowledges without storing data
 * @param priority higher is preferred as leader; changes election delay only
 * @param autoPromote whether a learner is to become a voter by itself; written down, and not acted
 *     upon yet
 * @param context opaque text of the user, such as addresses; at most 64 KiB in UTF-8
 */
public record Member(
    MemberId memberId, boolean witness, int priority, boolean autoPromote, String context) {
  public Member {
    Objects.requireNonNull(memberId, "memberId");
    Objects.requireNonNull(context, "context");
  }

  /** An ordinary member whose incarnation is not known yet. */
  public static Member of(long id, String context) {
    return new Member(new MemberId(id, 0), false, 0, false, context);
  }

  public long id() {
    return memberId.id();
  }

  /** The same member, bound to the data directory with this incarnation. */
  public Member bound(long incarnation) {
    return new Member(new MemberId(id(), incarnation), witness, priority, autoPromote, context);
  }
}
