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
  private final List<Membership> stack = new ArrayList<>(1);

  /** The last of the stack, at hand: it is looked at in every turn. */
  private Membership current;

  /** Starts with what was in force at the snapshot. */
  public MembershipStack(Membership atSnapshot) {
    push(atSnapshot);
  }

  /** The one in force. */
  public Membership current() {
    return current;
  }

  private void push(Membership membership) {
    stack.add(membership);
    current = membership;
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
    push(membership);
  }

  /**
   * The log was cut: nothing from {@code index} on is left.
   *
   * @return whether another configuration is in force now
   */
  public boolean onTruncated(long index) {
    boolean changed = false;
    while (stack.size() > 1 && current().id().index() >= index) {
      stack.remove(stack.size() - 1);
      current = stack.get(stack.size() - 1);
      changed = true;
    }
    return changed;
  }

  /** The log was replaced by a snapshot: every other configuration belongs to a discarded log. */
  public void onReset(Membership atSnapshot) {
    stack.clear();
    push(atSnapshot);
  }

  /** A snapshot was taken at this entry: older configurations are of no use any more. */
  public void onSnapshot(EntryId snapshot) {
    while (stack.size() > 1 && stack.get(1).id().index() <= snapshot.index()) {
      stack.remove(0);
    }
  }

  /** A stack of its own with the same configurations. */
  public MembershipStack copy() {
    MembershipStack copy = new MembershipStack(stack.get(0));
    for (int i = 1; i < stack.size(); i++) {
      copy.push(stack.get(i));
    }
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
