// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.contract.MemoryLogEngine;
import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three members with threads of their own in one JVM, under concurrent clients. */
@Timeout(60)
class ThreadsTest {
  /** Remembers the order of all commands, eight bytes each. */
  private static final class Order implements StateMachine<Integer> {
    final List<Long> applied = new ArrayList<>();

    @Override
    public void apply(Batch<Integer> batch) {
      for (int i = 0; i < batch.size(); i++) {
        applied.add(ByteBuffer.wrap(batch.command(i)).getLong());
        batch.result(i, applied.size());
      }
    }

    @Override
    public Snapshot snapshot() {
      throw new UnsupportedOperationException("none is taken here");
    }

    @Override
    public void restore(InputStream in) {
      throw new UnsupportedOperationException("none is sent here");
    }
  }

  private final List<RaftNode<Integer>> nodes = new ArrayList<>();
  private final List<Order> machines = new ArrayList<>();

  private void start(boolean inline) throws Exception {
    DirectNetwork network = new DirectNetwork();
    Members members = Members.of("1=a", "2=b", "3=c");
    for (long id = 1; id <= 3; id++) {
      Order machine = new Order();
      machines.add(machine);
      nodes.add(
          RaftNode.<Integer>builder()
              .self(id)
              .storage(TestCluster.disk(id, id))
              .transport(network.transport())
              .stateMachine(machine)
              .bootstrap(members)
              .options(
                  options ->
                      options
                          .tick(Duration.ofMillis(20))
                          .snapshotEvery(0)
                          .logOnLoop(inline)
                          .applyOnLoop(inline))
              .start());
    }
  }

  @AfterEach
  void stop() {
    nodes.forEach(RaftNode::close);
  }

  @Test
  void everyAcknowledgedCommandIsAppliedOnceAndInOneOrderOnAll() throws Exception {
    start(false);
    runClients();
  }

  @Test
  void theSameWithAllStagesOnOneThread() throws Exception {
    start(true);
    runClients();
  }

  private void runClients() throws Exception {
    int clients = 6;
    int each = 500;
    ConcurrentLinkedQueue<Long> acknowledged = new ConcurrentLinkedQueue<>();
    CountDownLatch done = new CountDownLatch(clients);
    List<Thread> threads = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      long base = client * 1_000_000L;
      RaftNode<Integer> node = nodes.get(client % nodes.size());
      Order machine = machines.get(client % nodes.size());
      Thread thread =
          new Thread(
              () -> {
                for (long i = 0; i < each; i++) {
                  runOne(node, machine, base + i, acknowledged);
                }
                done.countDown();
              });
      threads.add(thread);
      thread.start();
    }
    assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
    assertThat(acknowledged).hasSizeGreaterThan(clients * each / 2);
    for (int i = 0; i < nodes.size(); i++) {
      Order machine = machines.get(i);
      // On the apply worker, so that the list may be read.
      List<Long> applied = nodes.get(i).read(() -> List.copyOf(machine.applied)).get();
      assertThat(applied).doesNotHaveDuplicates().containsAll(acknowledged);
      assertThat(applied)
          .isEqualTo(nodes.get(0).read(() -> List.copyOf(machines.get(0).applied)).get());
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void runOne(
      RaftNode<Integer> node,
      Order machine,
      long command,
      ConcurrentLinkedQueue<Long> acknowledged) {
    try {
      byte[] bytes = ByteBuffer.allocate(8).putLong(0, command).array();
      int position = node.propose(bytes).get();
      acknowledged.add(command);
      if (command % 7 == 0) {
        // Linearizable: what was acknowledged before is there.
        assertThat(node.read(() -> machine.applied.size()).get()).isGreaterThanOrEqualTo(position);
      }
    } catch (Exception e) {
      assertThat(e.getCause()).isInstanceOf(RaftException.class);
    }
  }

  @Test
  void aLeaderThatIsClosedHandsOver() throws Exception {
    start(false);
    nodes.get(0).propose(new byte[8]).get();
    RaftNode<Integer> leader =
        nodes.stream()
            .filter(node -> node.status().role() == RoleType.LEADER)
            .findFirst()
            .orElseThrow();
    leader.close();
    assertThat(leader.terminated()).isCompleted();
    nodes.remove(leader);
    assertThat(nodes.get(0).propose(new byte[8]).get()).isEqualTo(2);
  }

  /** It would wait for itself. */
  @Test
  void closingFromACallbackDoesNotWait() throws Exception {
    start(false);
    CompletableFuture<Void> closed =
        nodes.get(0).propose(new byte[8]).thenAccept(result -> nodes.get(0).close());
    closed.get();
    nodes.get(0).terminated().get();
  }

  /** What was handed in is closed, and no thread stays behind. */
  @Test
  void aNodeThatCannotStartLeavesNothingBehind() throws Exception {
    MemoryNetwork network = MemoryNetwork.synchronous();
    network.transport("taken").start(new LogIdentity(1, new MemberId(9, 9), 1), null);
    MemoryLogEngine disk = TestCluster.disk(4, 4);
    RaftNodeBuilder<Integer> builder =
        RaftNode.<Integer>builder()
            .self(4)
            .storage(disk)
            .transport(network.transport("taken"))
            .stateMachine(new Order())
            .bootstrap(Members.of("4=taken"));
    assertThatThrownBy(builder::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("taken");
    assertThatThrownBy(() -> disk.write(List.of())).hasMessageContaining("closed");
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("balsa-4"));
  }

  @Test
  void aDirectoryOfAnotherMemberIsRefused() {
    MemoryLogEngine disk = TestCluster.disk(4, 4);
    RaftNodeBuilder<Integer> builder =
        RaftNode.<Integer>builder()
            .self(5)
            .storage(disk)
            .transport(new DirectNetwork().transport())
            .stateMachine(new Order());
    assertThatThrownBy(builder::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("belongs to member 4");
  }
}
