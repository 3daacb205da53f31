// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.netty.ProtobufMessageCodec;
import dev.balsa.raft.node.Members;
import dev.balsa.raft.node.NodeOptions;
import dev.balsa.raft.simulator.check.Checkers;
import dev.balsa.raft.simulator.check.MemberLog;
import dev.balsa.raft.simulator.check.Property;
import dev.balsa.raft.simulator.check.Verdict;
import dev.balsa.raft.spi.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Everything that exists in one run of one seed, and what its parts share.
 *
 * @param <R> the results of the user's state machine
 */
final class World<R> {
  static final long GROUP = 1;

  /** What stays the same for every seed. */
  record Setup<R>(
      Supplier<? extends StateMachine<R>> machines,
      Workload workload,
      int members,
      int clients,
      int digestEvery,
      Wiring wiring) {}

  /** One in how many promises is compared with the disk that is to keep it. */
  private static final int INSPECT_ONE_IN = 64;

  private final Setup<R> setup;
  private final Chance chance;
  private final Scheduler scheduler;
  private final Trace trace;
  private final Checkers checkers = new Checkers();
  private final SimulatedNetwork network;
  private final SimulatedTransport.World transports;
  private final Members bootstrap;
  private final NodeOptions options;
  private final FaultPlan plan;
  private final Chance turnDelays;
  private final Chance inspections;
  private final List<SimulatedMember<R>> members = new ArrayList<>();
  private final List<Client<R>> clients = new ArrayList<>();
  private final Nemesis<R> nemesis;
  private long crashes;
  private boolean open = true;

