// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.TestNode;
import dev.balsa.raft.tracker.Progress;
import java.lang.reflect.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each invariant is broken once, and is found. */
class InvariantsTest {
  private final Invariants invariants = new Invariants();

  /** A member with this state, entries of term 1 up to {@code last}, and this much applied. */
  private static Raft raft(long term, long votedFor, long commit, long last, long applied) {
    RecoveredLog log =
        new RecoveredLog(
            new HardState(term, votedFor, commit),
            SnapshotMetadata.bootstrap(TestNode.voters(1, 2, 3)),
            1,
            last,
            last == 0 ? List.of() : List.of(new EntryId(1, 1)),
            List.of());
    return new Raft(RaftConfig.builder(TestNode.memberId(1)).build(), log, applied, null);
  }

  private void assertBroken(String problem, Raft raft) {
    assertThatThrownBy(() -> invariants.check(raft))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(problem)
        .hasMessageContaining("member 1#3e9");
  }

  @Test
  void successiveStates() {
    invariants.check(raft(5, 2, 3, 4, 2));
    assertThatCode(() -> invariants.check(raft(5, 2, 3, 4, 2))).doesNotThrowAnyException();
    assertBroken("the term fell", raft(4, 0, 3, 4, 2));
    assertBroken("a second vote", raft(5, 3, 3, 4, 2));
    assertBroken("a second vote", raft(5, 0, 3, 4, 2));
    assertBroken("the commit index fell", raft(5, 2, 2, 4, 2));
    assertBroken("the applied index fell", raft(5, 2, 3, 4, 1));
    assertThatCode(() -> invariants.check(raft(6, 3, 3, 4, 2))).doesNotThrowAnyException();
  }

  @Test
  void appliesWhatIsNotCommitted() {
    Raft raft = raft(1, 0, 1, 3, 0);
    raft.log().onApplying(2);
    assertBroken("applies what may be lost yet", raft);
  }

  @Test
  void appliesWhatIsNotDurable() {
    Raft raft = raft(1, 0, 0, 0, 0);
    raft.log().append(TestNode.entry(1, 1));
    raft.log().maybeCommit(1);
    raft.log().onApplying(1);
    assertBroken("applies what may be lost yet", raft);
  }

  @Test
  void anEntryOfALaterTerm() {
    Raft raft = raft(1, 0, 0, 1, 0);
    raft.log().append(TestNode.entry(2, 2));
    assertBroken("an entry of a later term", raft);
  }

  /** The leader of term 1, with nothing but the entry that opens it. */
  private static Raft leading() {
    Raft raft = raft(0, 0, 0, 0, 0);
    raft.elections().becomeCandidate(false);
    raft.writes().add(1, 0, raft.hardState(), 0);
    raft.changes().onPersisted(1);
    raft.elections().becomeLeader();
    return raft;
  }

  /** The log's own methods refuse what would break these; so a bug among them is played. */
  private static void damage(Object part, String field, Object value) {
    try {
      Field found = part.getClass().getDeclaredField(field);
      found.setAccessible(true);
      found.set(part, value);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private void assertBrokenBy(String field, long value, String problem) {
    Raft raft = raft(1, 0, 2, 3, 1);
    assertThatCode(() -> new Invariants().check(raft)).doesNotThrowAnyException();
    damage(raft.log(), field, value);
    assertBroken(problem, raft);
  }

  @Test
  void thePointersIntoTheLogAreInOrder() {
    assertBrokenBy("applied", 2, "applied what was not handed out");
    assertBrokenBy("commit", 4, "committed beyond the log's end");
    assertBrokenBy("durable", 4, "durable without being written");
    assertBrokenBy("handedOut", 4, "written beyond the log's end");
    assertBrokenBy("first", 2, "a gap after the snapshot");
  }

  @Test
  void aLeaderFollows() {
    Raft raft = leading();
    assertThatCode(() -> new Invariants().check(raft)).doesNotThrowAnyException();
    damage(raft.elections(), "leader", 2L);
    assertBroken("leads and follows", raft);
  }

  @Test
  void aLeaderOfATermThatACrashWouldTakeBack() {
    Raft raft = leading();
    damage(raft.writes(), "durable", HardState.EMPTY);
    assertBroken("leads a term not durable here", raft);
  }

  @Test
  void aPeerThatHoldsWhatWasNotSent() {
    Raft raft = leading();
    Progress peer = ((Leader) raft.role()).peers().get(0);
    damage(peer, "match", peer.next());
    assertBroken("a peer's match is not below its next", raft);
    damage(peer, "match", 2L);
    damage(peer, "next", 3L);
    assertBroken("a peer holds more than the leader", raft);
    damage(peer, "match", 1L);
    assertThatCode(() -> new Invariants().check(raft)).doesNotThrowAnyException();
  }

  @Test
  void aLeaderDropsEntries() {
    Raft raft = leading();
    raft.changes().append(TestNode.entry(1, 2));
    invariants.check(raft);
    raft.changes().truncateFrom(2);
    assertBroken("a leader dropped entries", raft);
  }

  @Test
  void everyReadyIsChecked() {
    Raft raft = raft(1, 0, 1, 3, 0);
    Readies readies = new Readies(raft);
    readies.next();
    raft.log().append(TestNode.entry(2, 4));
    assertThatThrownBy(readies::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void leadingATermThatIsNotDurableIsRefusedAtOnce() {
    Raft raft = raft(0, 0, 0, 0, 0);
    raft.elections().becomeCandidate(false);
    assertThatThrownBy(raft.elections()::becomeLeader).isInstanceOf(IllegalStateException.class);
  }
}
