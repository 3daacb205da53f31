// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.log.RaftLog;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.tracker.Progress;
import java.util.List;

/**
 * What must hold of a member at the end of every turn, and of two successive turns, checked in
 * production as well: a few comparisons that do not grow with the log. A member that finds one
 * broken must stop before it says another word, for its next promise may be a lie.
 */
final class Invariants {
  private long term;
  private long votedFor;
  private long commit;
  private long applied;
  private long last;
  private boolean led;

  /**
   * Checks the present state, alone and after the one that was checked before it.
   *
   * @throws IllegalStateException naming what is broken, with the state
   */
  void check(Raft raft) {
    checkState(raft);
    checkSuccession(raft);
    RaftLog log = raft.log();
    term = raft.term();
    votedFor = raft.votedFor();
    commit = log.commitIndex();
    applied = log.appliedIndex();
    last = log.lastIndex();
    led = raft.role() instanceof Leader;
  }

  private static void checkState(Raft raft) {
    RaftLog log = raft.log();
    require(log.appliedIndex() <= log.applyingIndex(), "applied what was not handed out", raft);
    require(log.applyingIndex() <= log.applyLimit(), "applies what may be lost yet", raft);
    require(log.commitIndex() <= log.lastIndex(), "committed beyond the log's end", raft);
    require(log.durableIndex() <= log.handedOutIndex(), "durable without being written", raft);
    require(log.handedOutIndex() <= log.lastIndex(), "written beyond the log's end", raft);
    require(log.firstIndex() <= log.snapshot().index() + 1, "a gap after the snapshot", raft);
    require(log.lastId().term() <= raft.term(), "an entry of a later term", raft);
    if (raft.role() instanceof Leader leading) {
      require(raft.leader() == raft.self().id(), "leads and follows", raft);
      require(raft.durableState().term() == raft.term(), "leads a term not durable here", raft);
      checkPeers(raft, leading.peers());
    }
  }

  private static void checkPeers(Raft raft, List<Progress> peers) {
    for (int i = 0; i < peers.size(); i++) {
      Progress peer = peers.get(i);
      require(peer.match() < peer.next(), "a peer's match is not below its next", raft);
      require(peer.match() <= raft.log().lastIndex(), "a peer holds more than the leader", raft);
    }
  }

  private void checkSuccession(Raft raft) {
    RaftLog log = raft.log();
    boolean sameTerm = raft.term() == term;
    require(raft.term() >= term, "the term fell", raft);
    require(!sameTerm || votedFor == 0 || raft.votedFor() == votedFor, "a second vote", raft);
    require(log.commitIndex() >= commit, "the commit index fell", raft);
    require(log.appliedIndex() >= applied, "the applied index fell", raft);
    boolean leadsOn = led && sameTerm && raft.role() instanceof Leader;
    require(!leadsOn || log.lastIndex() >= last, "a leader dropped entries", raft);
  }

  private static void require(boolean holds, String problem, Raft raft) {
    if (!holds) {
      RaftLog log = raft.log();
      throw new IllegalStateException(
          "member %s: %s. %s in %s, led by %d; log %d to %s, snapshot %s, handed out %d, durable %d, applying %d, applied %d"
              .formatted(
                  raft.self(),
                  problem,
                  raft.roleType(),
                  raft.hardState(),
                  raft.leader(),
                  log.firstIndex(),
                  log.lastId(),
                  log.snapshot().id(),
                  log.handedOutIndex(),
                  log.durableIndex(),
                  log.applyingIndex(),
                  log.appliedIndex()));
    }
  }

  Invariants copy() {
    Invariants copy = new Invariants();
    copy.term = term;
    copy.votedFor = votedFor;
    copy.commit = commit;
    copy.applied = applied;
    copy.last = last;
    copy.led = led;
    return copy;
  }

  void encodeState(StateSink sink) {
    sink.put(term);
    sink.put(votedFor);
    sink.put(commit);
    sink.put(applied);
    sink.put(last);
    sink.put(led);
  }
}
