// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.spi.StateMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Runs a replicated service in a world of its own, many times over, each time with other faults,
 * and checks after every event that Raft's promises hold.
 *
 * <pre>{@code
 * Simulation.of(Counter::new)
 *     .workload((chance, client, sequence) -> Counter.add(chance.between(1, 9)))
 *     .members(3)
 *     .clients(4)
 *     .faults(Faults.swarm())
 *     .seeds(200)
 *     .check();
 * }</pre>
 *
 * <p>The state machine is the user's own; core, host, log and message codec are the real ones.
 * Network, disks, clocks and the order of events are simulated, in one thread, and follow from the
 * seed alone. So a seed that fails fails again: run the same test with {@code -Dseed=N}.
 *
 * <p>The state machine must be deterministic, and so must the bytes of its snapshot: states are
 * compared by them.
 *
 * <p><b>Threads.</b> To be used by one thread; runs in the calling one.
 *
 * @param <R> what applying a command results in
 */
public final class Simulation<R> {
  /** The system property that names the one seed to run. */
  public static final String SEED_PROPERTY = "seed";

  private static final Path DIRECTORY = Path.of("target", "simulation");

  private final Supplier<? extends StateMachine<R>> machines;
  private Workload workload =
      (chance, client, sequence) -> (client + "/" + sequence).getBytes(StandardCharsets.UTF_8);
  private int members = 3;
  private int clients = 4;
  private int digestEvery = 8;
  private int seeds = 100;
  private long firstSeed = 1;
  private Duration duration = Duration.ofSeconds(20);
  private Faults faults = Faults.swarm();
  private Wiring wiring = Wiring.STRAIGHT;

  private Simulation(Supplier<? extends StateMachine<R>> machines) {
    this.machines = Objects.requireNonNull(machines, "machines");
  }

  /** A simulation of the service with this state machine; called for an empty one at each start. */
  public static <R> Simulation<R> of(Supplier<? extends StateMachine<R>> machines) {
    return new Simulation<>(machines);
  }

  /** How many members there are, 3 by default. */
  public Simulation<R> members(int members) {
    require(members >= 1 && members <= 9, "members: 1 to 9");
    this.members = members;
    return this;
  }

  /** How many clients call, one operation at a time each, 4 by default. */
  public Simulation<R> clients(int clients) {
    require(clients >= 1, "clients: at least 1");
    this.clients = clients;
    return this;
  }

  /** What the clients propose. A third of their calls are linearizable reads. */
  public Simulation<R> workload(Workload workload) {
    this.workload = Objects.requireNonNull(workload, "workload");
    return this;
  }

  /** What goes wrong, {@link Faults#swarm} by default. */
  public Simulation<R> faults(Faults faults) {
    this.faults = Objects.requireNonNull(faults, "faults");
    return this;
  }

  /** How many seeds {@link #check} runs, 100 by default. */
  public Simulation<R> seeds(int seeds) {
    require(seeds >= 1, "seeds: at least 1");
    this.seeds = seeds;
    return this;
  }

  /** The first of these seeds, 1 by default; the others follow it. */
  public Simulation<R> firstSeed(long firstSeed) {
    this.firstSeed = firstSeed;
    return this;
  }

  /** How long each run goes on with faults, in virtual time, 20 s by default. */
  public Simulation<R> duration(Duration duration) {
    require(!duration.isNegative(), "duration: at least 0");
    this.duration = duration;
    return this;
  }

  /**
   * After about how many entries the states of the members are compared, 8 by default. More for a
   * state machine whose snapshot is large.
   */
  public Simulation<R> digestEvery(int entries) {
    require(entries >= 1, "digestEvery: at least 1");
    this.digestEvery = entries;
    return this;
  }

  /** Replaces parts of the members, to see that the checkers find what is wrong with them. */
  Simulation<R> wiring(Wiring wiring) {
    this.wiring = wiring;
    return this;
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /**
   * Runs all seeds, or the one that the system property {@value #SEED_PROPERTY} names.
   *
   * @return what happened, in figures
   * @throws SimulationFailure at the first seed in which a promise was broken
   */
  public SimulationReport check() {
    Long only = Long.getLong(SEED_PROPERTY);
    long first = only == null ? firstSeed : only;
    long count = only == null ? seeds : 1;
    SimulationReport report = SimulationReport.NONE;
    for (long seed = first; seed < first + count; seed++) {
      SeedResult result = run(seed);
      if (result.violation() != null) {
        throw failure(result);
      }
      report = report.plus(result);
    }
    return report;
  }

  /** Runs one seed and tells what happened, also if a promise was broken. */
  public SeedResult run(long seed) {
    World.Setup<R> setup =
        new World.Setup<>(machines, workload, members, clients, digestEvery, wiring);
    World<R> world = new World<>(setup, Chance.ofSeed(seed), faults);
    world.begin();
    world.runUntil(duration.toNanos());
    world.heal();
    new Ending<>(world).check();
    return SeedResult.of(seed, world);
  }

  private static SimulationFailure failure(SeedResult result) {
    Path file = DIRECTORY.resolve(result.seed() + ".txt");
    try {
      Files.createDirectories(DIRECTORY);
      Files.writeString(file, result.violation() + "\n\n" + result.lastEvents());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SimulationFailure(result, file);
  }
}
