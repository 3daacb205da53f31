// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import java.util.function.Function;

/** Which faults the runs of a simulation have. */
public final class Faults {
  private final Function<Chance, FaultPlan> plan;

  private Faults(Function<Chance, FaultPlan> plan) {
    this.plan = plan;
  }

  /** A world in which nothing fails. */
  public static Faults none() {
    return new Faults(chance -> FaultPlan.NONE);
  }

  /**
   * Each seed draws for itself which kinds of faults there are and how strong they are: crashes,
   * also in the midst of writes, power cuts, pauses, partitions, loss, delay, duplication and
   * reordering of messages, slow disks, drifting clocks, changes of the leader.
   *
   * <p>Runs that each lack most kinds of faults find more than runs that have a little of
   * everything: one fault hides another (Groce and others, "Swarm testing", 2012).
   */
  public static Faults swarm() {
    return new Faults(FaultPlan::swarm);
  }

  /** The power of all members fails at once, about once a second; what was not synced is lost. */
  public static Faults powerCuts() {
    return new Faults(chance -> FaultPlan.powerCuts(1_000, 0));
  }

  /**
   * As {@link #powerCuts}, but of what was not synced some part is on the disk, in any order, and
   * torn.
   */
  public static Faults tornPowerCuts() {
    return new Faults(chance -> FaultPlan.powerCuts(1_000, 1));
  }

  /** Exactly these, in every run. */
  static Faults exactly(FaultPlan plan) {
    return new Faults(chance -> plan);
  }

  FaultPlan draw(Chance chance) {
    return plan.apply(chance.fork("faults"));
  }
}
