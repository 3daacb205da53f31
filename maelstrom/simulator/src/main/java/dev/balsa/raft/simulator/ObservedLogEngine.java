// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.simulator.check.Checker;
import dev.balsa.raft.simulator.check.MemberLog;
import dev.balsa.raft.simulator.check.Observed;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A log engine whose every promise is noted, so that the checkers can hold it to them. */
final class ObservedLogEngine implements LogEngine {
  private final LogEngine delegate;
  private final Observed member;
  private final Checker checker;

  ObservedLogEngine(LogEngine delegate, Observed member, Checker checker) {
    this.delegate = delegate;
    this.member = member;
    this.checker = checker;
  }

  /** Everything that a log engine has of this group, as a model; null if it has nothing. */
  static MemberLog read(LogEngine engine, long group, RecoveredLog recovered) throws IOException {
    List<Entry> entries = new ArrayList<>();
    long next = recovered.firstIndex();
    while (next <= recovered.lastIndex()) {
      IndexRange range = new IndexRange(next, recovered.lastIndex());
      entries.addAll(engine.read(group, range, Integer.MAX_VALUE));
      next = entries.get(entries.size() - 1).index() + 1;
    }
    return MemberLog.of(recovered, entries);
  }

  @Override
  public LogIdentity identity() {
    return delegate.identity();
  }

  @Override
  public RecoveredLog recover(long group) throws IOException {
    RecoveredLog recovered = delegate.recover(group);
    if (recovered != null) {
      MemberLog found = read(delegate, group, recovered);
      checker.onRecovered(member, found);
      member.onStarted(found);
    }
    return recovered;
  }

  @Override
  public void bootstrap(long group, SnapshotMetadata snapshot) throws IOException {
    delegate.bootstrap(group, snapshot);
    member.onStarted(new MemberLog(snapshot));
  }

  @Override
  public void write(List<GroupWrite> writes) throws IOException {
    noteBegin(writes);
    delegate.write(writes);
    member.onWritten();
  }

  @Override
  public Submission submit(List<GroupWrite> writes) throws IOException {
    noteBegin(writes);
    Submission submission = delegate.submit(writes);
    return () -> {
      boolean hasEnded = submission.advance();
      if (hasEnded) {
        member.onWritten();
      }
      return hasEnded;
    };
  }

  private void noteBegin(List<GroupWrite> writes) {
    for (GroupWrite write : writes) {
      checker.onWrite(member, write.persist());
      member.onWriting(write.persist());
    }
  }

  @Override
  public List<Entry> read(long group, IndexRange range, int maxBytes) throws IOException {
    return delegate.read(group, range, maxBytes);
  }

  @Override
  public SnapshotStore snapshots() {
    return delegate.snapshots();
  }

  @Override
  public void close() throws IOException {
    delegate.close();
  }
}
