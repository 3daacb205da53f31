// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/**
 * Tasks that wait for one group's turn, in order of arrival. Linked by the tasks themselves, so
 * that to wait allocates nothing.
 *
 * <p><b>Threads.</b> One.
 */
final class TaskQueue {
  private Task oldest;
  private Task latest;

  void add(Task task) {
    task.next = null;
    if (latest == null) {
      oldest = task;
    } else {
      latest.next = task;
    }
    latest = task;
  }

  boolean isEmpty() {
    return oldest == null;
  }

  /** The oldest task, null if there is none. */
  Task poll() {
    Task task = oldest;
    if (task != null) {
      oldest = task.next;
      task.next = null;
      if (oldest == null) {
        latest = null;
      }
    }
    return task;
  }

  /** Runs the oldest, at most {@code limit}; returns how many. */
  int run(int limit) {
    int count = 0;
    while (count < limit) {
      Task task = poll();
      if (task == null) {
        break;
      }
      task.run();
      count++;
    }
    return count;
  }
}
