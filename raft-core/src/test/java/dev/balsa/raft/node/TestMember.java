// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.contract.MemoryLogEngine;
import dev.balsa.raft.contract.MemoryTransport;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** One member of a {@link TestCluster}: its disk outlives it, the rest is made anew. */
final class TestMember implements NodeListener {
  final long id;
  MemoryLogEngine disk;
  MemoryTransport transport;
  RaftHost host;
  final TreeMap<Long, RaftNode<Integer>> nodes = new TreeMap<>();
  final TreeMap<Long, Tally> machines = new TreeMap<>();
  final List<SnapshotMetadata> taken = new ArrayList<>();
  final List<SnapshotMetadata> installed = new ArrayList<>();
  final List<PeerViolation> violations = new ArrayList<>();
  final List<Long> failedGroups = new ArrayList<>();
  final List<Long> removedFrom = new ArrayList<>();
  Throwable fatal;

  /** Whom it asks to be admitted, null if it is among the first members. */
  Members contacts;

  /** Agents of these names are not turned. */
  final List<String> held = new ArrayList<>();

  TestMember(long id, MemoryLogEngine disk) {
    this.id = id;
    this.disk = disk;
  }

  void start(
      NanoClock clock, MemoryTransport transport, NodeOptions options, Members first, int groups)
      throws IOException {
    this.transport = transport;
    nodes.clear();
    machines.clear();
    host =
        RaftHost.builder(clock)
            .storage(disk)
            .transport(transport)
            .options(options)
            .listener(this)
            .build();
    for (long group = 1; group <= groups; group++) {
      Tally machine = new Tally();
      machines.put(group, machine);
      nodes.put(
          group,
          contacts == null
              ? host.group(group, machine, first)
              : host.join(group, machine, contacts));
    }
    host.start();
  }

  RaftNode<Integer> node() {
    return nodes.get(1L);
  }

  Tally machine() {
    return machines.get(1L);
  }

  Status status() {
    return node().status();
  }

  RoleType role(long group) {
    return nodes.get(group).status().role();
  }

  boolean leads(long group) {
    return leads(nodes.get(group));
  }

  static boolean leads(RaftNode<?> node) {
    return node.status().role() == RoleType.LEADER;
  }

  boolean isRunning(long group) {
    return host != null && nodes.get(group).state() == NodeState.RUNNING;
  }

  /** One turn of each agent; returns how much was done. */
  int turn() {
    int work = 0;
    if (host != null) {
      for (Agent agent : host.agents()) {
        work += held.contains(agent.name()) ? 0 : agent.doWork();
      }
    }
    return work;
  }

  int turn(String agentName) {
    for (Agent agent : host.agents()) {
      if (agent.name().equals(agentName)) {
        return agent.doWork();
      }
    }
    throw new AssertionError("no agent " + agentName);
  }

  @Override
  public void onSnapshotTaken(long group, SnapshotMetadata snapshot) {
    taken.add(snapshot);
  }

  @Override
  public void onSnapshotInstalled(long group, SnapshotMetadata snapshot) {
    installed.add(snapshot);
  }

  @Override
  public void onViolation(long group, PeerViolation violation) {
    violations.add(violation);
  }

  @Override
  public void onRemoved(long group, Membership membership) {
    removedFrom.add(group);
  }

  @Override
  public void onGroupFailed(long group, Throwable cause) {
    failedGroups.add(group);
  }

  @Override
  public void onFatal(Throwable cause) {
    fatal = cause;
  }
}
