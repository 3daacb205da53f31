// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.List;

/** Several agents as one, for one thread to turn in this order. */
final class AgentGroup implements Agent {
  private final String name;
  private final List<Agent> agents;

  AgentGroup(String name, List<Agent> agents) {
    this.name = name;
    this.agents = List.copyOf(agents);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int doWork() {
    int work = 0;
    for (int i = 0; i < agents.size(); i++) {
      work += agents.get(i).doWork();
    }
    return work;
  }

  @Override
  public long dueNanos() {
    long due = Long.MAX_VALUE;
    for (int i = 0; i < agents.size(); i++) {
      due = Math.min(due, agents.get(i).dueNanos());
    }
    return due;
  }

  @Override
  public void onWork(Runnable wakeUp) {
    agents.forEach(agent -> agent.onWork(wakeUp));
  }
}
