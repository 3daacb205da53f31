// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Status;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One member of one Raft group, running: the face for the ordinary case of a {@code RaftHost} with
 * a single group.
 *
 * <p><b>Threads.</b> Safe for use by any thread. Futures are completed by the apply worker, never
 * by the loop; whatever hangs on them runs there and must not block.
 *
 * @param <R> what applying a command results in
 */
public final class RaftNode<R> implements AutoCloseable {
  private RaftNode() {}

  /** A builder of a node with threads of its own. */
  public static <R> RaftNodeBuilder<R> builder() {
    return new RaftNodeBuilder<>();
  }

  /** Who this member is. */
  public MemberId self() {
    throw new UnsupportedOperationException();
  }

  /** The group's id. */
  public long group() {
    throw new UnsupportedOperationException();
  }

  /**
   * Replicates a command: completes when it is committed and applied on this member.
   *
   * <p>Fails with {@link RefusedException} if the command definitely was not and will not be
   * applied, and with {@link OutcomeUnknownException} otherwise.
   */
  public CompletableFuture<R> propose(byte[] command) {
    throw new UnsupportedOperationException();
  }

  /**
   * Completes with an index when everything that was committed before the call has been applied
   * here: a read of the local state from then on is linearizable. Retried within until {@code
   * requestTimeout}; fails with {@link RefusedException}.
   */
  public CompletableFuture<Long> readIndex() {
    throw new UnsupportedOperationException();
  }

  /** A linearizable read: {@code query} runs on the apply worker after {@link #readIndex}. */
  public <T> CompletableFuture<T> read(Supplier<T> query) {
    return readIndex().thenApply(index -> query.get());
  }

  /** A recent picture of the node: at most one turn of the loop old. */
  public Status status() {
    throw new UnsupportedOperationException();
  }

  /** Hands leadership to {@code target}, 0 for whichever member is furthest. */
  public CompletableFuture<Void> transferLeadership(long target) {
    throw new UnsupportedOperationException();
  }

  /** What the host of this node has done so far. */
  public HostMetrics metrics() {
    throw new UnsupportedOperationException();
  }

  /**
   * Completes when the node has stopped: normally after {@link #close}, exceptionally with the
   * cause if it stopped by itself (failed storage, a state machine that threw, a directory that the
   * cluster refuses).
   */
  public CompletableFuture<Void> terminated() {
    throw new UnsupportedOperationException();
  }

  /** Hands leadership over if it leads, then stops everything. Waits for it. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
