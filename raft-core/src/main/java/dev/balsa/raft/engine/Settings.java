// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.tracker.Inflights;
import dev.balsa.raft.tracker.Progress;
import java.util.List;

/** What the host may change while the node runs. Outlives every role. */
public final class Settings {
  private final Raft raft;

  /** The disk has no room for commands. */
  private boolean storageFull;

  private int maxInflightAppends;
  private long maxInflightBytes;

  Settings(Raft raft) {
    this.raft = raft;
    this.maxInflightAppends = raft.config().maxInflightAppends();
    this.maxInflightBytes = raft.config().maxInflightBytes();
  }

  /** The same for the twin {@code raft}, which has its configuration already. */
  Settings copy(Raft raft) {
    Settings copy = new Settings(raft);
    copy.storageFull = storageFull;
    copy.maxInflightAppends = maxInflightAppends;
    copy.maxInflightBytes = maxInflightBytes;
    return copy;
  }

  void encodeState(StateSink sink) {
    sink.put(storageFull);
    sink.put(maxInflightAppends);
    sink.put(maxInflightBytes);
  }

  boolean isStorageFull() {
    return storageFull;
  }

  /** Whether the disk has no room for commands. What keeps the cluster alive is still written. */
  public void storageFull(boolean full) {
    storageFull = full;
  }

  /** An empty window for a peer. */
  Inflights newWindow() {
    return new Inflights(maxInflightAppends, maxInflightBytes);
  }

  /** Other bounds for the windows of all peers, those of later leaderships included. */
  public void inflightLimits(int maxAppends, long maxBytes) {
    // The same rule as for those of the start.
    RaftConfig.requireInflightLimits(maxAppends, maxBytes);
    maxInflightAppends = maxAppends;
    maxInflightBytes = maxBytes;
    if (raft.role() instanceof Leader leading) {
      List<Progress> peers = leading.peers();
      for (int i = 0; i < peers.size(); i++) {
        peers.get(i).inflights().limit(maxAppends, maxBytes);
      }
    }
  }
}
