// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.membership;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.state.StateSink;
import java.util.ArrayList;
import java.util.List;

/**
 * The configurations of the log from the last snapshot on, oldest first.
 *
 * <p>A configuration is in force as soon as its entry is appended, committed or not (paper, section
 * 6), and is taken back when that entry is truncated. So the log decides, and nobody can forget to
 * tell.
 *
 * <p>Invariant: never empty; indexes ascend; the first one is that of the snapshot.
 */
public final class MembershipStack {
  /** Replaced as a whole: configurations seldom change, and most logs hold one. */
  private List<Membership> stack;

  /** The last of the stack, at hand: it is looked at in every turn. */
  private Membership current;

  /** Starts with what was in force at the snapshot. */
  public MembershipStack(Membership atSnapshot) {
    replace(List.of(atSnapshot));
  }

  /** The one in force. */
  public Membership current() {
    return current;
  }

  private void replace(List<Membership> stack) {
    this.stack = stack;
    this.current = stack.get(stack.size() - 1);
  }

  /** The latest one that is committed. */
  public Membership committed(long commit) {
    return at(commit);
  }

  /** Whether the one in force is not committed yet. */
  public boolean isPending(long commit) {
    return current().id().index() > commit;
  }

  /** The one that was in force when {@code index} was the last entry; at least the snapshot's. */
  public Membership at(long index) {
    for (int i = stack.size() - 1; i > 0; i--) {
      if (stack.get(i).id().index() <= index) {
        return stack.get(i);
      }
    }
    return stack.get(0);
  }

  /** A configuration entry was appended. */
  public void onAppended(Membership membership) {
    if (membership.id().index() <= current().id().index()) {
      throw new IllegalStateException(
          "configuration " + membership.id() + " after " + current().id());
    }
    List<Membership> all = new ArrayList<>(stack);
    all.add(membership);
    replace(List.copyOf(all));
  }

  /**
   * The log was cut: nothing from {@code index} on is left.
   *
   * @return whether another configuration is in force now
   */
  public boolean onTruncated(long index) {
    int left = stack.size();
    while (left > 1 && stack.get(left - 1).id().index() >= index) {
      left--;
    }
    boolean changes = left < stack.size();
    replace(List.copyOf(stack.subList(0, left)));
    return changes;
  }

  /** The log was replaced by a snapshot: every other configuration belongs to a discarded log. */
  public void onReset(Membership atSnapshot) {
    replace(List.of(atSnapshot));
  }

  /** A snapshot was taken at this entry: older configurations are of no use any more. */
  public void onSnapshot(EntryId snapshot) {
    int past = 0;
    while (past + 1 < stack.size() && stack.get(past + 1).id().index() <= snapshot.index()) {
      past++;
    }
    replace(List.copyOf(stack.subList(past, stack.size())));
  }

  /** A stack of its own with the same configurations. */
  public MembershipStack copy() {
    MembershipStack copy = new MembershipStack(stack.get(0));
    copy.replace(stack);
    return copy;
  }

  /** Tells every configuration. */
  public void encodeState(StateSink sink) {
    sink.put(stack.size());
    for (int i = 0; i < stack.size(); i++) {
      sink.put(stack.get(i));
    }
  }
}
