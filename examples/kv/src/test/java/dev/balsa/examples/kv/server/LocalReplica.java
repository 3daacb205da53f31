// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvMachine;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.raft.membership.Changer;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.node.RefusedException;
import dev.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** A cluster of one without a log: what is proposed is applied at once, in the caller's thread. */
final class LocalReplica implements Replica {
  static final long MEMBER = 0x77;
  static final long TERM = 5;

  private final KvMachine machine;

  /** Why everything is refused; null if it is not. */
  Refusal.Reason refusal;

  int refused;
  private long applied;

  RoleType role = RoleType.LEADER;

  /** Whether this member is taken for a learner. */
  boolean isLearner;

  /** The configuration in force. */
  Membership membership =
      Membership.bootstrap(List.of(Member.of(MEMBER, "127.0.0.1:1\nhttp://127.0.0.1:1")));

  /** Who else is heard, and has all of the log. */
  final TreeSet<Long> active = new TreeSet<>();

  /** Those that have not answered yet since this member began to lead. */
  final TreeSet<Long> silent = new TreeSet<>();

  /** Whom leadership was handed to. */
  long transferee;

  LocalReplica(KvMachine machine) {
    this.machine = machine;
  }

  @Override
  public synchronized CompletableFuture<Result> propose(byte[] command) {
    if (refusal != null) {
      return refuse();
    }
    CompletableFuture<Result> future = new CompletableFuture<>();
    long index = ++applied;
    machine.apply(
        new StateMachine.Batch<>() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public long index(int position) {
            return index;
          }

          @Override
          public byte[] command(int position) {
            return command;
          }

          @Override
          public boolean isAwaited(int position) {
            return true;
          }

          @Override
          public void result(int position, Result result) {
            future.complete(result);
          }
        });
    return future;
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    return refusal != null ? refuse() : CompletableFuture.completedFuture(applied);
  }

  @Override
  public CompletableFuture<Membership> changeMembership(MembershipChange change) {
    if (refusal != null) {
      return refuse();
    }
    if (!membership.id().equals(change.expected())) {
      return CompletableFuture.failedFuture(
          new RefusedException(new Refusal(Refusal.Reason.CONFIGURATION_MISMATCH, MEMBER)));
    }
    Changer.Result result = Changer.change(membership, change);
    if (result.isRefused()) {
      return CompletableFuture.failedFuture(
          new RefusedException(new Refusal(result.reason(), MEMBER, result.problem())));
    }
    membership = result.membership().at(new EntryId(TERM, ++applied));
    return CompletableFuture.completedFuture(membership);
  }

  @Override
  public CompletableFuture<Void> transferLeadership(long target) {
    transferee = target;
    return CompletableFuture.completedFuture(null);
  }

  private <T> CompletableFuture<T> refuse() {
    refused++;
    return CompletableFuture.failedFuture(new RefusedException(new Refusal(refusal, 0)));
  }

  @Override
  public Status status() {
    long leader = refusal == Refusal.Reason.NO_LEADER ? 0 : MEMBER;
    return new Status(
        new MemberId(MEMBER, 1),
        1,
        role,
        leader,
        new HardState(TERM, MEMBER, applied),
        new EntryId(TERM, applied),
        applied,
        applied,
        1,
        0,
        false,
        false,
        0,
        membership,
        membership.members().stream()
            .filter(member -> member.id() != MEMBER)
            .map(member -> progress(member.id()))
            .toList());
  }

  private Status.PeerProgress progress(long id) {
    boolean isActive = active.contains(id);
    long match = isActive && !silent.contains(id) ? applied : 0;
    return new Status.PeerProgress(id, "replicate", match, applied + 1, 0, 0, isActive, false);
  }
}
