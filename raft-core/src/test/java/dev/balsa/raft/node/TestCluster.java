// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.contract.MemoryLogEngine;
import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.spi.LogIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Members in memory, turned by hand: time passes only in {@link #tick}, messages travel only in
 * {@link #settle}. Every run of a story is the same.
 */
final class TestCluster {
  static final long CLUSTER = 77;

  final MemoryNetwork network = MemoryNetwork.turnedByHand();
  private final TreeMap<Long, TestMember> members = new TreeMap<>();
  private final NodeOptions options;
  private final Members first;
  private final int groups;
  private long nanos;

  TestCluster(int size, int groups, Consumer<NodeOptions.Builder> changes) {
    NodeOptions.Builder builder = NodeOptions.builder();
    changes.accept(builder);
    this.options = builder.build();
    this.groups = groups;
    Members all = Members.none();
    for (long id = 1; id <= size; id++) {
      all = all.and(id, "m" + id, "");
    }
    this.first = all;
    for (long id = 1; id <= size; id++) {
      members.put(id, new TestMember(id, disk(id, id * 100)));
      start(id);
    }
  }

  static TestCluster ofThree() {
    return new TestCluster(3, 1, options -> {});
  }

  static MemoryLogEngine disk(long id, long incarnation) {
    return new MemoryLogEngine(new LogIdentity(CLUSTER, new MemberId(id, incarnation), 1));
  }

  TestMember member(long id) {
    return members.get(id);
  }

  List<TestMember> all() {
    return new ArrayList<>(members.values());
  }

  void start(long id) {
    TestMember member = member(id);
    try {
      member.start(() -> nanos, network.transport("m" + id), options, first, groups);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new member, with an empty disk, that knows whom to ask; admitted by nobody yet. */
  TestMember join(long id) {
    TestMember member = new TestMember(id, disk(id, id * 100));
    member.contacts = first;
    members.put(id, member);
    start(id);
    return member;
  }

  /** The process is gone from one moment to the next; what was written is on the disk. */
  void crash(long id) {
    TestMember member = member(id);
    member.transport.close();
    member.host = null;
    member.disk = member.disk.reopen();
  }

  void cutOff(long id) {
    for (TestMember other : all()) {
      network.cut(id, other.id);
      network.cut(other.id, id);
    }
  }

  /** Lets everything happen that needs no time. */
  void settle() {
    for (int round = 0; round < 100_000; round++) {
      int work = network.deliverAll();
      for (TestMember member : all()) {
        work += member.turn();
      }
      if (work == 0) {
        return;
      }
    }
    throw new AssertionError("the cluster does not come to rest");
  }

  void tick(int count) {
    for (int i = 0; i < count; i++) {
      nanos += options.tick().toNanos();
      settle();
    }
  }

  void tickUntil(BooleanSupplier done) {
    for (int i = 0; i < 500; i++) {
      if (done.getAsBoolean()) {
        return;
      }
      tick(1);
    }
    throw new AssertionError("it never came about");
  }

  void tickUntilDone(CompletableFuture<?> future) {
    tickUntil(future::isDone);
  }

  /** The member that leads group 1, once there is one that the others follow. */
  TestMember leader() {
    tickUntil(() -> leaderOrNull() != null);
    return leaderOrNull();
  }

  private TestMember leaderOrNull() {
    TestMember leader = null;
    for (TestMember member : all()) {
      if (member.host != null && member.status().role() == RoleType.LEADER) {
        boolean isNewer =
            leader == null
                || member.status().hardState().term() > leader.status().hardState().term();
        leader = isNewer ? member : leader;
      }
    }
    return leader == null || leader.status().hardState().commit() == 0 ? null : leader;
  }

  /** Another member than these. */
  TestMember other(TestMember... than) {
    return all().stream()
        .filter(member -> member.host != null && !List.of(than).contains(member))
        .findFirst()
        .orElseThrow();
  }

  TestMember follower() {
    return other(leader());
  }
}
