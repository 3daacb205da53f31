// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine.Submission;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A write step by step: what each step does, what is seen in between, and what a crash leaves. */
class SubmissionTest {
  private static final List<Long> GROUPS = List.of(1L);

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final List<Operation> done = new ArrayList<>();
  private final WalConfig config =
      WalConfig.of(Path.of("/wal"), disk)
          .withSegmentBytes(8 << 10)
          .withSectorBytes(512)
          .withBatchBytes(2 << 10)
          .withSpareExecutor(task -> {});
  private Wal wal;
  private long next = 1;

  @BeforeEach
  void open() throws IOException {
    wal = Wal.openOrFormat(config, 5, 1, new Random(1));
    wal.bootstrap(1, Workload.BEGINNING);
    disk.observe(
        (operation, path, count) -> {
          if (operation.isChange()) {
            done.add(operation);
          }
        });
  }

  private List<GroupWrite> append(int count, int bytes) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      EntryId id = new EntryId(1, next++);
      entries.add(Entry.of(id, EntryType.NORMAL, new byte[bytes]));
    }
    return List.of(new GroupWrite(1, new Persist(null, entries, null, null, true)));
  }

  private int readable() throws IOException {
    return next == 1 ? 0 : wal.read(1, new IndexRange(1, next - 1), 1 << 20).size();
  }

  @Test
  void aWriteIsAWriteAndThenASync() throws IOException {
    Submission submission = wal.submit(append(3, 100));
    assertThat(done).isEmpty();
    assertThat(readable()).isZero();
    assertThat(submission.advance()).isFalse();
    assertThat(done).containsExactly(Operation.WRITE);
    assertThat(readable()).as("written is not durable").isZero();
    assertThat(submission.advance()).isTrue();
    assertThat(done).containsExactly(Operation.WRITE, Operation.FORCE);
    assertThat(readable()).isEqualTo(3);
  }

  @Test
  void eachStepIsOneIoAndANewSegmentIsMadeInOrder() throws IOException {
    wal.write(append(5, 1000));
    done.clear();
    Submission submission = wal.submit(append(2, 1000));
    List<List<Operation>> steps = new ArrayList<>();
    boolean ended = false;
    while (!ended) {
      ended = submission.advance();
      steps.add(List.copyOf(done));
      done.clear();
    }
    List<Operation> making = List.of(Operation.CREATE, Operation.WRITE, Operation.FORCE);
    assertThat(steps)
        .containsExactly(
            making,
            List.of(Operation.WRITE),
            List.of(Operation.WRITE),
            List.of(Operation.FORCE),
            List.of(Operation.RENAME),
            List.of(Operation.SYNC_DIRECTORY),
            List.of(Operation.WRITE),
            List.of(Operation.FORCE),
            List.of(Operation.WRITE),
            List.of(Operation.FORCE),
            List.of(Operation.WRITE),
            List.of(Operation.FORCE));
  }

  @Test
  void aCommitIndexAloneNeedsNoStep() throws IOException {
    assertThat(wal.submit(List.of()).advance()).isTrue();
    assertThat(done).isEmpty();
  }

  @Test
  void oneAtATime() throws IOException {
    Submission submission = wal.submit(append(1, 10));
    assertThatThrownBy(() -> wal.submit(append(1, 10))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> wal.bootstrap(2, Workload.BEGINNING))
        .isInstanceOf(IllegalStateException.class);
    while (!submission.advance()) {
      assertThat(readable()).isZero();
    }
    assertThat(readable()).isEqualTo(1);
  }

  /** Whatever the step at which it fails: nothing of it counts, and nothing follows. */
  @Test
  void aFailedStepIsFinal() throws IOException {
    wal.write(append(5, 1000));
    for (int step = 0; ; step++) {
      SubmissionTest one = new SubmissionTest();
      one.open();
      one.wal.write(one.append(5, 1000));
      Submission submission = one.wal.submit(one.append(2, 1000));
      boolean ended = false;
      for (int i = 0; i < step && !ended; i++) {
        ended = submission.advance();
      }
      if (ended) {
        assertThat(step).isEqualTo(12);
        return;
      }
      int readable = one.readable();
      one.disk.observe(
          (operation, path, count) -> {
            throw new IOException("Input/output error");
          });
      assertThatThrownBy(submission::advance).isInstanceOf(WalException.class);
      one.disk.observe(null);
      assertThatThrownBy(submission::advance).hasMessageContaining("restart the member");
      assertThatThrownBy(() -> one.wal.submit(one.append(1, 10)))
          .hasMessageContaining("restart the member");
      one.next = 8;
      assertThat(one.readable()).isEqualTo(readable);
      one.wal.close();
    }
  }

  /** A log that is closed between two steps is what a crash there would leave. */
  @Test
  void whatHasNotEndedIsNotWrittenAtTheClose() throws IOException {
    Submission submission = wal.submit(append(1, 10));
    submission.advance();
    wal.close();
    disk.crash(CrashMode.LOSE_ALL, new Random(1));
    wal = Wal.open(config);
    assertThat(ModelLog.of(wal, GROUPS).group(1).entries()).isEmpty();
  }
}
