// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.node.Agent;
import dev.balsa.raft.node.NodeListener;
import dev.balsa.raft.node.RaftHost;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.simulator.check.Observed;
import dev.balsa.raft.simulator.check.Property;
import dev.balsa.raft.spi.LogEngine;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One member: the real host over the real log on a simulated disk, with a clock of its own. It can
 * crash at any moment, also in the midst of a write, be started again from what its disk kept, and
 * be paused.
 *
 * @param <R> the results of the user's state machine
 */
final class SimulatedMember<R> implements SimulatedNetwork.Endpoint {
  /** One run, from a start to a crash. */
  private final class Run {
    private final RaftHost host;
    private final RaftNode<Applied<R>> node;
    private final SimulatedTransport transport;
    private final ObservedStateMachine<R> machine;
    private final List<Runnable> onCrash = new ArrayList<>();
    private long lastStatus;

    Run() throws IOException {
      LogEngine engine = disk.open(world.wiring(), (task, nanos) -> later(nanos, task));
      transport = new SimulatedTransport(world.transports(), SimulatedMember.this);
      machine =
          new ObservedStateMachine<>(
              world.machines().get(), observed, world.checkers(), world.digestEvery());
      host =
          RaftHost.builder(SimulatedMember.this::clock)
              .storage(new ObservedLogEngine(engine, observed, world.checkers()))
              .transport(world.wiring().transport(id, transport))
              .options(world.options())
              .listener(listener())
              .build();
      node = host.group(World.GROUP, machine, world.bootstrap());
      host.agents().forEach(Turns::new);
      host.start();
    }

    private NodeListener listener() {
      return new NodeListener() {
        @Override
        public void onFatal(Throwable cause) {
          onStopped(cause);
        }
      };
    }
  }

  /** When an agent is turned: when it asks to be, and a little later. */
  private final class Turns {
    private final int run = runs;
    private final Agent agent;
    private long dueAt = Long.MAX_VALUE;
    private long sequence;

    Turns(Agent agent) {
      this.agent = agent;
      agent.onWork(() -> within(drawDelay(agent)));
      within(0);
    }

    /** Lets it turn within this time, or earlier if it is to anyway. */
    private void within(long delayNanos) {
      long at = world.scheduler().now() + delayNanos;
      if (at < dueAt) {
        dueAt = at;
        long mine = ++sequence;
        world
            .scheduler()
            .after(
                delayNanos,
                () -> {
                  if (mine == sequence) {
                    dueAt = Long.MAX_VALUE;
                    ifRunning(run, this::turn);
                  }
                });
      }
    }

    private void turn() {
      int done = agent.doWork();
      if (crashing) {
        return;
      }
      observe();
      if (done > 0) {
        within(drawDelay(agent));
      } else if (agent.dueNanos() != Long.MAX_VALUE) {
        long wait = Math.max(0, agent.dueNanos() - clock());
        within(worldNanos(wait) + 1 + drawDelay(agent));
      }
    }
  }

  private final long id;
  private final World<R> world;
  private final SimulatedDisk disk;
  private final Observed observed;
  private final int clockPerMille;
  private final ArrayDeque<Runnable> whilePaused = new ArrayDeque<>();
  private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();
  private Run current;
  private int runs;
  private boolean starting;
  private boolean crashing;
  private boolean paused;
  private boolean stopped;

  SimulatedMember(long id, World<R> world, int clockPerMille) {
    this.id = id;
    this.world = world;
    this.clockPerMille = clockPerMille;
    this.observed = new Observed(id);
    this.disk = new SimulatedDisk(id, world, this::onDiskCrash);
  }

  long id() {
    return id;
  }

  Observed observed() {
    return observed;
  }

  SimulatedDisk disk() {
    return disk;
  }

  /** Whether the process is there; it may be paused. */
  boolean isRunning() {
    return (current != null || starting) && !crashing;
  }

  boolean isPaused() {
    return paused;
  }

  /** The member's transport, null while it is down. */
  SimulatedTransport transport() {
    return isRunning() && current != null ? current.transport : null;
  }

  RaftNode<Applied<R>> node() {
    return current.node;
  }

  ObservedStateMachine<R> machine() {
    return current.machine;
  }

  Status status() {
    return current.node.status();
  }

  // ---------------------------------------------------------------- time

  /** The member's monotonic clock: begins anywhere, and is a little fast or slow. */
  private long clock() {
    long elapsed = world.scheduler().now();
    return 1_000_000_000L * id + elapsed + elapsed / 1000 * clockPerMille;
  }

  /** How long it takes in the world until the member's clock has gone on by this. */
  private long worldNanos(long memberNanos) {
    return memberNanos * 1000 / (1000 + clockPerMille);
  }

