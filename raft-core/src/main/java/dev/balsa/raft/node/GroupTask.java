// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/** What a worker has done for one group, on its way to that group's loop. */
abstract class GroupTask extends Task {
  final GroupLoop<?> group;

  GroupTask(GroupLoop<?> group) {
    this.group = group;
  }

  /** Called by the loop, unless the group has stopped. */
  abstract void act();

  @Override
  final void run() {
    if (!group.isOut()) {
      try {
        act();
      } catch (RuntimeException e) {
        group.broke(e);
      }
    }
  }

  /** A task that does this. */
  static GroupTask of(GroupLoop<?> group, Runnable action) {
    return new GroupTask(group) {
      @Override
      void act() {
        action.run();
      }
    };
  }
}
