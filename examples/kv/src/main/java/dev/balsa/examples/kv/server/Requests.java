// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.node.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Carries requests to the replica, and tries those again that were refused only because nobody was
 * leading: an election looks to clients like a slow answer.
 *
 * <p>Only a definite refusal is ever tried again; a proposal whose outcome is unknown is not.
 *
 * <p><b>Threads.</b> Safe for use by any thread. Callbacks run on the replica's apply worker, or on
 * the timer's thread.
 */
final class Requests {
  private static final long RETRY_MILLIS = 20;

  /** So many may wait for a leader; further ones are refused. */
  private static final int MAX_WAITING = 16_384;

  private final Replica replica;
  private final Timer timer;
  private final LongSupplier clock;
  private final long timeoutNanos;

  /** Guarded by itself. */
  private final List<Attempt> waiting = new ArrayList<>();

  /**
   * Makes the way to this replica.
   *
   * @param clock a monotonic one, in nanoseconds
   * @param timeout how long a request may take altogether
   */
  Requests(Replica replica, Timer timer, LongSupplier clock, Duration timeout) {
    this.replica = replica;
    this.clock = clock;
    this.timer = timer;
    this.timeoutNanos = timeout.toNanos();
  }

  /** Who is told how a request ended. */
  interface Outcome {
    /** It was applied here, with this result; null for a read. */
    void onResult(Result result);

    /** It was not, or nobody knows. */
    void onError(KvError error);
  }

  /** Replicates a command. */
  void propose(byte[] command, Outcome outcome) {
    new Attempt(command, outcome).run();
  }

  /** Waits until this member's state is fresh enough for a linearizable read. */
  void awaitFresh(Outcome outcome) {
    new Attempt(null, outcome).run();
  }

  private final class Attempt implements Runnable {
    private final byte[] command;
    private final Outcome outcome;
    private final long deadline = clock.getAsLong() + timeoutNanos;

    /** A proposal if there is a command, otherwise a read. */
    Attempt(byte[] command, Outcome outcome) {
      this.command = command;
      this.outcome = outcome;
    }

    @Override
    public void run() {
      if (command == null) {
        replica.readIndex().whenComplete((index, failure) -> end(null, failure));
      } else {
        replica.propose(command).whenComplete(this::end);
      }
    }

    private void end(Result result, Throwable failure) {
      if (failure == null) {
        outcome.onResult(result);
      } else if (mayTryAgain(failure) && clock.getAsLong() - deadline < 0) {
        await(this);
      } else {
        outcome.onError(errorOf(failure));
      }
    }
  }

  private void await(Attempt attempt) {
    boolean isFull;
    boolean isFirst;
    synchronized (waiting) {
      isFull = waiting.size() >= MAX_WAITING;
      isFirst = waiting.isEmpty();
      if (!isFull) {
        waiting.add(attempt);
      }
    }
    if (isFull) {
      attempt.outcome.onError(KvError.TOO_MANY_REQUESTS);
    } else if (isFirst) {
      timer.after(RETRY_MILLIS, this::retryAll);
    }
  }

  private void retryAll() {
    List<Attempt> attempts;
    synchronized (waiting) {
      attempts = List.copyOf(waiting);
      waiting.clear();
    }
    attempts.forEach(Attempt::run);
  }

  /** Whether the request certainly was not taken, and may well be in a moment. */
  private static boolean mayTryAgain(Throwable failure) {
    return failure instanceof RefusedException refused
        && switch (refused.refusal().reason()) {
          case NOT_LEADER,
              NO_LEADER,
              TRANSFERRING,
              LEADER_CHANGED,
              TIMED_OUT,
              NO_COMMIT_IN_TERM,
              CHANGE_PENDING,
              LEARNER_BEHIND ->
              true;
          case TOO_MANY_UNCOMMITTED,
              STORAGE_FULL,
              NOT_A_MEMBER,
              OVERLOADED,
              STOPPED,
              TOO_LARGE,
              CONFIGURATION_MISMATCH,
              INVALID_CHANGE ->
              false;
        };
  }

  /** What clients are told of this. */
  static KvError errorOf(Throwable failure) {
    if (!(failure instanceof RefusedException refused)) {
      return KvError.TIMED_OUT;
    }
    Refusal.Reason reason = refused.refusal().reason();
    return switch (reason) {
      // After all attempts; etcd says no more of why it took so long.
      case NOT_LEADER, NO_LEADER, LEADER_CHANGED, TIMED_OUT -> KvError.TIMED_OUT;
      case TRANSFERRING -> KvError.TRANSFERRING;
      case TOO_MANY_UNCOMMITTED, OVERLOADED -> KvError.TOO_MANY_REQUESTS;
      case STORAGE_FULL -> KvError.NO_SPACE;
      case NOT_A_MEMBER -> KvError.NOT_A_MEMBER;
      case STOPPED -> KvError.STOPPED;
      case TOO_LARGE -> KvError.REQUEST_TOO_LARGE;
      case NO_COMMIT_IN_TERM -> KvError.NO_COMMIT_IN_TERM;
      case CHANGE_PENDING -> KvError.CHANGE_PENDING;
      case CONFIGURATION_MISMATCH -> KvError.CONFIGURATION_MISMATCH;
      case LEARNER_BEHIND -> KvError.LEARNER_NOT_IN_SYNC;
      case INVALID_CHANGE -> KvError.INVALID_CHANGE;
    };
  }
}
