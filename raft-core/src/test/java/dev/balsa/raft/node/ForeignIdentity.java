// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.util.List;

/** A log in a directory of another identity. */
record ForeignIdentity(LogEngine log, LogIdentity identity) implements LogEngine {
  @Override
  public RecoveredLog recover(long group) throws IOException {
    return log.recover(group);
  }

  @Override
  public void bootstrap(long group, SnapshotMetadata snapshot) throws IOException {
    log.bootstrap(group, snapshot);
  }

  @Override
  public void write(List<GroupWrite> writes) throws IOException {
    log.write(writes);
  }

  @Override
  public List<Entry> read(long group, IndexRange range, int maxBytes) throws IOException {
    return log.read(group, range, maxBytes);
  }

  @Override
  public SnapshotStore snapshots() {
    return log.snapshots();
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
