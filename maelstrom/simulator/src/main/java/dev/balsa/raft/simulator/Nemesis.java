// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.model.RoleType;
import java.util.List;
import java.util.function.Consumer;

/** Does harm, as planned, until it is told to stop. */
final class Nemesis<R> {
  private static final long SHORTEST_DOWN = 1_000_000;
  private static final long LONGEST_DOWN = 3_000_000_000L;
  private static final int MAX_DISK_OPERATIONS = 60;

  private final World<R> world;
  private final FaultPlan plan;
  private final Chance chance;
  private boolean stopped;
  private long faults;

  /** The next crash of any member is everybody's. */
  private boolean cutsPowerForAll;

  Nemesis(World<R> world, FaultPlan plan) {
    this.world = world;
    this.plan = plan;
    this.chance = world.chance().fork("nemesis");
  }

  /** How many faults there were, apart from what happens to single messages. */
  long faults() {
    return faults;
  }

  void begin() {
    world.network().become(plan.network());
    every(plan.crashEvery(), "crash", this::crashOne);
    every(plan.crashAtIoEvery(), "crash at io", this::crashAtIo);
    every(plan.powerCutEvery(), "power cut", this::cutPower);
    every(plan.pauseEvery(), "pause", this::pauseOne);
    every(plan.partitionEvery(), "partition", this::partition);
    every(plan.transferEvery(), "transfer", this::transfer);
  }

  private void every(long interval, String name, Consumer<Chance> fault) {
    if (interval > 0) {
      again(interval, chance.fork(name), fault);
    }
  }

  private void again(long interval, Chance own, Consumer<Chance> fault) {
    world
        .scheduler()
        .after(
            own.between(1, 2 * interval),
            () -> {
              if (!stopped) {
                faults++;
                fault.accept(own);
                again(interval, own, fault);
              }
            });
  }

  private void crashOne(Chance own) {
    SimulatedMember<R> member = world.anyMember(own);
    member.crash();
  }

  private void crashAtIo(Chance own) {
    world.anyMember(own).disk().failAfter(1 + own.below(MAX_DISK_OPERATIONS));
  }

  private void cutPower(Chance own) {
    cutsPowerForAll = true;
    if (own.oneIn(2)) {
      world.anyMember(own).crash();
    } else {
      // In the midst of what this one does with its disk.
      crashAtIo(own);
    }
  }

  private void pauseOne(Chance own) {
    SimulatedMember<R> member = own.oneIn(2) ? leaderOr(own) : world.anyMember(own);
    member.pause();
    world
        .scheduler()
        .after(
            own.logUniform(10_000_000, 2_000_000_000L),
            () -> {
              if (!stopped) {
                member.resume();
              }
            });
  }

  private void partition(Chance own) {
    List<SimulatedMember<R>> members = world.members();
    world.network().mendAll();
    int kind = own.below(4);
    SimulatedMember<R> one = own.oneIn(2) ? leaderOr(own) : world.anyMember(own);
    switch (kind) {
      case 0 -> {}
      case 1 -> members.forEach(other -> cut(one, other, true, true));
      case 2 -> {
        boolean isDeaf = own.oneIn(2);
        members.forEach(other -> cut(one, other, isDeaf, !isDeaf));
      }
      default -> {
        for (SimulatedMember<R> from : members) {
          for (SimulatedMember<R> to : members) {
            cut(from, to, own.oneIn(3), own.oneIn(3));
          }
        }
      }
    }
    world.trace().note("partition", one.id(), kind, "kind " + kind);
  }

  private void cut(SimulatedMember<R> one, SimulatedMember<R> other, boolean in, boolean out) {
    if (one != other) {
      world.network().cut(other.id(), one.id(), in);
      world.network().cut(one.id(), other.id(), out);
    }
  }

  private void transfer(Chance own) {
    SimulatedMember<R> leader = leaderOr(own);
    leader.run(
        () -> {
          world.trace().note("transfer", leader.id(), 0, "");
          leader.node().transferLeadership(0);
        });
  }

  private SimulatedMember<R> leaderOr(Chance own) {
    for (SimulatedMember<R> member : world.members()) {
      if (member.isRunning() && member.status().role() == RoleType.LEADER) {
        return member;
      }
    }
    return world.anyMember(own);
  }

  /** A member has crashed: it comes back after a while. */
  void onCrash(SimulatedMember<R> member) {
    if (cutsPowerForAll) {
      cutsPowerForAll = false;
      world.trace().note("power cut", 0, 0, "");
      world.scheduler().after(0, () -> world.members().forEach(SimulatedMember::crash));
    }
    if (!stopped) {
      world
          .scheduler()
          .after(
              chance.logUniform(SHORTEST_DOWN, LONGEST_DOWN),
              () -> {
                if (!stopped) {
                  member.start();
                }
              });
    }
  }

  /** No more harm, and what was done is made good: everybody runs and hears everybody. */
  void heal() {
    stopped = true;
    cutsPowerForAll = false;
    world.trace().note("heal", 0, 0, "");
    world.network().become(SimulatedNetwork.Conditions.HEALTHY);
    world.network().mendAll();
    for (SimulatedMember<R> member : world.members()) {
      member.disk().failAfter(0);
      member.resume();
      member.start();
    }
  }
}
