// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.node.Members;
import dev.balsa.raft.node.NodeState;
import dev.balsa.raft.node.RaftHost;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.node.RefusedException;
import dev.balsa.raft.spi.StateMachine;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A host over this log, on a disk that others fill up: no write fails, and nothing is lost. */
class SmallDiskTest {
  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final WalConfig config =
      WalConfig.of(Path.of("/data"), disk).withSegmentBytes(64 << 10).withSectorBytes(512);
  private final Sum sum = new Sum();
  private long nanos;
  private RaftHost host;
  private RaftNode<Long> node;

  /** Counts the bytes of all commands. */
  private static final class Sum implements StateMachine<Long> {
    private long bytes;

    @Override
    public void apply(Batch<Long> batch) {
      for (int i = 0; i < batch.size(); i++) {
        bytes += batch.command(i).length;
        batch.result(i, bytes);
      }
    }

    @Override
    public Snapshot snapshot() {
      throw new IllegalStateException("none is asked for");
    }

    @Override
    public void restore(InputStream in) {
      throw new IllegalStateException("none was taken");
    }
  }

  private void start() throws IOException {
    host =
        RaftHost.builder(() -> nanos)
            .storage(Wal.openOrFormat(config, 5, 1, new Random(3)))
            .transport(MemoryNetwork.turnedByHand().transport("here"))
            .options(options -> options.snapshotEvery(0))
            .build();
    node = host.group(1, sum, Members.of("1=here"));
    host.start();
  }

  private void tick(int count) {
    for (int i = 0; i < count; i++) {
      nanos += Duration.ofMillis(100).toNanos();
      settle();
    }
  }

  private void settle() {
    int work = 1;
    while (work > 0) {
      work = host.agents().stream().mapToInt(agent -> agent.doWork()).sum();
    }
  }

  private CompletableFuture<Long> propose() {
    CompletableFuture<Long> future = node.propose(new byte[1000]);
    settle();
    assertThat(future).isDone();
    return future;
  }

  private static Refusal.Reason refusal(CompletableFuture<?> future) {
    return ((RefusedException) catchThrowable(future::join).getCause()).refusal().reason();
  }

  @Test
  @Tag("W16")
  void aFullDiskRefusesCommandsUntilThereIsRoomAndFailsNone() throws IOException {
    start();
    tick(40);
    boolean[] full = {true};
    disk.observe(
        (kind, path, count) -> {
          if (kind == Operation.CREATE && full[0]) {
            throw new IOException("No space left on device");
          }
        });
    long applied = 0;
    CompletableFuture<Long> latest = propose();
    while (!latest.isCompletedExceptionally()) {
      applied += 1000;
      assertThat(latest).isCompletedWithValue(applied);
      latest = propose();
    }
    assertThat(applied).isPositive();
    assertThat(refusal(latest)).isEqualTo(Refusal.Reason.STORAGE_FULL);
    // It may last: the member keeps its term, answers reads, and refuses for certain.
    tick(100);
    assertThat(node.state()).isEqualTo(NodeState.RUNNING);
    CompletableFuture<Long> read = node.read(() -> sum.bytes);
    settle();
    assertThat(read).isCompletedWithValue(applied);
    assertThat(refusal(propose())).isEqualTo(Refusal.Reason.STORAGE_FULL);
    full[0] = false;
    tick(11);
    for (int i = 0; i < 100; i++) {
      applied += 1000;
      assertThat(propose()).isCompletedWithValue(applied);
    }
    host.shutdown();
    settle();
    assertThat(host.terminated()).isCompleted();
  }
}
