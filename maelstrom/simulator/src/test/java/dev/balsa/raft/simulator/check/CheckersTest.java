// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each checker is shown a history that breaks its property, and one that only comes close. */
class CheckersTest {
  private static final SnapshotMetadata START =
      SnapshotMetadata.bootstrap(
          Membership.bootstrap(List.of(Member.of(1, "a"), Member.of(2, "b"), Member.of(3, "c"))));

  private final Checkers checkers = new Checkers();
  private final Observed one = started(1);
  private final Observed two = started(2);

  private static Observed started(long id) {
    Observed member = new Observed(id);
    member.onStarted(new MemberLog(START));
    return member;
  }

  private static Entry entry(long term, long index, String data) {
    return Entry.of(new EntryId(term, index), EntryType.NORMAL, data.getBytes());
  }

  private static Persist persist(HardState state, Entry... entries) {
    return new Persist(null, List.of(entries), state, null, true);
  }

  private void submit(Observed member, HardState state, Entry... entries) {
    Persist persist = persist(state, entries);
    checkers.onWrite(member, persist);
    member.onWriting(persist);
  }

  private void write(Observed member, HardState state, Entry... entries) {
    submit(member, state, entries);
    member.onWritten();
  }

  private void status(Observed member, RoleType role, long term, long commit, long applied) {
    MemberLog log = member.acknowledged();
    EntryId last = log.idAt(log.lastIndex());
    checkers.onStatus(
        member,
        new Status(
            new MemberId(member.id(), 0),
            1,
            role,
            0,
            new HardState(term, 0, commit),
            last,
            last.index(),
            applied,
            log.firstIndex(),
            0,
            false,
            false,
            0,
            Membership.NONE,
            List.of()));
  }

  private void expect(Property property) {
    assertThat(checkers.verdict().violation()).isNotNull();
    assertThat(checkers.verdict().violation().property()).isEqualTo(property);
  }

  private void expectNothing() {
    assertThat(checkers.verdict().violation()).isNull();
  }

  private static Route from(long id, long to) {
    return new Route(new MemberId(id, 0), new MemberId(to, 0));
  }

  @Test
  void electionSafety() {
    status(one, RoleType.LEADER, 1, 0, 0);
    status(two, RoleType.LEADER, 2, 0, 0);
    status(one, RoleType.LEADER, 1, 0, 0);
    expectNothing();
    status(two, RoleType.LEADER, 1, 0, 0);
    expect(Property.ELECTION_SAFETY);
  }

  @Test
  void leaderAppendOnlyOnDisk() {
    write(one, new HardState(1, 1, 0), entry(1, 1, "a"), entry(1, 2, "b"));
    status(one, RoleType.LEADER, 1, 0, 0);
    write(one, null, entry(1, 3, "c"));
    // Another leader's entry, once this one's term is over.
    write(one, new HardState(2, 0, 0), entry(2, 3, "d"));
    expectNothing();
    status(one, RoleType.LEADER, 3, 0, 0);
    write(one, new HardState(3, 1, 0), entry(3, 3, "e"));
    expect(Property.LEADER_APPEND_ONLY);
  }

  @Test
  void leaderAppendOnlyInMemory() {
    write(one, new HardState(1, 1, 0), entry(1, 1, "a"), entry(1, 2, "b"));
    status(one, RoleType.LEADER, 1, 0, 0);
    one.acknowledged().write(persist(null, entry(1, 1, "a")));
    status(one, RoleType.FOLLOWER, 2, 0, 0);
    expectNothing();
    status(one, RoleType.LEADER, 1, 0, 0);
    expect(Property.LEADER_APPEND_ONLY);
  }

  @Test
  void logMatchingOfContent() {
    write(one, new HardState(1, 1, 0), entry(1, 1, "a"), entry(1, 2, "b"));
    write(two, new HardState(1, 1, 0), entry(1, 1, "a"));
    expectNothing();
    write(two, null, entry(1, 2, "c"));
    expect(Property.LOG_MATCHING);
  }

  @Test
  void logMatchingOfWhatIsBefore() {
    write(one, new HardState(2, 1, 0), entry(1, 1, "a"), entry(3, 2, "b"));
    write(two, new HardState(2, 1, 0), entry(2, 1, "a"));
    expectNothing();
    write(two, null, entry(3, 2, "b"));
    expect(Property.LOG_MATCHING);
  }

  @Test
  void leaderCompleteness() {
    write(one, new HardState(1, 1, 0), entry(1, 1, "a"));
    status(one, RoleType.LEADER, 1, 1, 0);
    // An old term's late winner need not have what was committed in its own or later terms.
    status(two, RoleType.LEADER, 0, 0, 0);
    expectNothing();
    status(two, RoleType.LEADER, 2, 0, 0);
    expect(Property.LEADER_COMPLETENESS);
  }

