// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * What a running process adds to the log: a thread and chance. Nothing else in this module makes
 * either, so that a simulation can hand in its own.
 */
final class Surroundings {
  private static final long IDLE_SECONDS = 5;

  private Surroundings() {}

  /** One thread for one log, which ends when it has been idle for a while. */
  static Executor spareThread() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "balsa-wal-spare");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** Numbers that no other directory was given. */
  static RandomGenerator chance() {
    return new SecureRandom();
  }
}