  /** Lets this happen on this run of the member; after its pause if it is paused then. */
  void later(long delayNanos, Runnable action) {
    int run = runs;
    world.scheduler().after(delayNanos, () -> ifRunning(run, action));
  }

  private void ifRunning(int run, Runnable action) {
    if (run != runs || !isRunning()) {
      return;
    }
    if (paused) {
      whilePaused.add(() -> ifRunning(run, action));
      return;
    }
    run(action);
  }

  /**
   * Does this as the member: if its disk fails under it, the member crashes.
   *
   * @return false if the member is down or paused
   */
  boolean run(Runnable action) {
    if (!isRunning() || paused) {
      return false;
    }
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      if (!crashing) {
        world.verdict().violated(Property.NO_FAILURE, observed + " threw " + World.describe(e));
      }
    }
    finishCrash();
    while (!afterwards.isEmpty()) {
      afterwards.remove().run();
    }
    return true;
  }

  /**
   * Lets this happen when what the member is doing now has been seen by the checkers; not at all if
   * it crashes meanwhile.
   */
  void afterwards(Runnable action) {
    afterwards.add(action);
  }

  // ---------------------------------------------------------------- start, pause, crash

  /** Starts the member from what its disk holds. Crashes again if its disk does so meanwhile. */
  void start() {
    if (isRunning() || stopped) {
      return;
    }
    runs++;
    starting = true;
    world.trace().note("start", id, runs, "run " + runs);
    run(
        () -> {
          try {
            current = new Run();
          } catch (IOException e) {
            onStartFailed(e);
          }
        });
    starting = false;
  }

  private void onStartFailed(IOException cause) {
    if (crashing) {
      return;
    }
    stopped = true;
    world.trace().note("stopped", id, cause.getMessage());
    if (!disk.isDoubtful()) {
      world
          .verdict()
          .violated(Property.NO_FAILURE, observed + " cannot start: " + World.describe(cause));
    }
  }

  /** Whether the member stays down because it rightly does not trust its disk. */
  boolean hasStopped() {
    return stopped;
  }

  void pause() {
    if (isRunning() && !paused) {
      paused = true;
      world.trace().note("pause", id, 0, "");
    }
  }

  void resume() {
    if (paused) {
      paused = false;
      world.trace().note("resume", id, 0, "");
      List<Runnable> waiting = List.copyOf(whilePaused);
      whilePaused.clear();
      waiting.forEach(Runnable::run);
    }
  }

  /** The power fails now, between two events. */
  void crash() {
    if (isRunning()) {
      crashing = true;
      finishCrash();
    }
  }

  /**
   * The power has failed in the midst of something: from here on nothing the member does counts.
   */
  private void onDiskCrash() {
    crashing = true;
  }

  private void finishCrash() {
    if (!crashing) {
      return;
    }
    Run crashed = current;
    current = null;
    crashing = false;
    starting = false;
    paused = false;
    whilePaused.clear();
    afterwards.clear();
    disk.crash();
    world.onCrash(this);
    if (crashed != null) {
      crashed.onCrash.forEach(Runnable::run);
    }
  }

  /** Tells when this run of the member has crashed. */
  void onCrash(Runnable action) {
    current.onCrash.add(action);
  }

  private void onStopped(Throwable cause) {
    if (!crashing) {
      world
          .verdict()
          .violated(Property.NO_FAILURE, observed + " stopped: " + World.describe(cause));
    }
  }

  // ---------------------------------------------------------------- network

  @Override
  public int boot() {
    return isRunning() ? runs : 0;
  }

  @Override
  public void deliver(long from, byte[] frame) {
    ifRunning(runs, () -> current.transport.receive(from, frame));
  }

  /** The member's host sends this. */
  void onSend(Message message) {
    world.checkers().onSend(observed, message);
    world.maybeInspect(this, message);
  }

  // ---------------------------------------------------------------- checks

  /** Written out only when somebody reads the trace. */
  private record Picture(Status status) {
    @Override
    public String toString() {
      return World.describe(status);
    }
  }

  private long drawDelay(Agent agent) {
    return agent.name().equals("log") ? disk.drawLatency() : world.drawTurnDelay(agent.name());
  }

  private void observe() {
    Status status = current.node.status();
    long digest =
        Chance.mix(
            Chance.mix(Chance.mix(status.hardState().term()) + status.hardState().commit())
                + status.last().index() * 31
                + status.role().ordinal());
    if (digest != current.lastStatus) {
      current.lastStatus = digest;
      world.trace().note("status", id, digest, new Picture(status));
    }
    world.checkers().onStatus(observed, status);
  }
}
