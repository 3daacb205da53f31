// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.node.OutcomeUnknownException;
import dev.balsa.raft.node.RefusedException;
import dev.balsa.raft.simulator.check.Operations;
import dev.balsa.raft.simulator.check.Property;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Calls one operation after the other, now at this member, now at that, and writes down how each
 * ended. Does not wait for ever: what it gave up may still end.
 */
final class Client<R> {
  private static final long GIVE_UP_NANOS = 3_000_000_000L;
  private static final int READ_ONE_IN = 3;
  private static final int MOVE_ONE_IN = 8;

  private final long id;
  private final World<R> world;
  private final Chance chance;
  private SimulatedMember<R> member;
  private long sequence;

  /** The number of the call that it waits for. */
  private long call;

  Client(long id, World<R> world) {
    this.id = id;
    this.world = world;
    this.chance = world.chance().fork("client", id);
    this.member = world.anyMember(chance);
  }

  /** Begins, and goes on until the world wants no more operations. */
  void thinkAndCall() {
    long mine = ++call;
    world
        .scheduler()
        .after(
            chance.logUniform(100_000, 100_000_000),
            () -> {
              if (mine == call && world.isOpen()) {
                call();
              }
            });
  }

  private void call() {
    if (chance.oneIn(MOVE_ONE_IN) || !member.isRunning()) {
      member = world.anyMember(chance);
    }
    long mine = ++call;
    boolean isRead = chance.oneIn(READ_ONE_IN);
    boolean called = member.run(() -> callAt(member, isRead, succeeded -> next(mine)));
    if (!called) {
      thinkAndCall();
      return;
    }
    world.scheduler().after(GIVE_UP_NANOS, () -> next(mine));
  }

  private void next(long ended) {
    if (ended == call) {
      thinkAndCall();
    }
  }

  private void callAt(SimulatedMember<R> member, boolean isRead, Outcome then) {
    if (isRead) {
      read(member, "read by client " + id + " at m" + member.id(), then);
    } else {
      byte[] command = nextCommand();
      propose(member, "proposal " + sequence + " of client " + id, command, then);
    }
  }

  /** What this client proposes next. */
  byte[] nextCommand() {
    return world.workload().command(chance, id, ++sequence);
  }

  /** Is told of an operation's end, once. */
  interface Outcome {
    void ended(boolean succeeded);
  }

  /** Proposes; {@code then} is called when it has ended, also by a crash. */
  void propose(SimulatedMember<R> member, String name, byte[] command, Outcome then) {
    Operations.Operation operation = world.checkers().operations().propose(name, command);
    watch(
        member,
        operation,
        member.node().propose(command),
        applied -> {
          operation.acknowledged(applied.index());
          Entry entry = world.checkers().committed().entry(applied.index());
          if (entry != null) {
            world.maybeInspect(entry.id());
          }
        },
        then);
  }

  /** Reads; {@code then} is called when it has ended, also by a crash. */
  void read(SimulatedMember<R> member, String name, Outcome then) {
    Operations.Operation operation = world.checkers().operations().read(name);
    var machine = member.machine();
    watch(member, operation, member.node().read(machine::lastApplied), operation::read, then);
  }

  private <T> void watch(
      SimulatedMember<R> member,
      Operations.Operation operation,
      CompletableFuture<T> future,
      Consumer<T> onSuccess,
      Outcome then) {
    world.trace().note("call", member.id(), operation.toString());
    member.onCrash(
        () -> {
          if (!operation.hasEnded()) {
            operation.unknown();
            then.ended(false);
          }
        });
    future.whenComplete(
        (result, failure) -> {
          // What a member does while it crashes is seen by nobody.
          if (member.isRunning()) {
            member.afterwards(() -> end(member, operation, result, failure, onSuccess, then));
          }
        });
  }

  private <T> void end(
      SimulatedMember<R> member,
      Operations.Operation operation,
      T result,
      Throwable failure,
      Consumer<T> onSuccess,
      Outcome then) {
    world.trace().note("end", member.id(), operation + " " + World.describe(result, failure));
    if (failure == null) {
      onSuccess.accept(result);
    } else {
      onFailure(operation, failure);
    }
    then.ended(failure == null);
  }

  private void onFailure(Operations.Operation operation, Throwable failure) {
    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
    if (cause instanceof RefusedException) {
      operation.refused();
    } else if (cause instanceof OutcomeUnknownException) {
      operation.unknown();
    } else {
      world
          .verdict()
          .violated(Property.OUTCOMES, operation + " ended with " + World.describe(cause));
    }
  }
}
