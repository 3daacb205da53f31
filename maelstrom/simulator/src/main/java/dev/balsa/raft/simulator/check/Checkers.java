// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.Status;
import java.util.List;

/** All checkers of one run, told of everything in the same order. */
public final class Checkers implements Checker {
  private final Verdict verdict = new Verdict();
  private final CommittedLog committed = new CommittedLog(verdict);
  private final ElectionSafety elections = new ElectionSafety(verdict);
  private final StateMachineSafety machines = new StateMachineSafety(verdict, committed);
  private final Durability durability = new Durability(verdict);
  private final Operations operations = new Operations(verdict, committed);
  private final List<Checker> all =
      List.of(
          elections,
          new LeaderAppendOnly(verdict),
          new LogMatching(verdict),
          // Before the committed log takes this turn's commits: a leader answers for earlier ones.
          new LeaderCompleteness(verdict, committed),
          committed,
          machines,
          new OneVotePerTerm(verdict),
          new Monotonicity(verdict),
          durability);

  public Verdict verdict() {
    return verdict;
  }

  public CommittedLog committed() {
    return committed;
  }

  public ElectionSafety elections() {
    return elections;
  }

  public StateMachineSafety machines() {
    return machines;
  }

  public Durability durability() {
    return durability;
  }

  public Operations operations() {
    return operations;
  }

  @Override
  public void onStatus(Observed member, Status status) {
    all.forEach(checker -> checker.onStatus(member, status));
  }

  @Override
  public void onWrite(Observed member, Persist persist) {
    all.forEach(checker -> checker.onWrite(member, persist));
  }

  @Override
  public void onSend(Observed member, Message message) {
    all.forEach(checker -> checker.onSend(member, message));
  }

  @Override
  public void onApplied(Observed member, long index, byte[] command) {
    all.forEach(checker -> checker.onApplied(member, index, command));
  }

  @Override
  public void onRestored(Observed member, long index) {
    all.forEach(checker -> checker.onRestored(member, index));
  }

  @Override
  public void onDigest(Observed member, long index, long digest) {
    all.forEach(checker -> checker.onDigest(member, index, digest));
  }

  @Override
  public void onRecovered(Observed member, MemberLog found) {
    all.forEach(checker -> checker.onRecovered(member, found));
  }
}
