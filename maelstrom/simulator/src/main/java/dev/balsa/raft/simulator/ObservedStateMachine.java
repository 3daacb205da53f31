// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.simulator.check.Checker;
import dev.balsa.raft.simulator.check.Observed;
import dev.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The user's state machine, with what it applies and comes to be reported to the checkers.
 *
 * <p>States can only be compared at the same index, and members cut the log into batches
 * differently; so a batch is cut at every index that is a multiple of {@code digestEvery}.
 */
final class ObservedStateMachine<R> implements StateMachine<Applied<R>> {
  private final StateMachine<R> delegate;
  private final Observed member;
  private final Checker checker;
  private final int digestEvery;
  private long lastApplied;

  ObservedStateMachine(
      StateMachine<R> delegate, Observed member, Checker checker, int digestEvery) {
    this.delegate = delegate;
    this.member = member;
    this.checker = checker;
    this.digestEvery = digestEvery;
  }

  /** The index of the last command that the state contains; 0 if none. */
  long lastApplied() {
    return lastApplied;
  }

  /** The digest of the state as it is. */
  long digest() {
    return Digests.of(delegate.snapshot());
  }

  @Override
  public void apply(Batch<Applied<R>> batch) {
    int begin = 0;
    while (begin < batch.size()) {
      int end = begin + 1;
      // Between two commands may lie entries that only Raft needs, and one of them the multiple.
      while (end < batch.size()
          && batch.index(end) / digestEvery == batch.index(begin) / digestEvery) {
        end++;
      }
      apply(batch, begin, end);
      begin = end;
    }
  }

  private void apply(Batch<Applied<R>> batch, int begin, int end) {
    boolean isNewStretch = batch.index(begin) / digestEvery != lastApplied / digestEvery;
    if (isNewStretch && lastApplied > 0) {
      checker.onDigest(member, lastApplied, digest());
    }
    for (int i = begin; i < end; i++) {
      if (batch.isAwaited(i)) {
        batch.result(i, new Applied<>(batch.index(i), null));
      }
    }
    delegate.apply(new Part<>(batch, begin, end));
    for (int i = begin; i < end; i++) {
      checker.onApplied(member, batch.index(i), batch.command(i));
    }
    lastApplied = batch.index(end - 1);
  }

  @Override
  public Snapshot snapshot() {
    long index = lastApplied;
    Snapshot snapshot = delegate.snapshot();
    return out -> {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(index);
      snapshot.writeTo(data);
      data.flush();
    };
  }

  @Override
  public void restore(InputStream in) throws IOException {
    lastApplied = new DataInputStream(in).readLong();
    delegate.restore(in);
    checker.onRestored(member, lastApplied);
  }

  /** A stretch of a batch. */
  private record Part<R>(Batch<Applied<R>> whole, int begin, int end) implements Batch<R> {
    @Override
    public int size() {
      return end - begin;
    }

    @Override
    public long index(int position) {
      return whole.index(begin + position);
    }

    @Override
    public byte[] command(int position) {
      return whole.command(begin + position);
    }

    @Override
    public boolean isAwaited(int position) {
      return whole.isAwaited(begin + position);
    }

    @Override
    public void result(int position, R result) {
      whole.result(begin + position, new Applied<>(index(position), result));
    }
  }
}
