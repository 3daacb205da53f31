// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node.threads;

import dev.balsa.raft.node.Agent;
import dev.balsa.raft.node.NanoClock;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that turns one agent, and parks when that has nothing to do.
 *
 * <p>Before it parks it gives way a few times: to wake a parked thread costs some 50 microseconds,
 * which under load is more than the work that it is woken for.
 */
final class AgentRunner implements Runnable {
  private static final int YIELDS = 20;

  private final Agent agent;
  private final NanoClock clock;
  private final Thread thread;

  /** Whoever brings work must wake the thread. Written before the last look for work. */
  private volatile boolean isSleeping;

  private volatile boolean isStopped;

  AgentRunner(Agent agent, NanoClock clock, String name) {
    this.agent = agent;
    this.clock = clock;
    this.thread = new Thread(this, name);
    agent.onWork(this::wake);
  }

  void start() {
    thread.start();
  }

  void stop() {
    isStopped = true;
    wake();
  }

  boolean isCurrentThread() {
    return Thread.currentThread() == thread;
  }

  /** Waits until the thread has ended, unless interrupted. */
  void awaitEnd() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void wake() {
    if (isSleeping) {
      isSleeping = false;
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void run() {
    int idle = 0;
    while (!isStopped) {
      if (agent.doWork() > 0) {
        idle = 0;
      } else if (idle < YIELDS) {
        idle++;
        Thread.yield();
      } else {
        sleep();
        idle = 0;
      }
    }
  }

  private void sleep() {
    isSleeping = true;
    // Work that came before the flag was up found nobody to wake: look once more.
    if (agent.doWork() == 0 && !isStopped) {
      long due = agent.dueNanos();
      if (due == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else {
        long nanos = due - clock.nanoTime();
        if (nanos > 0) {
          LockSupport.parkNanos(this, nanos);
        }
      }
    }
    isSleeping = false;
    // Nobody but stop() ends this thread; an interrupt that stayed set would keep it from parking.
    Thread.interrupted();
  }
}
