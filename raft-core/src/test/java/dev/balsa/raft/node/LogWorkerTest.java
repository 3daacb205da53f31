// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.contract.MemoryLogEngine;
import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log worker takes one step a turn, and vouches for nothing before the last. */
class LogWorkerTest {
  /** An engine whose writes take several steps, of which the last but one may fail. */
  private static final class Stepwise implements LogEngine {
    private static final int STEPS = 3;

    private final MemoryLogEngine memory =
        new MemoryLogEngine(new LogIdentity(5, new MemberId(1, 1), 1));
    private final List<Integer> sizes = new ArrayList<>();
    private boolean fails;
    private boolean closed;

    @Override
    public LogIdentity identity() {
      return memory.identity();
    }

    @Override
    public RecoveredLog recover(long group) {
      return memory.recover(group);
    }

    @Override
    public void bootstrap(long group, SnapshotMetadata snapshot) throws IOException {
      memory.bootstrap(group, snapshot);
    }

    @Override
    public void write(List<GroupWrite> writes) {
      throw new IllegalStateException("everything is done in steps");
    }

    @Override
    public Submission submit(List<GroupWrite> writes) {
      sizes.add(writes.size());
      int[] steps = {0};
      return () -> {
        steps[0]++;
        if (fails && steps[0] == STEPS - 1) {
          throw new IOException("Input/output error");
        }
        if (steps[0] == STEPS) {
          memory.write(writes);
        }
        return steps[0] == STEPS;
      };
    }

    @Override
    public List<Entry> read(long group, IndexRange range, int maxBytes) throws IOException {
      return memory.read(group, range, maxBytes);
    }

    @Override
    public SnapshotStore snapshots() {
      return memory.snapshots();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final Stepwise engine = new Stepwise();
  private long nanos;
  private RaftHost host;
  private RaftNode<Integer> node;

  @BeforeEach
  void lead() throws IOException {
    host =
        RaftHost.builder(() -> nanos)
            .storage(engine)
            .transport(MemoryNetwork.turnedByHand().transport("here"))
            .build();
    node = host.group(1, new Tally(), Members.of("1=here"));
    host.start();
    for (int i = 0; i < 40; i++) {
      nanos += Duration.ofMillis(100).toNanos();
      settle();
    }
  }

  private int turn(boolean log) {
    return host.agents().stream()
        .filter(agent -> agent.name().equals("log") == log)
        .mapToInt(Agent::doWork)
        .sum();
  }

  private void settleAllButTheLog() {
    while (turn(false) > 0) {
      // Until nothing is left to do.
    }
  }

  private void settle() {
    do {
      settleAllButTheLog();
    } while (turn(true) > 0);
  }

  private CompletableFuture<Integer> propose(String command) {
    CompletableFuture<Integer> future = node.propose(Tally.command(command));
    settleAllButTheLog();
    return future;
  }

  @Test
  void nothingIsVouchedForBeforeTheLastStep() {
    long durable = node.status().durableIndex();
    CompletableFuture<Integer> first = propose("a");
    CompletableFuture<Integer> second = null;
    engine.sizes.clear();
    for (int step = 1; step < Stepwise.STEPS; step++) {
      assertThat(turn(true)).isPositive();
      settleAllButTheLog();
      assertThat(first).isNotDone();
      assertThat(node.status().durableIndex()).isEqualTo(durable);
      // What comes meanwhile gathers, and is the next write.
      second = propose("b" + step);
    }
    assertThat(engine.sizes).hasSize(1);
    assertThat(turn(true)).isPositive();
    settleAllButTheLog();
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    settle();
    assertThat(second).isCompleted();
    assertThat(engine.sizes).startsWith(1, Stepwise.STEPS - 1);
  }

  @Test
  void aStepThatFailsStopsTheHostAndNothingIsAcknowledged() {
    engine.fails = true;
    long durable = node.status().durableIndex();
    CompletableFuture<Integer> first = propose("a");
    settle();
    assertThat(OutcomeTest.failure(first)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(node.status().durableIndex()).isEqualTo(durable);
    assertThat(host.terminated()).isCompletedExceptionally();
    assertThat(engine.closed).isTrue();
  }

  @Test
  void aStopWaitsForTheWriteUnderWay() {
    CompletableFuture<Integer> last = propose("a");
    turn(true);
    host.shutdown();
    settleAllButTheLog();
    assertThat(engine.closed).isFalse();
    settle();
    assertThat(last).isCompleted();
    assertThat(engine.closed).isTrue();
    assertThat(host.terminated()).isCompleted();
  }
}
