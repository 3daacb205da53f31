// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.tracker;

import dev.balsa.raft.state.StateSink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A leader's peers, ascending by id. Few enough that a search from the front is the quickest. */
public final class ProgressTracker {
  /** Replaced as a whole: members seldom come or go. */
  private List<Progress> peers = List.of();

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

  /** Everyone, in order, as it is now. */
  public List<Progress> all() {
    return peers;
  }

  /** Adds a peer that is not there yet. */
  public void add(Progress peer) {
    List<Progress> all = new ArrayList<>(peers);
    all.add(peer);
    all.sort(Comparator.comparingLong(Progress::id));
    peers = List.copyOf(all);
  }

  /** Forgets this peer, if it is there. */
  public void remove(long id) {
    List<Progress> all = new ArrayList<>(peers);
    all.removeIf(peer -> peer.id() == id);
    peers = List.copyOf(all);
  }

  /** Views of their own of the same peers. */
  public ProgressTracker copy() {
    ProgressTracker copy = new ProgressTracker();
    List<Progress> all = new ArrayList<>(peers);
    all.replaceAll(Progress::copy);
    copy.peers = List.copyOf(all);
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
