// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node.threads;

import dev.balsa.raft.node.Agent;
import dev.balsa.raft.node.NanoClock;
import dev.balsa.raft.node.RaftHost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Turns the agents of a host, each on a thread of its own.
 *
 * <p><b>Threads.</b> Safe for use by any thread.
 */
public final class HostThreads implements AutoCloseable {
  private final RaftHost host;
  private final List<AgentRunner> runners;

  private HostThreads(RaftHost host, List<AgentRunner> runners) {
    this.host = host;
    this.runners = runners;
  }

  /** The system's monotonic clock. */
  public static NanoClock clock() {
    return System::nanoTime;
  }

  /**
   * Starts the threads; they end when the host has terminated. They are not daemons: a program goes
   * on until its nodes are closed.
   *
   * @param name what the threads' names begin with
   */
  public static HostThreads start(RaftHost host, String name) {
    List<AgentRunner> runners = new ArrayList<>();
    for (Agent agent : host.agents()) {
      runners.add(new AgentRunner(agent, clock(), name + "-" + agent.name()));
    }
    HostThreads threads = new HostThreads(host, List.copyOf(runners));
    host.terminated().whenComplete((done, cause) -> runners.forEach(AgentRunner::stop));
    runners.forEach(AgentRunner::start);
    return threads;
  }

  /**
   * Shuts the host down and waits until it has terminated and the threads have ended; from one of
   * these threads itself it does not wait. Throws nothing if the host had failed: {@link
   * RaftHost#terminated} tells.
   */
  @Override
  public void close() {
    host.shutdown();
    for (AgentRunner runner : runners) {
      if (runner.isCurrentThread()) {
        return;
      }
    }
    try {
      host.terminated().join();
    } catch (CompletionException e) {
      // Told by the host, to whoever asked.
    }
    runners.forEach(AgentRunner::awaitEnd);
  }
}
