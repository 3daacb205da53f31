// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.RequestException;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.node.RefusedException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;

/**
 * Carries changes of the members out, on the member that leads: judges each by {@link MemberRules}
 * and has the configuration changed that it was judged by, and no other. What was refused only
 * because another change was under way, or nobody led, is tried again for a while.
 *
 * <p><b>Threads.</b> Safe for use by any thread. Callbacks run on the caller's, on the replica's
 * apply worker, or on the timer's thread.
 */
final class MemberChanges {
  private static final long RETRY_MILLIS = 20;

  private final ServiceContext context;
  private final Timer timer;
  private final LongSupplier clock;
  private final long patienceNanos;

  /**
   * Makes the way to the members of this replica.
   *
   * @param clock a monotonic one, in nanoseconds
   * @param patience how long to wait for a leader, and for other changes to end
   */
  MemberChanges(ServiceContext context, Timer timer, LongSupplier clock, Duration patience) {
    this.context = context;
    this.timer = timer;
    this.clock = clock;
    this.patienceNanos = patience.toNanos();
  }

  /** Who is told how a change ended. */
  interface Outcome {
    /** These are the members now. */
    void onDone(Membership membership);

    /**
     * This one leads, and is to be asked; if it certainly has not taken the request, {@code again}
     * looks who leads then.
     */
    void onElsewhere(long leader, Runnable again);

    /** Nothing was changed, or, if the time ran out, nobody knows. */
    void onError(KvError error);
  }

  void change(MemberRules.Wish wish, Outcome outcome) {
    new Attempt(wish, outcome).run();
  }

  private final class Attempt implements Runnable {
    private final MemberRules.Wish wish;
    private final Outcome outcome;
    private final long deadline = clock.getAsLong() + patienceNanos;

    Attempt(MemberRules.Wish wish, Outcome outcome) {
      this.wish = wish;
      this.outcome = outcome;
    }

    @Override
    public void run() {
      Status status = context.replica().status();
      if (status.role() != RoleType.LEADER && status.leader() != 0) {
        outcome.onElsewhere(status.leader(), this::tryAgain);
        return;
      }
      // Confirmed as the leader, it knows of every change before this one; and having asked for the
      // status, it has looked at its peers by then.
      context.replica().readIndex().whenComplete((index, failure) -> onConfirmed(failure));
    }

    private void onConfirmed(Throwable failure) {
      if (failure != null) {
        onFailure(failure);
        return;
      }
      ClusterView view = new ClusterView(context.replica().status(), context.machine().members());
      if (view.leader().role() != RoleType.LEADER) {
        tryAgain();
        return;
      }
      try {
        propose(wish.steps(view), view.membership());
      } catch (RequestException e) {
        outcome.onError(e.error());
      }
    }

    private void propose(MembershipChange change, Membership current) {
      if (change.steps().isEmpty()) {
        outcome.onDone(current);
        return;
      }
      // Judged by this configuration, and good for no other: two removals that are each allowed may
      // together leave no quorum.
      context
          .replica()
          .changeMembership(change.expecting(current.id()))
          .whenComplete(
              (membership, failure) -> {
                if (failure == null) {
                  outcome.onDone(membership);
                } else {
                  onFailure(failure);
                }
              });
    }

    private void onFailure(Throwable failure) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      if (cause instanceof RefusedException refused && mayPass(refused.refusal().reason())) {
        tryAgain();
      } else {
        outcome.onError(Requests.errorOf(cause));
      }
    }

    private static boolean mayPass(Refusal.Reason reason) {
      return switch (reason) {
        case NOT_LEADER,
            NO_LEADER,
            TRANSFERRING,
            LEADER_CHANGED,
            TIMED_OUT,
            NO_COMMIT_IN_TERM,
            CHANGE_PENDING,
            CONFIGURATION_MISMATCH ->
            true;
        default -> false;
      };
    }

    /** Nothing was changed yet. */
    private void tryAgain() {
      if (clock.getAsLong() - deadline < 0) {
        timer.after(RETRY_MILLIS, this);
      } else {
        outcome.onError(KvError.UNHEALTHY);
      }
    }
  }
}
