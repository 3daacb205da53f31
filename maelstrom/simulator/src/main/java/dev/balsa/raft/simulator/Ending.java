// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.model.Status;
import dev.balsa.raft.simulator.check.MemberLog;
import dev.balsa.raft.simulator.check.Observed;
import dev.balsa.raft.simulator.check.Property;
import dev.balsa.raft.simulator.check.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The end of a run, with all faults healed: the cluster must serve again within a bounded time,
 * everybody must come to hold the same, and every operation must have ended as it was said to.
 */
final class Ending<R> {
  /** The longest election timeout; each member draws its own up to it. */
  private static final long ELECTION_TIMEOUT_NANOS =
      2 * Settings.ELECTION_TICKS * Settings.TICK_NANOS;

  /** How long it may take until every member has served a write and a read. */
  private static final long LIVENESS_NANOS = 20 * ELECTION_TIMEOUT_NANOS;

  /** How long it may take after that until all hold the same. */
  private static final long CONVERGENCE_NANOS = 20 * ELECTION_TIMEOUT_NANOS;

  private static final long RETRY_NANOS = 20_000_000;
  private static final long STEP_NANOS = 1_000_000;

  private final World<R> world;

  Ending(World<R> world) {
    this.world = world;
  }

  private Verdict verdict() {
    return world.verdict();
  }

  void check() {
    List<Probe> probes = new ArrayList<>();
    world.survivors().forEach(member -> probes.add(new Probe(member)));
    probes.forEach(Probe::write);
    if (!await(LIVENESS_NANOS, () -> probes.stream().allMatch(probe -> probe.done))) {
      fail(Property.LIVENESS, "not every member served a write and a read. " + picture());
      return;
    }
    if (!await(CONVERGENCE_NANOS, this::isQuiet)) {
      fail(Property.CONVERGENCE, "the members do not come to hold the same. " + picture());
      return;
    }
    if (!await(CONVERGENCE_NANOS, () -> world.checkers().operations().open() == 0)) {
      fail(Property.OUTCOMES, world.checkers().operations().open() + " operations never ended");
      return;
    }
    compareLogs();
    compareStates();
    compareDisks();
    world.checkers().operations().checkAgainst(world.checkers().machines().commands().values());
  }

  /** Lets time pass until this holds; false if it does not in time, or something else is wrong. */
  private boolean await(long nanos, BooleanSupplier condition) {
    long deadline = world.scheduler().now() + nanos;
    while (!condition.getAsBoolean()) {
      if (verdict().violation() != null || world.scheduler().now() >= deadline) {
        return false;
      }
      world.runUntil(world.scheduler().now() + STEP_NANOS);
    }
    return verdict().violation() == null;
  }

  private void fail(Property property, String detail) {
    verdict().violated(property, detail);
  }

  /** Writes, then reads, at one member, again and again until both succeeded. */
  private final class Probe {
    private final SimulatedMember<R> member;
    private final Client<R> client;
    private int tries;
    private boolean wrote;
    private boolean done;

    Probe(SimulatedMember<R> member) {
      this.member = member;
      this.client = world.clients().get(0);
    }

    void write() {
      if (wrote) {
        read();
        return;
      }
      String name = "last write " + ++tries + " at m" + member.id();
      byte[] command = client.nextCommand();
      call(() -> client.propose(member, name, command, this::onWritten));
    }

    private void onWritten(boolean succeeded) {
      wrote |= succeeded;
      again();
    }

    private void read() {
      String name = "last read " + ++tries + " at m" + member.id();
      call(() -> client.read(member, name, this::onRead));
    }

    private void onRead(boolean succeeded) {
      done |= succeeded;
      again();
    }

    private void call(Runnable call) {
      if (!member.run(call)) {
        again();
      }
    }

    private void again() {
      if (!done) {
        world.scheduler().after(RETRY_NANOS, this::write);
      }
    }
  }

  private boolean isQuiet() {
    Status first = world.survivors().get(0).status();
    for (SimulatedMember<R> member : world.survivors()) {
      Status status = member.status();
      boolean isSame =
          status.last().equals(first.last())
              && status.appliedIndex() == status.last().index()
              && status.durableIndex() == status.last().index()
              && status.hardState().term() == first.hardState().term();
      if (!isSame) {
        return false;
      }
    }
    return true;
  }

  private void compareLogs() {
    Observed first = world.survivors().get(0).observed();
    for (SimulatedMember<R> member : world.survivors()) {
      MemberLog one = first.acknowledged();
      MemberLog other = member.observed().acknowledged();
      long from = Math.max(one.firstIndex(), other.firstIndex());
      if (one.lastIndex() != other.lastIndex()) {
        fail(Property.CONVERGENCE, first + " and " + member.observed() + " end differently");
      }
      for (long index = from; index <= one.lastIndex(); index++) {
        if (!one.entry(index).equals(other.entry(index))) {
          fail(Property.CONVERGENCE, first + " and " + member.observed() + " differ at " + index);
          return;
        }
      }
    }
  }

  private void compareStates() {
    ObservedStateMachine<R> first = world.survivors().get(0).machine();
    for (SimulatedMember<R> member : world.survivors()) {
      if (member.machine().lastApplied() != first.lastApplied()
          || member.machine().digest() != first.digest()) {
        fail(Property.STATE_MACHINE_SAFETY, member.observed() + " ends in another state");
      }
    }
  }

  private void compareDisks() {
    for (SimulatedMember<R> member : world.survivors()) {
      MemberLog image = member.disk().image();
      if (image == null) {
        fail(Property.DURABILITY, member.observed() + " has nothing on its disk");
        return;
      }
      world.checkers().durability().onRecovered(member.observed(), image);
    }
  }

  private String picture() {
    StringBuilder text = new StringBuilder();
    for (SimulatedMember<R> member : world.survivors()) {
      text.append("\n  m").append(member.id()).append(' ');
      text.append(member.isRunning() ? World.describe(member.status()) : "is down");
    }
    return text.toString();
  }
}
