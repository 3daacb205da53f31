// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static dev.balsa.raft.testkit.SafetyViolation.require;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import java.util.function.Supplier;

/** What holds of one member at every turn, whatever the others do. */
public final class ContractChecks {
  private ContractChecks() {}

  /**
   * Whether there is something to do. What a node remembers of its rest must be what a copy, which
   * remembers nothing, finds out by looking at everything.
   */
  static boolean hasReady(RawNode node) {
    RawNode copy = node.copy();
    require(node.ticksUntilDue() == copy.ticksUntilDue(), () -> "due at another tick");
    boolean found = copy.hasReady();
    require(node.hasReady() == found, () -> "rests though there is something to do: " + found);
    return found;
  }

  /** The contract of {@link Ready}, as far as one of them shows it. */
  static void onReady(TestNode node, Ready ready, long number) {
    require(ready.number() == number, () -> "Ready " + ready.number() + " instead of " + number);
    for (Message message : ready.messages()) {
      require(!isPromise(message), () -> "sent before it is durable: " + message);
      require(message.to() != node.id(), () -> "addressed to itself: " + message);
    }
    for (Message message : ready.messagesAfterPersist()) {
      require(message.to() != node.id(), () -> "addressed to itself: " + message);
    }
    for (Entry entry : ready.committed()) {
      require(
          node.disk().covers(entry.id()),
          () -> "applied " + entry + " before it is durable on " + node.id());
    }
    if (ready.restore() != null) {
      require(
          node.disk().covers(ready.restore().id()),
          () -> "restored " + ready.restore().id() + " before its record or entry is durable");
      require(
          ready.restore().index() >= node.machineIndex(),
          () -> "restored " + ready.restore().id() + " below " + node.machineIndex());
      require(ready.committed().isEmpty(), () -> "entries applied along with a snapshot");
    }
    if (ready.persist().isEmpty()) {
      require(!ready.persist().mustSync(), () -> "nothing to sync");
    }
  }

  private static boolean isPromise(Message message) {
    return (message instanceof RequestVote request && !request.preVote())
        || (message instanceof RequestVoteResponse vote && !vote.preVote())
        || message instanceof AppendEntriesResponse;
  }

  /** One state, and two successive ones. */
  public static void onTurn(Status before, Status now, LogImage handedOut, Ready ready) {
    HardState hard = now.hardState();
    Supplier<String> states = () -> before + " then " + now;
    require(hard.term() >= before.hardState().term(), () -> "the term falls: " + states.get());
    require(
        hard.term() > before.hardState().term()
            || before.hardState().votedFor() == 0
            || hard.votedFor() == before.hardState().votedFor(),
        () -> "a second vote in one term: " + states.get());
    require(
        hard.commit() >= before.hardState().commit(), () -> "the commit falls: " + states.get());
    require(now.appliedIndex() >= before.appliedIndex(), () -> "applied falls: " + states.get());
    require(
        now.appliedIndex() <= hard.commit(),
        () -> "applied what is not committed: " + states.get());
    require(
        hard.commit() <= now.last().index(), () -> "committed what is not there: " + states.get());
    require(
        now.durableIndex() <= now.last().index(), () -> "durable beyond the end: " + states.get());
    require(now.firstIndex() <= now.snapshotIndex() + 1, () -> "a gap in the log: " + states.get());
    require(now.last().term() <= hard.term(), () -> "an entry of a later term: " + states.get());
    boolean leadsOn =
        before.role() == RoleType.LEADER
            && now.role() == RoleType.LEADER
            && before.hardState().term() == hard.term();
    boolean cuts =
        ready.persist().reset() != null
            || (!ready.persist().entries().isEmpty()
                && ready.persist().entries().get(0).index() <= handedOut.lastIndex());
    require(!(leadsOn && cuts), () -> "a leader replaced entries: " + states.get());
    for (Status.PeerProgress peer : now.progress()) {
      require(peer.match() < peer.next(), () -> "match is not below next: " + peer);
      require(peer.match() <= now.last().index(), () -> "match beyond the log: " + peer);
    }
  }

  /** A message leaves: the disk must hold what it promises. */
  public static void onPromise(Message message, LogImage disk, Status now) {
    HardState hard = disk.hardState();
    if (message instanceof RequestVote request && !request.preVote()) {
      require(
          hard.term() > request.term()
              || (hard.term() == request.term() && hard.votedFor() == request.from()),
          () -> "a candidate's own vote is not durable: " + request + ", " + hard);
      // Of no consequence once it stands no more: then nobody counts the votes.
      boolean stands = now.role() == RoleType.CANDIDATE && now.hardState().term() == request.term();
      require(
          !stands || disk.lastIndex() >= request.lastLog().index(),
          () -> "claims a log that is not durable: " + request + ", end " + disk.lastIndex());
    } else if (message instanceof RequestVoteResponse vote && !vote.preVote() && vote.granted()) {
      require(
          hard.term() > vote.term() || (hard.term() == vote.term() && hard.votedFor() == vote.to()),
          () -> "a vote is not durable: " + vote + ", " + hard);
    } else if (message instanceof AppendEntriesResponse answer && !answer.rejected()) {
      require(
          hard.term() > answer.term()
              || (hard.term() == answer.term() && disk.lastIndex() >= answer.index()),
          () -> "acknowledges what is not durable: " + answer + ", end " + disk.lastIndex());
    }
  }
}
