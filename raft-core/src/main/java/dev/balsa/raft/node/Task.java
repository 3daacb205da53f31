// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/**
 * Something for an agent to do. Its own link in the {@link Mailbox} that it waits in, so that
 * handing over allocates nothing more; hence in one mailbox at a time.
 */
abstract class Task {
  /** The task behind this one. Belongs to the mailbox, and after that to whoever took it. */
  Task next;

  /** Called by the agent. */
  abstract void run();

  /** A task that does this. */
  static Task of(Runnable action) {
    return new Task() {
      @Override
      void run() {
        action.run();
      }
    };
  }
}
