// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.spi.StateMachine;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures three members in one JVM, in memory, with real threads: {@code Throughput
 * [inline|separate] [bytes] [outstanding...]}. Not a test; the figures are for people.
 */
public final class Throughput {
  /** Counts. */
  private static final class Counting implements StateMachine<Integer> {
    private int count;

    @Override
    public void apply(Batch<Integer> batch) {
      for (int i = 0; i < batch.size(); i++) {
        batch.result(i, ++count);
      }
    }

    @Override
    public Snapshot snapshot() {
      return out -> {};
    }

    @Override
    public void restore(InputStream in) {}
  }

  private Throughput() {}

  public static void main(String[] arguments) throws Exception {
    boolean inline = arguments.length == 0 || arguments[0].equals("inline");
    byte[] command = new byte[arguments.length > 1 ? Integer.parseInt(arguments[1]) : 256];
    int[] loads =
        arguments.length > 2
            ? Arrays.stream(arguments).skip(2).mapToInt(Integer::parseInt).toArray()
            : new int[] {1, 64, 1000};
    DirectNetwork network = new DirectNetwork();
    List<RaftNode<Integer>> nodes = new ArrayList<>();
    for (long id = 1; id <= 3; id++) {
      nodes.add(
          RaftNode.<Integer>builder()
              .self(id)
              .storage(TestCluster.disk(id, id))
              .transport(network.transport())
              .stateMachine(new Counting())
              .bootstrap(Members.of("1=a", "2=b", "3=c"))
              .options(
                  o ->
                      o.snapshotEvery(50_000)
                          .trailingEntries(300_000)
                          .logOnLoop(inline)
                          .applyOnLoop(inline))
              .start());
    }
    nodes.get(0).propose(command).get();
    RaftNode<Integer> leader =
        nodes.stream()
            .filter(node -> node.status().role() == RoleType.LEADER)
            .findFirst()
            .orElseThrow();
    for (int round = 0; round < 3; round++) {
      for (int outstanding : loads) {
        measure(leader, command, outstanding);
      }
    }
    nodes.forEach(RaftNode::close);
  }

  private static void measure(RaftNode<Integer> leader, byte[] command, int outstanding)
      throws Exception {
    Semaphore free = new Semaphore(outstanding);
    AtomicLong failures = new AtomicLong();
    long start = System.nanoTime();
    long end = start + 4_000_000_000L;
    long count = 0;
    while (System.nanoTime() < end) {
      free.acquire();
      leader
          .propose(command)
          .whenComplete(
              (result, failure) -> {
                if (failure != null) {
                  failures.incrementAndGet();
                }
                free.release();
              });
      count++;
    }
    free.acquire(outstanding);
    long nanos = System.nanoTime() - start;
    System.out.printf(
        "outstanding %5d: %,10.0f/s  %6.1f us each, failed %d%n",
        outstanding,
        count * 1e9 / nanos,
        nanos * (double) outstanding / count / 1000,
        failures.get());
  }
}
