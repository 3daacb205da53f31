// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the state machine is given, and who is told. */
class GroupApplierTest {
  private final HostParts parts =
      new HostParts(
          () -> 0,
          TestCluster.disk(1, 100),
          MemoryNetwork.turnedByHand().transport("a"),
          NodeOptions.DEFAULTS,
          NodeListener.NONE);
  private final Tally machine = new Tally();
  private final ApplyWorker worker = new ApplyWorker(parts);
  private final GroupApplier<Integer> applier =
      new GroupApplier<>(parts, worker, new GroupHealth(parts, 1), machine);

  private static Entry entry(long index, EntryType type, String text) {
    return Entry.of(new EntryId(1, index), type, Tally.command(text));
  }

  private CompletableFuture<String> read(long index) {
    CompletableFuture<String> future = new CompletableFuture<>();
    parts.gate.maybeEnter(0);
    Read<String> read = new Read<>(null, parts.gate, at -> at + " of " + index, future);
    read.deadline = 10;
    List<Read<?>> reads = new ArrayList<>();
    reads.add(read);
    applier.read(index, new ReadBatch(reads));
    return future;
  }

  @Test
  void onlyCommandsGetThereAndEachResultToItsOwn() {
    Proposal<Integer>[] awaited = Proposals.array(4);
    CompletableFuture<Integer> future = new CompletableFuture<>();
    parts.gate.maybeEnter(0);
    awaited[3] = new Proposal<>(null, parts.gate, new byte[0], future);
    applier.apply(
        List.of(
            entry(1, EntryType.NO_OP, ""),
            entry(2, EntryType.NORMAL, "a"),
            entry(3, EntryType.CONFIGURATION, "not for you"),
            entry(4, EntryType.NORMAL, "b")),
        awaited);
    assertThat(machine.commands()).containsExactly("a", "b");
    assertThat(future).isCompletedWithValue(2);
  }

  /** State made of damaged bytes would be believed by everybody who reads it. */
  @Test
  void aDamagedEntryStopsTheNode() {
    Entry good = entry(1, EntryType.NORMAL, "a");
    Entry damaged = new Entry(good.id(), good.type(), Tally.command("b"), good.crc());
    applier.apply(List.of(damaged), null);
    assertThat(parts.hasFailed()).isTrue();
    assertThat(parts.failure()).hasMessageContaining("damaged");
    assertThat(machine.commands()).isEmpty();
  }

  @Test
  void aReadWaitsForItsIndex() {
    CompletableFuture<String> late = read(3);
    CompletableFuture<String> soon = read(1);
    applier.apply(List.of(entry(1, EntryType.NORMAL, "a"), entry(2, EntryType.NORMAL, "b")), null);
    assertThat(soon).isCompletedWithValue("2 of 1");
    assertThat(late).isNotDone();
    applier.apply(List.of(entry(3, EntryType.NO_OP, "")), null);
    assertThat(late).isCompletedWithValue("3 of 3");
    assertThat(read(2)).isCompletedWithValue("3 of 2");
    assertThat(parts.gate.count()).isZero();
  }

  @Test
  void aReadThatWaitsTooLongIsRefused() {
    CompletableFuture<String> read = read(3);
    assertThat(applier.hasParkedReads()).isTrue();
    Refusal refusal = new Refusal(Refusal.Reason.TIMED_OUT, 0);
    applier.expireReads(9, refusal);
    assertThat(read).isNotDone();
    applier.expireReads(10, refusal);
    assertThat(OutcomeTest.refusal(read)).isEqualTo(Refusal.Reason.TIMED_OUT);
    assertThat(applier.hasParkedReads()).isFalse();
  }

  @Test
  void aQueryThatThrowsHarmsNobodyElse() {
    CompletableFuture<String> future = new CompletableFuture<>();
    parts.gate.maybeEnter(0);
    List<Read<?>> reads = new ArrayList<>();
    reads.add(
        new Read<String>(
            null,
            parts.gate,
            index -> {
              throw new IllegalArgumentException("mine");
            },
            future));
    applier.read(0, new ReadBatch(reads));
    assertThat(OutcomeTest.failure(future)).hasMessage("mine");
    assertThat(parts.hasFailed()).isFalse();
  }

  /** After a failure nothing is applied or answered as if it were. */
  @Test
  void nothingIsAppliedAfterAFailure() {
    parts.fail("something broke", new IllegalStateException("elsewhere"));
    Proposal<Integer>[] awaited = Proposals.array(1);
    CompletableFuture<Integer> future = new CompletableFuture<>();
    awaited[0] = new Proposal<>(null, parts.gate, new byte[0], future);
    applier.apply(List.of(entry(1, EntryType.NORMAL, "a")), awaited);
    assertThat(OutcomeTest.failure(future)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(machine.commands()).isEmpty();
    CompletableFuture<String> read = read(0);
    applier.stop(new Refusal(Refusal.Reason.STOPPED, 0));
    assertThat(OutcomeTest.refusal(read)).isEqualTo(Refusal.Reason.STOPPED);
  }
}
