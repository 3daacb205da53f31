// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Makes the threads of one transport, all daemons, and knows when the last of them has gone. */
final class Threads {
  private static final long IDLE_SECONDS = 10;

  private final List<Thread> all = new ArrayList<>();
  private int made;

  /** Threads of this name and a number. */
  ThreadFactory named(String name) {
    return task -> make(name, task);
  }

  private synchronized Thread make(String name, Runnable task) {
    all.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
    Thread thread = new Thread(task, name + "-" + ++made);
    thread.setDaemon(true);
    all.add(thread);
    return thread;
  }

  /** A pool of at most so many threads, which leave when they have nothing to do. */
  ExecutorService pool(int size, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  synchronized boolean isOneOfUs(Thread thread) {
    return all.contains(thread);
  }

  /**
   * Waits until all have ended; executors say so a moment too early.
   *
   * @return the name of one that has not, or null
   */
  String join(long timeoutSeconds) throws InterruptedException {
    List<Thread> waitedFor;
    synchronized (this) {
      waitedFor = List.copyOf(all);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
    for (Thread thread : waitedFor) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      thread.join(Math.max(1, left));
      if (thread.isAlive()) {
        return thread.getName();
      }
    }
    return null;
  }
}