  World(Setup<R> setup, Chance chance, Faults faults) {
    this.setup = setup;
    this.chance = chance;
    this.scheduler = new Scheduler(chance);
    this.trace = new Trace(scheduler);
    this.plan = faults.draw(chance);
    this.turnDelays = chance.fork("turn delays");
    this.inspections = chance.fork("inspections");
    this.network = new SimulatedNetwork(setup.members, scheduler, chance, trace);
    this.transports =
        new SimulatedTransport.World(
            scheduler,
            network,
            chance.fork("transports"),
            trace,
            new ProtobufMessageCodec(),
            id -> members.get((int) id - 1).transport());
    String[] addresses = new String[setup.members];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = (i + 1) + "=member" + (i + 1) + ":7000";
    }
    this.bootstrap = Members.of(addresses);
    this.options = Settings.draw(chance);
    trace.note("settings", 0, options.toString());
    trace.note("faults", 0, plan.toString());
    int drift = plan.clockDriftPerMille();
    Chance drifts = chance.fork("drifts");
    for (int id = 1; id <= setup.members; id++) {
      SimulatedMember<R> member =
          new SimulatedMember<>(id, this, (int) drifts.between(-drift, drift));
      members.add(member);
      network.attach(id, member);
    }
    for (int id = 1; id <= setup.clients; id++) {
      clients.add(new Client<>(id, this));
    }
    this.nemesis = new Nemesis<>(this, plan);
  }

  /** Starts everybody. */
  void begin() {
    members.forEach(SimulatedMember::start);
    clients.forEach(Client::thinkAndCall);
    nemesis.begin();
  }

  /** Lets time pass until then, or until something is wrong. */
  void runUntil(long nanos) {
    while (verdict().violation() == null && scheduler.runNext(nanos)) {
      // Checkers are called from within.
    }
  }

  /** No more faults, and no more calls of the clients. */
  void heal() {
    open = false;
    nemesis.heal();
  }

  // ---------------------------------------------------------------- what the parts share

  Chance chance() {
    return chance;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  Trace trace() {
    return trace;
  }

  Checkers checkers() {
    return checkers;
  }

  Verdict verdict() {
    return checkers.verdict();
  }

  SimulatedNetwork network() {
    return network;
  }

  SimulatedTransport.World transports() {
    return transports;
  }

  Supplier<? extends StateMachine<R>> machines() {
    return setup.machines;
  }

  Workload workload() {
    return setup.workload;
  }

  Wiring wiring() {
    return setup.wiring;
  }

  int digestEvery() {
    return setup.digestEvery;
  }

  Members bootstrap() {
    return bootstrap;
  }

  NodeOptions options() {
    return options;
  }

  FaultPlan plan() {
    return plan;
  }

  List<SimulatedMember<R>> members() {
    return members;
  }

  List<Client<R>> clients() {
    return clients;
  }

  Nemesis<R> nemesis() {
    return nemesis;
  }

  long crashes() {
    return crashes;
  }

  /** Whether clients may call. */
  boolean isOpen() {
    return open;
  }

  SimulatedMember<R> anyMember(Chance own) {
    return members.get(own.below(members.size()));
  }

  /** How long it takes until an agent is turned that has something to do, apart from its disk. */
  long drawTurnDelay(String agent) {
    return agent.equals("snapshot")
        ? turnDelays.between(10_000, 5_000_000)
        : turnDelays.between(500, 20_000);
  }

  void onCrash(SimulatedMember<R> member) {
    crashes++;
    nemesis.onCrash(member);
  }

  /**
   * Whether the cluster could go on without this member as well: faults from which a member may
   * rightly not recover befall a minority only.
   */
  boolean canSpare(long member) {
    int gone = 1;
    for (SimulatedMember<R> other : members) {
      boolean isDoubtful = other.disk().isDoubtful() && other.id() != member;
      gone += isDoubtful ? 1 : 0;
    }
    return gone <= (members.size() - 1) / 2;
  }

  /** Members that have not stopped for good. */
  List<SimulatedMember<R>> survivors() {
    return members.stream().filter(member -> !member.hasStopped()).toList();
  }

  /** Now and then compares a promise that leaves a member with its disk. */
  void maybeInspect(SimulatedMember<R> member, Message message) {
    boolean isPromise =
        message instanceof RequestVoteResponse || message instanceof AppendEntriesResponse;
    if (isPromise && inspections.oneIn(INSPECT_ONE_IN)) {
      MemberLog image = member.disk().image();
      if (image == null) {
        verdict()
            .violated(
                Property.DURABILITY, member.observed() + " promises with nothing on its disk");
      } else {
        checkers.durability().onRecovered(member.observed(), image);
      }
    }
  }

  /** Now and then looks for an acknowledged command on the disks of a majority. */
  void maybeInspect(EntryId acknowledged) {
    if (!inspections.oneIn(INSPECT_ONE_IN)) {
      return;
    }
    int found = 0;
    for (SimulatedMember<R> member : members) {
      MemberLog image = member.disk().image();
      boolean isThere =
          image != null
              && (image.snapshot().index() >= acknowledged.index()
                  || acknowledged.equals(image.idAt(acknowledged.index())));
      found += isThere ? 1 : 0;
    }
    checkers.durability().onAcknowledged(acknowledged, found, members.size());
  }

  // ---------------------------------------------------------------- for people

  static String describe(Status status) {
    return status.role()
        + " term "
        + status.hardState().term()
        + " leader "
        + status.leader()
        + " log "
        + status.firstIndex()
        + ".."
        + status.last()
        + " durable "
        + status.durableIndex()
        + " commit "
        + status.hardState().commit()
        + " applied "
        + status.appliedIndex();
  }

  static String describe(Object result, Throwable failure) {
    return failure == null ? "with " + result : "refused or unknown: " + describe(failure);
  }

  /** The exception and where it came from. */
  static String describe(Throwable failure) {
    StringBuilder text = new StringBuilder(failure.toString());
    for (StackTraceElement element : failure.getStackTrace()) {
      text.append("\n    at ").append(element);
    }
    if (failure.getCause() != null) {
      text.append("\n  caused by ").append(describe(failure.getCause()));
    }
    return text.toString();
  }
}
