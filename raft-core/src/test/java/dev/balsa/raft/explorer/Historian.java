// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.testkit.SafetyViolation;

/** Compares what a member does with what has happened before, and notes it down. */
final class Historian {
  private final Bounds bounds;

  Historian(Bounds bounds) {
    this.bounds = bounds;
  }

  /**
   * The chronicle after a step.
   *
   * @param members all members after the step
   * @param acted the position among them of the one that acted
   * @throws SafetyViolation naming the property that is broken
   */
  Chronicle note(
      Chronicle before,
      Member former,
      Catalogue.Step step,
      Member[] members,
      int acted,
      int input) {
    Chronicle now = before;
    long id = acted + 1;
    for (Message message : step.told()) {
      if (message instanceof TimeoutNow) {
        requireTargetHasAll(step.after(), members[(int) message.to() - 1]);
      } else {
        now = noteVote(now, message);
      }
    }
    Member.Facts facts = step.after().facts();
    boolean ledOn = former.facts().leads() && former.facts().term() == facts.term();
    if (facts.leads() && !ledOn) {
      now = noteLeader(now, id, facts);
    }
    if (Input.of(input) == Input.CRASH && now.read() >>> 8 == id) {
      now = now.withoutRead();
    }
    if (Input.of(input) == Input.READ) {
      now = now.withRead(id);
    }
    now = noteCommit(now, id, facts, members);
    for (ReadState read : step.reads()) {
      require(
          read.refusal() != null || read.index() >= (now.read() & 0xff),
          "Linearizability: "
              + id
              + " reads at index "
              + read.index()
              + " what was asked when "
              + (now.read() & 0xff)
              + " entries were committed");
      now = now.withoutRead();
    }
    return now;
  }

  private Chronicle noteVote(Chronicle now, Message vote) {
    if (vote instanceof RequestVote && !bounds.checksPromises()) {
      return now;
    }
    long voter = vote.from();
    long candidate = vote instanceof RequestVote ? voter : vote.to();
    require(
        vote.term() > now.voteTermOf(voter)
            || (vote.term() == now.voteTermOf(voter) && candidate == now.voteOf(voter)),
        "One Vote Per Term: "
            + voter
            + " votes for "
            + candidate
            + " in term "
            + vote.term()
            + " after it voted for "
            + now.voteOf(voter)
            + " in term "
            + now.voteTermOf(voter));
    return now.withVote(voter, vote.term(), candidate);
  }

  /** A member that is told to campaign has the whole log of the leader that tells it. */
  private static void requireTargetHasAll(Member leader, Member target) {
    long[] log = leader.facts().log();
    boolean has = target.facts().durableLog().length >= log.length;
    for (int i = 0; has && i < log.length; i++) {
      has = target.facts().durableLog()[i] == log[i];
    }
    // One that has gone on to a later term may have had to give up some of it.
    require(
        has || target.facts().term() != leader.facts().term(),
        "Transfer: a member that lacks entries of the leader is told to campaign");
  }

  private static Chronicle noteLeader(Chronicle now, long id, Member.Facts facts) {
    long term = facts.term();
    long former = now.leaderOf(term);
    require(
        former == 0 || former == id,
        "Election Safety: term " + term + " has the leaders " + former + " and " + id);
    requireCompleteness(now, id, facts);
    return now.withLeader(term, id);
  }

  /** Leader Completeness: a leader has all that was committed in earlier terms. */
  private static void requireCompleteness(Chronicle now, long id, Member.Facts facts) {
    for (int i = 0; i < now.committed().length; i++) {
      boolean has = facts.log().length > i && facts.log()[i] == now.committed()[i];
      require(
          has || now.committedIn()[i] >= facts.term(),
          "Leader Completeness: "
              + id
              + " leads term "
              + facts.term()
              + " without the committed entry "
              + nameOf(now.committed()[i]));
    }
  }

  /** State Machine Safety; and that a commit means: durable on a quorum. */
  private Chronicle noteCommit(Chronicle now, long id, Member.Facts facts, Member[] members) {
    int known = now.committed().length;
    for (int i = 0; i < Math.min(facts.commit(), known); i++) {
      require(
          facts.log()[i] == now.committed()[i],
          "State Machine Safety: "
              + id
              + " commits "
              + nameOf(facts.log()[i])
              + " where "
              + nameOf(now.committed()[i])
              + " was committed");
    }
    if (facts.commit() <= known) {
      return now;
    }
    Chronicle extended = now.withCommit(facts.log(), facts.commit(), facts.term());
    long last = facts.log()[(int) facts.commit() - 1];
    require(
        !bounds.checksPromises()
            || Configurations.isQuorum(
                facts.membership(), voter -> holdsDurably(members[(int) voter - 1], last)),
        "Commit Is Durable: "
            + id
            + " commits "
            + nameOf(last)
            + ", which no quorum has on its disks");
    for (int i = 0; i < members.length; i++) {
      if (members[i].facts().leads() && members[i].facts().term() > facts.term()) {
        requireCompleteness(extended, i + 1, members[i].facts());
      }
    }
    return extended;
  }

  private static boolean holdsDurably(Member member, long code) {
    long[] log = member.facts().durableLog();
    int index = (int) Member.indexOf(code);
    return log.length >= index && log[index - 1] == code;
  }

  /** Log Matching: logs that hold the same entry agree up to it. */
  static void requireLogMatching(Member[] members) {
    for (int i = 0; i < members.length; i++) {
      for (int j = i + 1; j < members.length; j++) {
        long[] one = members[i].facts().log();
        long[] other = members[j].facts().log();
        int at = Math.min(one.length, other.length) - 1;
        while (at >= 0 && Member.termOf(one[at]) != Member.termOf(other[at])) {
          at--;
        }
        for (; at >= 0; at--) {
          int index = at;
          require(
              one[at] == other[at],
              "Log Matching: "
                  + (i + 1)
                  + " and "
                  + (j + 1)
                  + " differ at "
                  + (index + 1)
                  + " and agree behind it");
        }
      }
    }
  }

  private static EntryId nameOf(long code) {
    return new EntryId(Member.termOf(code), Member.indexOf(code));
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new SafetyViolation(problem);
    }
  }
}
