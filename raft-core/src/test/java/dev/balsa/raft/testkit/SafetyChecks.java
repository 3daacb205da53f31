// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static dev.balsa.raft.testkit.SafetyViolation.require;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The five properties of the paper's figure 3, and what they rest on, watched over the whole life
 * of a cluster: by what every member has ever written, committed, applied and promised.
 */
public final class SafetyChecks {
  /** An entry as it was first seen anywhere, and the term of the one before it. */
  private record Sighting(Entry entry, long termBefore) {}

  /** An index as it was first seen committed, by a member in {@code observedTerm}. */
  private record Commit(long term, long observedTerm) {}

  /**
   * Of the voter under its present disk; that no directory counts for another is Election Safety.
   */
  private record Ballot(long voter, long incarnation, long term) implements Comparable<Ballot> {
    @Override
    public int compareTo(Ballot other) {
      int byVoter = Long.compare(voter, other.voter);
      byVoter = byVoter != 0 ? byVoter : Long.compare(incarnation, other.incarnation);
      return byVoter != 0 ? byVoter : Long.compare(term, other.term);
    }
  }

  private final Map<Long, Long> leaders = new TreeMap<>();
  private final Map<EntryId, Sighting> entries = new TreeMap<>();
  private final Map<Long, Commit> commits = new TreeMap<>();
  private final Map<Long, Entry> applied = new TreeMap<>();
  private final Map<Ballot, Long> votes = new TreeMap<>();
  private final Map<Long, Status> last = new TreeMap<>();
  private final ConfigurationChecks configurations = new ConfigurationChecks();
  private long highestCommit;

  /** The highest index that any member has known committed so far. */
  public long highestCommit() {
    return highestCommit;
  }

  /** The latest configuration that any member has known committed, null if there is none. */
  public Membership committedMembership() {
    return configurations.latestCommitted();
  }

  /** Whether a committed configuration has said that this directory is the one of this id. */
  public boolean hasBound(MemberId member) {
    return configurations.hasBound(member);
  }

  /** The leader of each term so far. */
  public Map<Long, Long> leaders() {
    return leaders;
  }

  /** A member starts: what it knew and had not stored is gone. */
  void onRestart(TestNode node) {
    last.remove(node.id());
  }

  /** A message is on the wire. */
  void onSent(Message message) {
    if (message instanceof RequestVoteResponse vote && !vote.preVote() && vote.granted()) {
      Long former =
          votes.putIfAbsent(
              new Ballot(vote.from(), vote.route().from().incarnation(), vote.term()), vote.to());
      require(
          former == null || former == vote.to(),
          () -> "two votes in one term: for " + former + ", then " + vote);
    }
    if (message instanceof AppendEntries || message instanceof Heartbeat) {
      // Whoever speaks as a leader of a term is its one leader.
      Long former = leaders.putIfAbsent(message.term(), message.from());
      require(former == null || former == message.from(), () -> "a second leader: " + message);
    }
  }

  /** State Machine Safety: an index holds the same entry for all who apply it. */
  void onApply(TestNode node, Entry entry) {
    Entry former = applied.putIfAbsent(entry.index(), entry);
    require(
        former == null || former.equals(entry),
        () ->
            "State Machine Safety: "
                + node.id()
                + " applies "
                + entry
                + " where "
                + former
                + " was");
    Commit commit = commits.get(entry.index());
    require(
        commit == null || commit.term() == entry.term(),
        () -> "applies " + entry + ", not " + commit);
  }

  /** A member has come to rest: checks it against all history. */
  void onSettled(TestNode node, Collection<TestNode> all) {
    Status now = node.status();
    observeEntries(node);
    observeLeader(node, now);
    observeCommit(node, now, all);
    configurations.onSettled(node, highestCommit);
    last.put(node.id(), now);
  }

  /** Log Matching: one id is one entry, and what precedes it is the same wherever it is. */
  private void observeEntries(TestNode node) {
    LogImage log = node.view();
    for (Entry entry : log.takeWritten()) {
      Sighting sighting = new Sighting(entry, log.termOf(entry.index() - 1));
      Sighting former = entries.putIfAbsent(entry.id(), sighting);
      require(
          former == null
              || (former.entry().equals(entry)
                  && (former.termBefore() == sighting.termBefore()
                      || former.termBefore() < 0
                      || sighting.termBefore() < 0)),
          () -> "Log Matching: " + node.id() + " has " + sighting + " where " + former + " was");
    }
  }

  private void observeLeader(TestNode node, Status now) {
    if (now.role() != RoleType.LEADER) {
      return;
    }
    long term = now.hardState().term();
    Long former = leaders.putIfAbsent(term, node.id());
    require(
        former == null || former == node.id(),
        () -> "Election Safety: term " + term + " has " + former + " and " + node.id());
    require(
        node.disk().hardState().term() >= term,
        () -> "leads term " + term + " before it is durable: " + node.disk().hardState());
    Status before = last.get(node.id());
    boolean isNew =
        before == null || before.role() != RoleType.LEADER || before.hardState().term() != term;
    if (!isNew) {
      return;
    }
    // Leader Completeness: it holds all that was committed under earlier leaders.
    LogImage log = node.view();
    for (Map.Entry<Long, Commit> commit : commits.entrySet()) {
      if (commit.getValue().observedTerm() < term) {
        require(
            log.covers(new EntryId(commit.getValue().term(), commit.getKey())),
            () ->
                "Leader Completeness: "
                    + node.id()
                    + " leads term "
                    + term
                    + " without "
                    + commit
                    + ", log ends at "
                    + log.lastIndex());
      }
    }
  }

  private void observeCommit(TestNode node, Status now, Collection<TestNode> all) {
    long commit = now.hardState().commit();
    Status before = last.get(node.id());
    long known = before == null ? 0 : before.hardState().commit();
    for (long i = Math.max(known + 1, node.view().firstIndex()); i <= commit; i++) {
      long term = node.view().termOf(i);
      EntryId id = new EntryId(term, i);
      Commit first = commits.putIfAbsent(i, new Commit(term, now.hardState().term()));
      require(
          first == null || first.term() == term,
          () -> node.id() + " commits " + id + " where " + first + " was");
    }
    if (commit > highestCommit) {
      highestCommit = commit;
      EntryId id = new EntryId(node.view().termOf(commit), commit);
      configurations.requireQuorumHolds(node, id, all);
    }
  }
}
