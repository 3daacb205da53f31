// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/**
 * One worker of a {@link RaftHost} as a duty cycle: whoever turns it, a thread of its own or a test
 * by hand, calls {@link #doWork} over and over.
 *
 * <p><b>Threads.</b> {@code doWork} and {@code dueNanos} are called by one thread at a time. Given
 * the same inputs in the same order, an agent does the same, whoever turns it.
 */
public interface Agent {
  /** What it does, in a word, such as {@code loop} or {@code log}. */
  String name();

  /**
   * Does what there is to do now and does not wait for more. Never throws: what breaks stops the
   * host, which {@link RaftHost#terminated} tells.
   *
   * @return how much was done; 0 if there was nothing
   */
  int doWork();

  /**
   * When there will be something to do by the passing of time alone, on the host's {@link
   * NanoClock}; {@link Long#MAX_VALUE} if never.
   */
  long dueNanos();

  /**
   * Names what to call when work arrives at an agent that had none. Called by the thread that
   * brings the work; must not block. To be set before the host is used.
   */
  void onWork(Runnable wakeUp);
}
