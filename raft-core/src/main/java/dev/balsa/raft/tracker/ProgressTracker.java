// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import dev.balsa.raft.state.StateSink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A leader's peers, ascending by id. Few enough that a search from the front is the quickest. */
public final class ProgressTracker {
  private final List<Progress> peers = new ArrayList<>(2);
  private final List<Progress> readOnly = Collections.unmodifiableList(peers);

  /** The peer with this id, or null. */
  public Progress find(long id) {
    for (int i = 0; i < peers.size(); i++) {
      Progress peer = peers.get(i);
      if (peer.id() == id) {
        return peer;
      }
    }
    return null;
  }

  /** Everyone, in order; to be read only. */
  public List<Progress> all() {
    return readOnly;
  }

  /** Adds a peer that is not there yet. */
  public void add(Progress peer) {
    int at = 0;
    while (at < peers.size() && peers.get(at).id() < peer.id()) {
      at++;
    }
    peers.add(at, peer);
  }

  /** Forgets this peer, if it is there. */
  public void remove(long id) {
    peers.removeIf(peer -> peer.id() == id);
  }

  /** Views of their own of the same peers. */
  public ProgressTracker copy() {
    ProgressTracker copy = new ProgressTracker();
    for (int i = 0; i < peers.size(); i++) {
      copy.peers.add(peers.get(i).copy());
    }
    return copy;
  }

  /** Tells everything that is known of the peers. */
  public void encodeState(StateSink sink, long now, int electionTicks) {
    sink.put(peers.size());
    for (int i = 0; i < peers.size(); i++) {
      peers.get(i).encodeState(sink, now, electionTicks);
    }
  }
}
