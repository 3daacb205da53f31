// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Tasks from any thread for one agent, in order of arrival.
 *
 * <p>The agent takes all that waits at once, and is woken only by whoever finds the mailbox empty:
 * a batch costs one wake-up. It has no bound of its own: completions must never be refused, and
 * what clients and peers send is counted before it gets here.
 *
 * <p><b>Threads.</b> {@link #add} by any thread, {@link #takeAll} by one.
 */
final class Mailbox {
  /** The latest task; each links to the one before it. */
  private final AtomicReference<Task> latest = new AtomicReference<>();

  /** Left over by a task that threw. Belongs to whoever takes. */
  private Task rest;

  private volatile Runnable wakeUp = () -> {};

  void onWork(Runnable wakeUp) {
    this.wakeUp = wakeUp;
  }

  void add(Task task) {
    Task before;
    do {
      before = latest.get();
      task.next = before;
    } while (!latest.compareAndSet(before, task));
    if (before == null) {
      wakeUp.run();
    }
  }

  boolean isEmpty() {
    return latest.get() == null;
  }

  /** The oldest task, which links to the next and so on; null if there is none. */
  Task takeAll() {
    if (rest != null) {
      Task left = rest;
      rest = null;
      return left;
    }
    if (latest.get() == null) {
      return null;
    }
    Task oldest = null;
    Task task = latest.getAndSet(null);
    while (task != null) {
      Task before = task.next;
      task.next = oldest;
      oldest = task;
      task = before;
    }
    return oldest;
  }

  /**
   * Takes and runs all that waits; returns how many there were. If one throws, those behind it stay
   * for the next time: somebody may wait for them.
   */
  int runAll() {
    int count = 0;
    Task task = takeAll();
    while (task != null) {
      // Read before it runs: it may be on its way to another mailbox afterwards.
      rest = task.next;
      task.next = null;
      task.run();
      task = rest;
      count++;
    }
    return count;
  }
}
