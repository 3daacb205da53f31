// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/** An agent that does nothing but run the tasks of one mailbox. */
class WorkerAgent implements Agent {
  private final String name;
  private final Mailbox mailbox;
  private final HostParts parts;

  WorkerAgent(String name, Mailbox mailbox, HostParts parts) {
    this.name = name;
    this.mailbox = mailbox;
    this.parts = parts;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int doWork() {
    try {
      return work();
    } catch (Throwable e) {
      parts.fail("the " + name + " worker broke", e);
      return 1;
    }
  }

  /** May throw, which stops the host. */
  int work() {
    return mailbox.runAll();
  }

  @Override
  public long dueNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public void onWork(Runnable wakeUp) {
    mailbox.onWork(wakeUp);
  }
}
