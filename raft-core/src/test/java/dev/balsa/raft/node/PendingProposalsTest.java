// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Who waits for which entry, compared with a twin that only keeps a list. */
class PendingProposalsTest {
  private record Open(long index, long term, Proposal<Integer> proposal) {}

  private PendingProposals<Integer> pending = new PendingProposals<>();
  private final List<Proposal<Integer>> lost = new ArrayList<>();
  private final List<Proposal<Integer>> unknown = new ArrayList<>();

  private static Proposal<Integer> proposal(long deadline) {
    Proposal<Integer> made =
        new Proposal<>(null, new RequestGate(1, 1), new byte[0], new CompletableFuture<>());
    made.deadline = deadline;
    return made;
  }

  private static Proposal<Integer>[] proposals(int count) {
    Proposal<Integer>[] made = Proposals.array(count);
    for (int i = 0; i < count; i++) {
      made[i] = proposal(100);
    }
    return made;
  }

  private static List<Entry> entries(long first, long... terms) {
    List<Entry> made = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      made.add(Entry.of(new EntryId(terms[i], first + i), EntryType.NORMAL, new byte[0]));
    }
    return made;
  }

  private Proposal<Integer>[] commit(List<Entry> entries) {
    return pending.onCommitted(entries, lost::add, unknown::add);
  }

  @Test
  void eachWaitsForItsIndexAndTerm() {
    Proposal<Integer>[] three = proposals(3);
    Proposal<Integer>[] given = three.clone();
    assertThat(pending.maybeAdd(new EntryId(2, 5), three)).isTrue();
    assertThat(commit(entries(4, 2, 2, 2))).containsExactly(null, given[0], given[1]);
    assertThat(commit(entries(7, 3))).isNull();
    assertThat(lost).containsExactly(given[2]);
    assertThat(pending.isEmpty()).isTrue();
  }

  @Test
  void aLaterTermBeforeItsPlaceSettlesIt() {
    Proposal<Integer>[] two = proposals(2);
    Proposal<Integer>[] given = two.clone();
    pending.maybeAdd(new EntryId(2, 50), two);
    assertThat(commit(entries(4, 2))).isNull();
    assertThat(lost).isEmpty();
    assertThat(commit(entries(5, 3))).isNull();
    assertThat(lost).containsExactly(given);
  }

  /** Only a leader in error says such a thing; every future ends all the same. */
  @Test
  void aPlaceThatIsNamedTwiceEndsOneUnknown() {
    Proposal<Integer>[] first = proposals(3);
    Proposal<Integer>[] second = proposals(1);
    Proposal<Integer> late = second[0];
    pending.maybeAdd(new EntryId(2, 5), first);
    pending.maybeAdd(new EntryId(2, 6), second);
    assertThat(pending.maybeAdd(new EntryId(2, 5), proposals(1))).isFalse();
    commit(entries(5, 2, 2, 2));
    assertThat(unknown).containsExactly(late);
    assertThat(pending.isEmpty()).isTrue();
  }

  @Test
  void anIndexFarBeyondTheLogCostsNothing() {
    pending.maybeAdd(new EntryId(1, Long.MAX_VALUE - 10), proposals(3));
    commit(entries(1, 2));
    assertThat(lost).hasSize(3);
  }

  @Test
  void aSnapshotEndsUnknownWhatItCovers() {
    pending.maybeAdd(new EntryId(2, 5), proposals(4));
    pending.onRestored(6, unknown::add);
    assertThat(unknown).hasSize(2);
    assertThat(commit(entries(7, 2, 2))).doesNotContainNull();
  }

  @Test
  void timeEndsUnknown() {
    Proposal<Integer>[] mixed = proposals(2);
    mixed[1].deadline = 200;
    pending.maybeAdd(new EntryId(2, 5), mixed);
    pending.expire(99, unknown::add);
    assertThat(unknown).isEmpty();
    pending.expire(100, unknown::add);
    assertThat(unknown).hasSize(1);
    pending.limit(150);
    pending.expire(150, unknown::add);
    assertThat(unknown).hasSize(2);
    assertThat(pending.isEmpty()).isTrue();
  }

  /** Leaders come and go, entries are committed in runs: the twin agrees at each step. */
  @Property(tries = 500)
  void agreesWithAList(@ForAll long seed) {
    pending = new PendingProposals<>();
    Random random = new Random(seed);
    List<Open> twin = new ArrayList<>();
    long term = 1;
    long committed = 0;
    long committedTerm = 1;
    TreeSet<EntryId> starts = new TreeSet<>();
    for (int step = 0; step < 60; step++) {
      if (random.nextInt(3) > 0) {
        term += random.nextInt(4) == 0 ? 1 : 0;
        EntryId first = new EntryId(term, committed + 1 + random.nextInt(6));
        boolean overlaps =
            twin.stream()
                .anyMatch(
                    open -> open.term == first.term() && Math.abs(open.index - first.index()) < 8);
        if (overlaps || !starts.add(first)) {
          continue;
        }
        Proposal<Integer>[] batch = proposals(1 + random.nextInt(4));
        for (int i = 0; i < batch.length; i++) {
          twin.add(new Open(first.index() + i, first.term(), batch[i]));
        }
        pending.maybeAdd(first, batch);
        continue;
      }
      long[] terms = new long[1 + random.nextInt(5)];
      for (int i = 0; i < terms.length; i++) {
        committedTerm = Math.min(term, committedTerm + (random.nextInt(4) == 0 ? 1 : 0));
        terms[i] = committedTerm;
      }
      commitAndCompare(twin, entries(committed + 1, terms));
      committed += terms.length;
    }
  }

  private void commitAndCompare(List<Open> twin, List<Entry> entries) {
    lost.clear();
    Entry last = entries.get(entries.size() - 1);
    List<Proposal<Integer>> expectedLost = new ArrayList<>();
    Proposal<Integer>[] expected = Proposals.array(entries.size());
    twin.removeIf(
        open -> {
          int offset = (int) (open.index - entries.get(0).index());
          boolean isAmong = offset < entries.size();
          boolean isThere = isAmong && entries.get(offset).term() == open.term;
          boolean isLost = isAmong ? !isThere : open.term < last.term();
          if (isThere) {
            expected[offset] = open.proposal;
          } else if (isLost) {
            expectedLost.add(open.proposal);
          }
          return isThere || isLost;
        });
    Proposal<Integer>[] awaited = commit(entries);
    assertThat(awaited == null ? Proposals.array(entries.size()) : awaited)
        .containsExactly(expected);
    assertThat(lost).containsExactlyInAnyOrderElementsOf(expectedLost);
    assertThat(unknown).isEmpty();
    assertThat(pending.isEmpty()).isEqualTo(twin.isEmpty());
  }
}
