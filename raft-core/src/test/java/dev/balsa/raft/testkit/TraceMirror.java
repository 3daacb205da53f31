// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static dev.balsa.raft.testkit.SafetyViolation.require;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.trace.TraceEvent;
import dev.balsa.raft.trace.TraceSink;
import java.util.ArrayList;
import java.util.List;

/**
 * Rebuilds a member's state from what it traces and from nothing else, and compares it with the
 * member at every turn: so the trace leaves nothing out.
 */
final class TraceMirror implements TraceSink {
  private HardState hard;
  private HardState durableHard;
  private RoleType role = RoleType.FOLLOWER;
  private long leader;
  private Membership membership;

  private SnapshotMetadata snapshot;
  private long first;
  private List<Long> terms = new ArrayList<>();
  private long handedOut;
  private long durable;
  private long applying;
  private long applied;

  private long readyNumber;
  private List<Message> sent = new ArrayList<>();
  private List<Message> sentAfterPersist = new ArrayList<>();
  private List<ReadState> reads = new ArrayList<>();
  private List<PeerViolation> violations = new ArrayList<>();
  private long ticks;

  @Override
  public void on(TraceEvent event) {
    if (!(onState(event) || onLog(event) || onCompletion(event) || onOutput(event))
        && event instanceof TraceEvent.Ticked ticked) {
      ticks += ticked.ticks();
    }
  }

  /** How much time has passed. */
  long ticks() {
    return ticks;
  }

  private boolean onState(TraceEvent event) {
    if (event instanceof TraceEvent.Started started) {
      onStarted(started);
    } else if (event instanceof TraceEvent.RoleChanged changed) {
      hard = new HardState(changed.term(), changed.votedFor(), hard.commit());
      role = changed.role();
      leader = changed.leader();
    } else if (event instanceof TraceEvent.Configured configured) {
      membership = configured.membership();
    } else {
      return false;
    }
    return true;
  }

  private void onStarted(TraceEvent.Started started) {
    hard = started.state();
    membership = started.membership();
    snapshot = started.snapshot();
    first = started.firstIndex();
    for (int run = 0; run < started.termRuns().size(); run++) {
      boolean isLast = run + 1 == started.termRuns().size();
      long end = isLast ? started.lastIndex() + 1 : started.termRuns().get(run + 1).index();
      for (long index = started.termRuns().get(run).index(); index < end; index++) {
        terms.add(started.termRuns().get(run).term());
      }
    }
    handedOut = started.lastIndex();
    durable = started.lastIndex();
    applying = started.applied();
    applied = started.applied();
  }

  private boolean onLog(TraceEvent event) {
    if (event instanceof TraceEvent.Appended appended) {
      EntryId id = appended.entry().id();
      require(id.index() == last() + 1, () -> "traced " + id + " behind " + last());
      terms.add(id.term());
    } else if (event instanceof TraceEvent.Truncated truncated) {
      terms = new ArrayList<>(terms.subList(0, (int) (truncated.fromIndex() - first)));
      handedOut = Math.min(handedOut, last());
      durable = Math.min(durable, last());
    } else if (event instanceof TraceEvent.Reset reset) {
      snapshot = reset.snapshot();
      durable = Math.min(durable, hard.commit());
      first = snapshot.index() + 1;
      terms = new ArrayList<>();
      handedOut = last();
      commit(snapshot.index());
    } else if (event instanceof TraceEvent.Compacted compacted) {
      snapshot = compacted.snapshot();
      int gone = (int) (compacted.firstIndex() - first);
      terms = new ArrayList<>(terms.subList(gone, terms.size()));
      first = compacted.firstIndex();
    } else if (event instanceof TraceEvent.Committed committed) {
      commit(committed.index());
    } else {
      return false;
    }
    return true;
  }

  private void commit(long index) {
    hard = new HardState(hard.term(), hard.votedFor(), index);
  }

  private boolean onCompletion(TraceEvent event) {
    if (event instanceof TraceEvent.HandedOut given) {
      readyNumber = given.number();
      handedOut = last();
      require(given.lastIndex() == handedOut, () -> "hands out " + given);
    } else if (event instanceof TraceEvent.Persisted persisted) {
      durable = persisted.durableIndex();
      durableHard = persisted.state();
    } else if (event instanceof TraceEvent.Applying given) {
      applying = given.index();
    } else if (event instanceof TraceEvent.Restoring restoring) {
      applying = restoring.snapshot().index();
    } else if (event instanceof TraceEvent.Applied done) {
      applied = Math.max(applied, done.index());
      require(applied <= applying, () -> "applied " + applied + " of " + applying);
    } else {
      return false;
    }
    return true;
  }

  private boolean onOutput(TraceEvent event) {
    if (event instanceof TraceEvent.Sent message) {
      (message.afterPersist() ? sentAfterPersist : sent).add(message.message());
    } else if (event instanceof TraceEvent.ReadEnded read) {
      reads.add(read.state());
    } else if (event instanceof TraceEvent.Dropped dropped) {
      violations.add(dropped.violation());
    } else {
      return false;
    }
    return true;
  }

  private long last() {
    return first + terms.size() - 1;
  }

  private long termOf(long index) {
    return index == snapshot.index() ? snapshot.id().term() : terms.get((int) (index - first));
  }

  // ---------------------------------------------------------------- the comparison

  /** A Ready was made: it says what was traced since the last one. */
  void check(Ready ready) {
    require(ready.number() == readyNumber, () -> "traced Ready " + readyNumber + ": " + ready);
    same("messages", sent, ready.messages());
    same("messages after persist", sentAfterPersist, ready.messagesAfterPersist());
    same("reads", reads, ready.reads());
    same("violations", violations, ready.violations());
    sent.clear();
    sentAfterPersist.clear();
    reads.clear();
    violations.clear();
  }

  /** The member as it is now. */
  void check(Status now) {
    same("term, vote and commit", hard, now.hardState());
    same("role", role, now.role());
    same("leader", leader, now.leader());
    same("membership", membership, now.membership());
    same("last entry", new EntryId(termOf(last()), last()), now.last());
    same("first index", first, now.firstIndex());
    same("snapshot", snapshot.index(), now.snapshotIndex());
    same("durable index", durable, now.durableIndex());
    same("applied index", applied, now.appliedIndex());
  }

  /** What the member has handed to its log engine. */
  void check(LogImage log) {
    same("end of the log", handedOut, log.lastIndex());
    for (long index = Math.max(first, log.firstIndex()); index <= handedOut; index++) {
      same("term at " + index, terms.get((int) (index - first)), log.termOf(index));
    }
  }

  /** What its disk holds once a write is done. */
  void checkDurable(LogImage disk) {
    if (durableHard != null) {
      HardState found = disk.hardState();
      boolean agrees =
          found.term() == durableHard.term() && found.votedFor() == durableHard.votedFor();
      require(agrees, () -> "traced as durable " + durableHard + ", found " + found);
    }
  }

  private static void same(String what, Object traced, Object real) {
    require(traced.equals(real), () -> what + " as traced " + traced + ", in truth " + real);
  }
}
