// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.Status;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongFunction;
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
  private final HostParts parts;
  private final GroupLoop<R> loop;
  private final Runnable close;

  /** {@code close} stops everything, and waits for it where that is possible. */
  RaftNode(HostParts parts, GroupLoop<R> loop, Runnable close) {
    this.parts = parts;
    this.loop = loop;
    this.close = close;
  }

  /** A builder of a node with threads of its own. */
  public static <R> RaftNodeBuilder<R> builder() {
    return new RaftNodeBuilder<>();
  }

  /** The same node, closed in another way. */
  RaftNode<R> closedBy(Runnable otherClose) {
    return new RaftNode<>(parts, loop, otherClose);
  }

  /** Who this member is. */
  public MemberId self() {
    return parts.identity.member();
  }

  /** The group's id. */
  public long group() {
    return loop.id();
  }

  /**
   * Replicates a command: completes when it is committed and applied on this member, with what the
   * state machine stated as its result. On any member; one that does not lead sends it to the
   * leader.
   *
   * <p>Fails with {@link RefusedException} if the command definitely was not and will not be
   * applied, and with {@link OutcomeUnknownException} otherwise; at the latest about when the
   * request timeout is over.
   *
   * @param command not to be changed afterwards
   */
  public CompletableFuture<R> propose(byte[] command) {
    CompletableFuture<R> future = new CompletableFuture<>();
    if (command.length > parts.options.maxCommandBytes()) {
      return refuse(future, Refusal.Reason.TOO_LARGE);
    }
    if (!loop.requestGate().maybeEnter(command.length)) {
      return refuse(future, Refusal.Reason.OVERLOADED);
    }
    return submit(new Proposal<>(loop, loop.requestGate(), command, future), future);
  }

  /**
   * Completes with an index when everything that was committed before the call has been applied
   * here: a read of the local state from then on is linearizable. Asked again within until {@code
   * requestTimeout}; fails with {@link RefusedException}.
   */
  public CompletableFuture<Long> readIndex() {
    return readAt(index -> index);
  }

  /**
   * A linearizable read: {@code query} runs on the apply worker, between two batches of commands,
   * with everything applied that was committed before the call. Fails as {@link #readIndex} does,
   * and with what {@code query} throws.
   */
  public <T> CompletableFuture<T> read(Supplier<T> query) {
    return readAt(index -> query.get());
  }

  private <T> CompletableFuture<T> readAt(LongFunction<T> query) {
    CompletableFuture<T> future = new CompletableFuture<>();
    if (!loop.requestGate().maybeEnter(0)) {
      return refuse(future, Refusal.Reason.OVERLOADED);
    }
    return submit(new Read<>(loop, loop.requestGate(), query, future), future);
  }

  /**
   * Hands leadership to {@code target}, 0 for whichever member is furthest. Completes when this
   * member leads no more; fails with {@link RefusedException}, also if that does not come about
   * within an election timeout.
   */
  public CompletableFuture<Void> transferLeadership(long target) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    if (!loop.requestGate().maybeEnter(0)) {
      return refuse(future, Refusal.Reason.OVERLOADED);
    }
    return submit(new Transfer(loop, loop.requestGate(), target, future), future);
  }

  /**
   * Changes who is a member. Completes when the change is committed, and certain, with the
   * configuration that came of it; one of several voters when the joint phase is over, unless that
   * is to be left explicitly.
   *
   * <p>Fails with {@link RefusedException} if nothing was or will be changed, and with {@link
   * OutcomeUnknownException} otherwise, as {@link #propose} does. Asked of the leader: it is rare,
   * and the answer of any other member names it, so it is not forwarded. Whoever tries again should
   * say which configuration is to be changed ({@link MembershipChange#expecting}), lest the change
   * be made twice.
   */
  public CompletableFuture<Membership> changeMembership(MembershipChange change) {
    return changeMembership(raw -> raw.proposeMembership(change));
  }

  /**
   * Ends a joint configuration that was to be left explicitly; fails as {@link #changeMembership}
   * does.
   *
   * @param expected the {@linkplain Membership#id() id} of the joint configuration; null for
   *     whichever is in force
   */
  public CompletableFuture<Membership> leaveJoint(EntryId expected) {
    return changeMembership(raw -> raw.leaveJoint(expected));
  }

  private CompletableFuture<Membership> changeMembership(Function<RawNode, ProposeResult> action) {
    CompletableFuture<Membership> future = new CompletableFuture<>();
    if (!loop.requestGate().maybeEnter(0)) {
      return refuse(future, Refusal.Reason.OVERLOADED);
    }
    return submit(new MembershipRequest(loop, loop.requestGate(), action, future), future);
  }

  /**
   * Has this member's state machine restored from a snapshot of the leader's, because what it holds
   * itself is damaged. Completes when the leader will be asked, which takes one, if need be; {@link
   * NodeListener#onSnapshotInstalled} tells when it is here. From the call on the state machine
   * gets no commands until then; the log, and its part in commits, goes on. Reads here wait.
   *
   * <p>Fails with {@link RefusedException} if this member leads, or nobody does. Given up if this
   * member comes to lead.
   */
  public CompletableFuture<Void> requestSnapshot() {
    CompletableFuture<Void> future = new CompletableFuture<>();
    if (!loop.requestGate().maybeEnter(0)) {
      return refuse(future, Refusal.Reason.OVERLOADED);
    }
    return submit(new SnapshotAsk(loop, loop.requestGate(), future), future);
  }

  private <T> CompletableFuture<T> submit(Request<?, ?> request, CompletableFuture<T> future) {
    if (parts.closing) {
      request.refuse(refusal(Refusal.Reason.STOPPED));
      return future;
    }
    loop.host().ask(request);
    if (parts.terminated) {
      // Nobody takes it any more; or the loop has just done so, and this finds nothing.
      loop.host().refuseRequests();
    }
    return future;
  }

  private <T> CompletableFuture<T> refuse(CompletableFuture<T> future, Refusal.Reason reason) {
    parts.metrics.requestsRefused.incrementAndGet();
    future.completeExceptionally(new RefusedException(refusal(reason)));
    return future;
  }

  private Refusal refusal(Refusal.Reason reason) {
    return new Refusal(reason, loop.status().leader());
  }

  /**
   * A recent picture of the node: at most one turn of the loop old, but for a leader's view of its
   * peers, which is brought up to date when somebody asks, and so may be that of the last question.
   */
  public Status status() {
    return loop.status();
  }

  /** Whether the node takes part. */
  public NodeState state() {
    return loop.state();
  }

  /** What the host of this node has done so far. */
  public HostMetrics metrics() {
    return parts.metrics;
  }

  /**
   * Completes when the node has stopped: normally after {@link #close}, exceptionally with the
   * cause if it stopped by itself (failed storage, a state machine that threw, a directory that the
   * cluster refuses). Other groups of its host may go on.
   */
  public CompletableFuture<Void> terminated() {
    return loop.health().terminated().copy();
  }

  /**
   * Hands leadership over if it leads, within an election timeout, then stops everything: further
   * requests are refused, every future ends, transport and log engine are closed. Waits for it,
   * unless called from a future's callback. A node that was got from {@link RaftHost#group} begins
   * to stop its whole host, and does not wait.
   */
  @Override
  public void close() {
    close.run();
  }
}