  @Test
  void committedEntriesAgree() {
    write(one, new HardState(1, 1, 0), entry(1, 1, "a"));
    write(two, new HardState(2, 1, 0), entry(2, 1, "b"));
    status(one, RoleType.FOLLOWER, 1, 1, 0);
    expectNothing();
    status(two, RoleType.FOLLOWER, 2, 1, 0);
    expect(Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void appliedCommandsAgree() {
    checkers.onApplied(one, 1, new byte[] {1});
    checkers.onApplied(two, 1, new byte[] {1});
    expectNothing();
    checkers.onApplied(one, 2, new byte[] {2});
    checkers.onApplied(two, 2, new byte[] {3});
    expect(Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void nothingIsAppliedTwice() {
    checkers.onApplied(one, 1, new byte[] {1});
    checkers.onRecovered(one, one.acknowledged());
    checkers.onApplied(one, 1, new byte[] {1});
    expectNothing();
    checkers.onApplied(one, 1, new byte[] {1});
    expect(Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void nothingIsLeftOut() {
    checkers.onApplied(one, 1, new byte[] {1});
    checkers.onApplied(one, 2, new byte[] {1});
    checkers.onApplied(one, 5, new byte[] {1});
    checkers.onRestored(two, 2);
    checkers.onApplied(two, 5, new byte[] {1});
    expectNothing();
    Observed three = started(3);
    checkers.onApplied(three, 1, new byte[] {1});
    checkers.onApplied(three, 5, new byte[] {1});
    expect(Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void onlyWhatIsCommittedIsApplied() {
    write(one, new HardState(1, 1, 0), entry(1, 1, "a"));
    status(one, RoleType.LEADER, 1, 1, 0);
    checkers.onApplied(one, 1, "a".getBytes());
    expectNothing();
    checkers.onApplied(two, 1, "b".getBytes());
    expect(Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void statesAgree() {
    checkers.onDigest(one, 5, 17);
    checkers.onDigest(two, 5, 17);
    checkers.onDigest(two, 6, 18);
    expectNothing();
    checkers.onDigest(one, 6, 19);
    expect(Property.STATE_MACHINE_SAFETY);
  }

  @Test
  void oneVotePerTerm() {
    write(one, new HardState(2, 2, 0));
    checkers.onSend(one, new RequestVoteResponse(from(1, 2), 2, false, true, EntryId.ZERO));
    checkers.onSend(one, new RequestVoteResponse(from(1, 2), 2, false, true, EntryId.ZERO));
    checkers.onSend(one, new RequestVoteResponse(from(1, 3), 2, false, false, EntryId.ZERO));
    checkers.onSend(one, new RequestVoteResponse(from(1, 3), 3, true, true, EntryId.ZERO));
    expectNothing();
    write(one, new HardState(2, 3, 0));
    expect(Property.ONE_VOTE_PER_TERM);
  }

  @Test
  void oneVotePerTermOverRestarts() {
    write(one, new HardState(2, 1, 0));
    checkers.onSend(one, new RequestVote(from(1, 2), 2, false, EntryId.ZERO, EntryId.ZERO, false));
    MemberLog other = new MemberLog(START);
    other.write(persist(new HardState(2, 3, 0)));
    one.onStarted(other);
    expectNothing();
    checkers.onSend(one, new RequestVoteResponse(from(1, 3), 2, false, true, EntryId.ZERO));
    expect(Property.ONE_VOTE_PER_TERM);
  }

  @Test
  void commitNeverFallsWithinARun() {
    status(one, RoleType.FOLLOWER, 1, 5, 3);
    one.onStarted(one.acknowledged());
    status(one, RoleType.FOLLOWER, 1, 4, 0);
    expectNothing();
    status(one, RoleType.FOLLOWER, 1, 3, 0);
    expect(Property.MONOTONICITY);
  }

  @Test
  void theTermNeverFalls() {
    write(one, new HardState(2, 1, 0));
    write(one, new HardState(2, 1, 4));
    expectNothing();
    write(one, new HardState(1, 1, 4));
    expect(Property.MONOTONICITY);
  }

  @Test
  void nothingUncommittedIsApplied() {
    status(one, RoleType.FOLLOWER, 1, 3, 3);
    expectNothing();
    status(one, RoleType.FOLLOWER, 1, 3, 4);
    expect(Property.MONOTONICITY);
  }

  @Test
  void acknowledgementsWaitForTheDisk() {
    write(one, new HardState(2, 3, 0), entry(2, 1, "a"));
    checkers.onSend(one, new AppendEntriesResponse(from(1, 3), 2, false, 1, EntryId.ZERO));
    checkers.onSend(one, new AppendEntriesResponse(from(1, 3), 2, true, 9, EntryId.ZERO));
    // Of an earlier term: what it told of may have been replaced since.
    checkers.onSend(one, new AppendEntriesResponse(from(1, 3), 1, false, 9, EntryId.ZERO));
    expectNothing();
    submit(one, null, entry(2, 2, "b"));
    checkers.onSend(one, new AppendEntriesResponse(from(1, 3), 2, false, 2, EntryId.ZERO));
    expect(Property.DURABILITY);
  }

  @Test
  void votesWaitForTheDisk() {
    write(one, new HardState(2, 3, 0));
    checkers.onSend(one, new RequestVoteResponse(from(1, 3), 2, false, true, EntryId.ZERO));
    expectNothing();
    submit(one, new HardState(3, 2, 0));
    checkers.onSend(one, new RequestVoteResponse(from(1, 2), 3, false, true, EntryId.ZERO));
    expect(Property.DURABILITY);
  }

  @Test
  void candidaciesWaitForTheDisk() {
    write(one, new HardState(2, 1, 0));
    checkers.onSend(one, new RequestVote(from(1, 2), 2, false, EntryId.ZERO, EntryId.ZERO, false));
    checkers.onSend(one, new RequestVote(from(1, 2), 3, true, EntryId.ZERO, EntryId.ZERO, false));
    expectNothing();
    submit(one, new HardState(3, 1, 0));
    checkers.onSend(one, new RequestVote(from(1, 2), 3, false, EntryId.ZERO, EntryId.ZERO, false));
    expect(Property.DURABILITY);
  }

  @Test
  void whatWasWrittenIsFoundAgain() {
    write(one, new HardState(2, 1, 0), entry(2, 1, "a"), entry(2, 2, "b"));
    MemberLog whole = one.acknowledged().copy();
    // A write under way may have replaced the second entry, or not.
    submit(one, new HardState(3, 0, 0), entry(3, 2, "c"));
    checkers.onRecovered(one, whole);
    checkers.onRecovered(one, one.submitted());
    expectNothing();
    MemberLog cut = new MemberLog(START);
    cut.write(persist(new HardState(2, 1, 0)));
    checkers.onRecovered(one, cut);
    expect(Property.DURABILITY);
  }

  @Test
  void theHardStateIsFoundAgain() {
    write(one, new HardState(2, 1, 7));
    MemberLog found = new MemberLog(START);
    // The commit index is a hint, and may be lost.
    found.write(persist(new HardState(2, 1, 0)));
    checkers.onRecovered(one, found);
    expectNothing();
    checkers.onRecovered(one, new MemberLog(START));
    expect(Property.DURABILITY);
  }

  @Test
  void anAcknowledgedCommandIsOnMostDisks() {
    checkers.durability().onAcknowledged(new EntryId(1, 1), 2, 3);
    expectNothing();
    checkers.durability().onAcknowledged(new EntryId(1, 1), 1, 3);
    expect(Property.DURABILITY);
  }

  // ---------------------------------------------------------------- operations

  private void commit(String... commands) {
    List<Entry> entries = new ArrayList<>();
    for (String command : commands) {
      entries.add(entry(1, entries.size() + 1, command));
    }
    write(one, new HardState(1, 1, 0), entries.toArray(new Entry[0]));
    status(one, RoleType.LEADER, 1, entries.size(), 0);
  }

  @Test
  void aReadSeesWhatWasAcknowledgedBefore() {
    commit("a", "b");
    var write = checkers.operations().propose("write", "b".getBytes());
    var concurrent = checkers.operations().read("concurrent");
    write.acknowledged(2);
    var later = checkers.operations().read("later");
    concurrent.read(1);
    expectNothing();
    later.read(1);
    expect(Property.LINEARIZABILITY);
  }

  @Test
  void readsNeverGoBack() {
    var first = checkers.operations().read("first");
    first.read(7);
    var second = checkers.operations().read("second");
    second.read(6);
    expect(Property.LINEARIZABILITY);
  }

  @Test
  void aWriteTakesEffectAfterWhatWasKnownBefore() {
    commit("a", "b");
    var second = checkers.operations().propose("second", "b".getBytes());
    second.acknowledged(2);
    var first = checkers.operations().propose("first", "a".getBytes());
    first.acknowledged(1);
    expect(Property.LINEARIZABILITY);
  }

  @Test
  void aWriteEndsWithItsOwnEntry() {
    commit("a", "b");
    checkers.operations().propose("write", "a".getBytes()).acknowledged(2);
    expect(Property.OUTCOMES);
  }

  @Test
  void aWriteEndsCommitted() {
    checkers.operations().propose("write", "a".getBytes()).acknowledged(2);
    expect(Property.OUTCOMES);
  }

  @Test
  void anOperationEndsOnce() {
    var read = checkers.operations().read("read");
    read.refused();
    expectNothing();
    read.unknown();
    expect(Property.OUTCOMES);
  }

  @Test
  void whatWasRefusedIsNowhere() {
    checkers.operations().propose("sure", "a".getBytes()).unknown();
    checkers.operations().propose("again", "a".getBytes()).refused();
    checkers.operations().checkAgainst(List.of("a".getBytes()));
    expectNothing();
    checkers.operations().checkAgainst(List.of("a".getBytes()));
    expect(Property.OUTCOMES);
  }

  @Test
  void whatWasAcknowledgedIsThere() {
    commit("a");
    checkers.operations().propose("write", "a".getBytes()).acknowledged(1);
    expectNothing();
    checkers.operations().checkAgainst(List.of());
    expect(Property.DURABILITY);
  }

  @Test
  void nothingComesFromNowhere() {
    checkers.operations().checkAgainst(List.of("a".getBytes()));
    expect(Property.OUTCOMES);
  }
}
