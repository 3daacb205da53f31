// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The log against a plain list of entries, and what each of its pointers may do. */
class RaftLogTest {
  private static SnapshotMetadata snapshotAt(long term, long index) {
    return new SnapshotMetadata(new EntryId(term, index), TestNode.voters(1, 2, 3));
  }

  private static RaftLog logOf(long... terms) {
    RaftLog log = new RaftLog(RecoveredLog.fresh(snapshotAt(0, 0)), 0, Long.MAX_VALUE);
    for (int i = 0; i < terms.length; i++) {
      log.append(TestNode.entry(terms[i], i + 1));
    }
    return log;
  }

  /** The twin: every entry ever appended and not cut, and the pointers as plain numbers. */
  private static final class Twin {
    private final List<Entry> entries = new ArrayList<>();
    private long snapshot;
    private long first = 1;
    private long handedOut;
    private long durable;
    private long commit;
    private long applying;
    private long applied;

    long last() {
      return entries.size();
    }

    long termOf(long index) {
      boolean isKnown = index == snapshot || (index >= first && index <= last());
      return !isKnown ? RaftLog.UNKNOWN_TERM : index == 0 ? 0 : entries.get((int) index - 1).term();
    }
  }

  @Property(tries = 500)
  void agreesWithAPlainList(@ForAll @Size(max = 120) List<@IntRange(max = 9999) Integer> script) {
    RaftLog log = new RaftLog(RecoveredLog.fresh(snapshotAt(0, 0)), 0, 400);
    Twin twin = new Twin();
    long term = 1;
    for (int step : script) {
      int argument = step / 10;
      switch (step % 10) {
        case 0, 1, 2 -> {
          Entry entry = TestNode.entry(term, twin.last() + 1);
          log.append(entry);
          twin.entries.add(entry);
        }
        case 3 -> term++;
        case 4 -> {
          if (twin.last() > twin.commit) {
            long from = twin.commit + 1 + argument % (twin.last() - twin.commit);
            log.truncateFrom(from);
            while (twin.last() >= from) {
              twin.entries.remove(twin.entries.size() - 1);
            }
            twin.handedOut = Math.min(twin.handedOut, from - 1);
            twin.durable = Math.min(twin.durable, from - 1);
            term++;
          }
        }
        case 5 -> {
          assertThat(log.hasUnwritten()).isEqualTo(twin.handedOut < twin.last());
          assertThat(log.takeUnwritten())
              .isEqualTo(twin.entries.subList((int) twin.handedOut, (int) twin.last()));
          twin.handedOut = twin.last();
        }
        case 6 -> {
          long index = argument % (twin.last() + 3);
          log.onDurable(index);
          twin.durable = Math.max(twin.durable, Math.min(index, twin.handedOut));
        }
        case 7 -> {
          long index = argument % (twin.last() + 1);
          assertThat(log.maybeCommit(index)).isEqualTo(index > twin.commit);
          twin.commit = Math.max(twin.commit, index);
        }
        case 8 -> {
          long limit = Math.min(twin.commit, twin.durable);
          if (limit > twin.applying) {
            twin.applying += 1 + argument % (limit - twin.applying);
            log.onApplying(twin.applying);
          }
          log.onApplied(twin.applying);
          twin.applied = twin.applying;
        }
        default -> {
          if (twin.applied > twin.snapshot) {
            long at = twin.snapshot + 1 + argument % (twin.applied - twin.snapshot);
            long newFirst = Math.max(twin.first, at + 1 - argument % 3);
            log.maybeCompact(snapshotAt(twin.termOf(at), at), newFirst);
            twin.snapshot = at;
            twin.first = newFirst;
          }
        }
      }
      verify(log, twin);
    }
  }

  private static void verify(RaftLog log, Twin twin) {
    assertThat(log.lastIndex()).isEqualTo(twin.last());
    assertThat(log.firstIndex()).isEqualTo(twin.first);
    assertThat(log.handedOutIndex()).isEqualTo(twin.handedOut);
    assertThat(log.durableIndex()).isEqualTo(twin.durable);
    assertThat(log.commitIndex()).isEqualTo(twin.commit);
    assertThat(log.applyingIndex()).isEqualTo(twin.applying);
    assertThat(log.appliedIndex()).isEqualTo(twin.applied);
    assertThat(log.applyLimit()).isEqualTo(Math.min(twin.commit, twin.durable));
    for (long i = 0; i <= twin.last() + 1; i++) {
      assertThat(log.termOf(i)).as("term at %d", i).isEqualTo(twin.termOf(i));
      if (log.isCached(i)) {
        assertThat(log.slice(i, i, 0)).containsExactly(twin.entries.get((int) i - 1));
      } else {
        assertThat(i > twin.durable && i <= twin.last())
            .as("%d of %d is not durable and not cached", i, twin.last())
            .isFalse();
      }
    }
  }

  @Property(tries = 500)
  void theAgreementPointIsTheHighestThatCanAgree(
      @ForAll @Size(max = 12) List<@IntRange(max = 2) Integer> increments,
      @ForAll @IntRange(max = 15) int term,
      @ForAll @IntRange(max = 15) int index) {
    long[] terms = new long[increments.size()];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = (i == 0 ? 1 : terms[i - 1]) + increments.get(i);
    }
    EntryId expected = EntryId.ZERO;
    for (int i = 0; i < Math.min(index, terms.length); i++) {
      expected = terms[i] <= term ? new EntryId(terms[i], i + 1) : expected;
    }
    assertThat(logOf(terms).lastNotAbove(term, index)).isEqualTo(expected);
  }

  @Test
  void theAgreementPointBelowTheLogIsTheSnapshot() {
    RaftLog log = new RaftLog(RecoveredLog.fresh(snapshotAt(3, 10)), 10, 0);
    log.append(TestNode.entry(5, 11));
    assertThat(log.lastNotAbove(4, 11)).isEqualTo(new EntryId(3, 10));
    assertThat(log.lastNotAbove(2, 11)).isEqualTo(EntryId.ZERO);
    assertThat(log.lastNotAbove(9, 7)).isEqualTo(EntryId.ZERO);
  }

  @Test
  void refusesToCutWhatIsCommitted() {
    RaftLog log = logOf(1, 1, 1);
    log.maybeCommit(2);
    assertThatThrownBy(() -> log.truncateFrom(2)).isInstanceOf(IllegalStateException.class);
    log.truncateFrom(3);
    assertThat(log.lastIndex()).isEqualTo(2);
  }

  @Test
  void refusesToCommitWhatIsNotThere() {
    assertThatThrownBy(() -> logOf(1).maybeCommit(2)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAnAppliedIndexThatWasNeverGiven() {
    assertThatThrownBy(() -> logOf(1).onApplied(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesASnapshotOfWhatIsNotApplied() {
    RaftLog log = logOf(1, 1);
    assertThatThrownBy(() -> log.maybeCompact(snapshotAt(1, 1), 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesACompactionThatLeavesAGap() {
    RaftLog log = logOf(1, 1);
    log.takeUnwritten();
    log.onDurable(2);
    log.maybeCommit(2);
    log.onApplying(2);
    log.onApplied(2);
    assertThatThrownBy(() -> log.maybeCompact(snapshotAt(1, 1), 3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(log.maybeCompact(snapshotAt(1, 2), 2)).isTrue();
    assertThat(log.maybeCompact(snapshotAt(1, 1), 2)).as("an older snapshot").isFalse();
    assertThat(log.snapshot().index()).isEqualTo(2);
    assertThat(log.firstIndex()).isEqualTo(2);
  }

  /** A snapshot replaces the whole log; of what it replaced only the committed part is durable. */
  @Test
  void aResetVouchesForNothingBeyondTheOldCommit() {
    RaftLog log = logOf(1, 1, 1, 1);
    log.takeUnwritten();
    log.onDurable(4);
    log.maybeCommit(2);
    log.reset(snapshotAt(2, 9));
    assertThat(log.durableIndex()).isEqualTo(2);
    assertThat(log.lastId()).isEqualTo(new EntryId(2, 9));
    assertThat(log.commitIndex()).isEqualTo(9);
    assertThat(log.firstIndex()).isEqualTo(10);
    assertThat(log.termOf(3)).isEqualTo(RaftLog.UNKNOWN_TERM);
    assertThatThrownBy(() -> log.reset(snapshotAt(2, 9))).isInstanceOf(IllegalStateException.class);
  }

  /** The state machine was ahead of the hint, or the hint ahead of the log, when all went dark. */
  @Test
  void theRecoveredCommitIsCutToTheLogAndRaisedToWhatIsApplied() {
    EntryId first = new EntryId(1, 1);
    RecoveredLog beyond =
        new RecoveredLog(new HardState(1, 0, 9), snapshotAt(0, 0), 1, 3, List.of(first), List.of());
    assertThat(new RaftLog(beyond, 0, 0).commitIndex()).isEqualTo(3);
    RecoveredLog behind =
        new RecoveredLog(new HardState(1, 0, 1), snapshotAt(0, 0), 1, 3, List.of(first), List.of());
    assertThat(new RaftLog(behind, 2, 0).commitIndex()).isEqualTo(2);
    assertThatThrownBy(() -> new RaftLog(behind, 4, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesARecoveredLogWithAGapAfterItsSnapshot() {
    RecoveredLog gap =
        new RecoveredLog(
            HardState.EMPTY, snapshotAt(1, 5), 7, 8, List.of(new EntryId(1, 7)), List.of());
    assertThatThrownBy(() -> new RaftLog(gap, 5, 0)).isInstanceOf(IllegalArgumentException.class);
    RecoveredLog tooShort =
        new RecoveredLog(
            HardState.EMPTY, snapshotAt(1, 5), 1, 4, List.of(new EntryId(1, 1)), List.of());
    assertThatThrownBy(() -> new RaftLog(tooShort, 5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not connect");
  }

  /** Entries that the snapshot covers may be gone: it could not be given them. */
  @Test
  void refusesAStateMachineThatIsBehindTheSnapshot() {
    RecoveredLog log = RecoveredLog.fresh(snapshotAt(1, 5));
    assertThatThrownBy(() -> new RaftLog(log, 4, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the state machine is at 4");
    assertThat(new RaftLog(log, 5, 0).appliedIndex()).isEqualTo(5);
  }

  /**
   * Neither a write under way nor an applied entry may be lost from memory before it is durable.
   */
  @Test
  void evictsOnlyWhatIsDurable() {
    RaftLog log = new RaftLog(RecoveredLog.fresh(snapshotAt(0, 0)), 0, 0);
    log.append(TestNode.entry(1, 1));
    log.append(TestNode.entry(1, 2));
    log.takeUnwritten();
    log.onDurable(1);
    assertThat(log.isCached(1)).isFalse();
    assertThat(log.isCached(2)).isTrue();
    assertThat(log.lastColdIndex(2)).isEqualTo(1);
  }

  @Test
  void aRestoreNeverTakesTheStateMachineBack() {
    RaftLog log = logOf(1, 1, 1);
    log.takeUnwritten();
    log.onDurable(3);
    log.maybeCommit(3);
    log.onApplying(2);
    assertThatThrownBy(() -> log.onRestoring(1)).isInstanceOf(IllegalStateException.class);
    log.onRestoring(2);
    assertThat(log.applyingIndex()).isEqualTo(2);
  }
}
