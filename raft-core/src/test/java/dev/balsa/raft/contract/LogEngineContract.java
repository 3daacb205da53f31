// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.SnapshotDigest;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link LogEngine} does. Extend it and say how an engine is made and restarted.
 *
 * <p>Whatever is asserted of the running engine is asserted again after a restart: durable means
 * that there is no difference.
 */
public abstract class LogEngineContract {
  protected static final long GROUP = 7;
  protected static final long OTHER_GROUP = 1L << 40;

  protected static final Membership MEMBERS =
      Membership.bootstrap(List.of(Member.of(1, "a:1"), Member.of(2, "b:2"), Member.of(3, "c:3")));
  protected static final SnapshotMetadata BEGINNING = SnapshotMetadata.bootstrap(MEMBERS);

  protected LogEngine engine;

  /** A new engine that knows no group. */
  protected abstract LogEngine create() throws IOException;

  /** The same engine after a restart. Closes the one given. */
  protected abstract LogEngine reopen(LogEngine running) throws IOException;

  /**
   * Lets the disk under the engine run out of room, so that the engine comes to say so while it is
   * written to.
   *
   * @return false if this engine never looks how much room there is
   */
  protected boolean fillUp() {
    return false;
  }

  /** Undoes {@link #fillUp}. */
  protected void makeRoom() {}

  /** An entry whose content follows from its id. */
  protected static Entry entry(long term, long index, int bytes) {
    byte[] data = new byte[bytes];
    new Random(term * 1_000_003 + index).nextBytes(data);
    return Entry.of(new EntryId(term, index), EntryType.NORMAL, data);
  }

  protected static List<Entry> entries(long term, long first, long last) {
    List<Entry> entries = new ArrayList<>();
    for (long index = first; index <= last; index++) {
      entries.add(entry(term, index, (int) (index * 37 % 300)));
    }
    return entries;
  }

  protected static Persist append(List<Entry> entries) {
    return new Persist(null, entries, null, null, true);
  }

  protected static Persist hardState(long term, long vote, long commit) {
    return new Persist(null, List.of(), new HardState(term, vote, commit), null, true);
  }

  protected static SnapshotMetadata snapshot(long term, long index) {
    return new SnapshotMetadata(new EntryId(term, index), MEMBERS);
  }

  protected static Persist compaction(SnapshotMetadata snapshot, long firstIndex) {
    Persist.Compaction compaction = new Persist.Compaction(snapshot, firstIndex);
    return new Persist(null, List.of(), null, compaction, false);
  }

  protected static Persist reset(SnapshotMetadata snapshot) {
    return new Persist(snapshot, List.of(), null, null, true);
  }

  protected void write(long group, Persist persist) throws IOException {
    engine.write(List.of(new GroupWrite(group, persist)));
  }

  protected void write(Persist persist) throws IOException {
    write(GROUP, persist);
  }

  protected List<Entry> readAll(long group) throws IOException {
    RecoveredLog log = engine.recover(group);
    List<Entry> all = new ArrayList<>();
    long next = log.firstIndex();
    while (next <= log.lastIndex()) {
      all.addAll(engine.read(group, new IndexRange(next, log.lastIndex()), 1 << 20));
      next = log.firstIndex() + all.size();
    }
    return all;
  }

  protected interface Check {
    void run() throws IOException;
  }

  /** Holds now, and after a restart. */
  protected void holdsDurably(Check check) throws IOException {
    check.run();
    engine = reopen(engine);
    check.run();
  }

  @BeforeEach
  void start() throws IOException {
    engine = create();
  }

  @AfterEach
  void stop() throws IOException {
    engine.close();
  }

  // ------------------------------------------------------------ groups

  @Test
  void aGroupThatWasNeverBootstrappedIsUnknown() throws IOException {
    holdsDurably(() -> assertThat(engine.recover(GROUP)).isNull());
  }

  @Test
  void aBootstrappedGroupIsItsSnapshot() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    holdsDurably(() -> assertThat(engine.recover(GROUP)).isEqualTo(RecoveredLog.fresh(BEGINNING)));
  }

  @Test
  void aGroupMayBeginWithALaterSnapshot() throws IOException {
    engine.bootstrap(GROUP, snapshot(4, 100));
    write(append(entries(4, 101, 103)));
    holdsDurably(
        () -> {
          RecoveredLog log = engine.recover(GROUP);
          assertThat(log.snapshot()).isEqualTo(snapshot(4, 100));
          assertThat(log.firstIndex()).isEqualTo(101);
          assertThat(readAll(GROUP)).isEqualTo(entries(4, 101, 103));
        });
  }

  @Test
  void aGroupIsBootstrappedOnce() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    assertThatThrownBy(() -> engine.bootstrap(GROUP, BEGINNING)).isInstanceOf(IOException.class);
    engine = reopen(engine);
    assertThatThrownBy(() -> engine.bootstrap(GROUP, BEGINNING)).isInstanceOf(IOException.class);
  }

  @Test
  void aRefusedBootstrapDoesNoHarm() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    assertThatThrownBy(() -> engine.bootstrap(GROUP, snapshot(1, 5)))
        .isInstanceOf(IOException.class);
    write(append(entries(1, 1, 1)));
    holdsDurably(() -> assertThat(readAll(GROUP)).isEqualTo(entries(1, 1, 1)));
  }

  @Test
  void groupsDoNotTouchEachOther() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    engine.bootstrap(OTHER_GROUP, BEGINNING);
    engine.write(
        List.of(
            new GroupWrite(GROUP, append(entries(1, 1, 4))),
            new GroupWrite(OTHER_GROUP, append(entries(2, 1, 2))),
            new GroupWrite(OTHER_GROUP, hardState(2, 3, 1))));
    engine.write(
        List.of(
            new GroupWrite(GROUP, append(entries(3, 3, 3))),
            new GroupWrite(OTHER_GROUP, append(entries(2, 3, 5)))));
    holdsDurably(
        () -> {
          List<Entry> expected = new ArrayList<>(entries(1, 1, 2));
          expected.addAll(entries(3, 3, 3));
          assertThat(readAll(GROUP)).isEqualTo(expected);
          assertThat(readAll(OTHER_GROUP)).isEqualTo(entries(2, 1, 5));
          assertThat(engine.recover(GROUP).hardState()).isEqualTo(HardState.EMPTY);
          assertThat(engine.recover(OTHER_GROUP).hardState()).isEqualTo(new HardState(2, 3, 1));
        });
  }

  @Test
  void aWriteToAnUnknownGroupIsRefused() {
    assertThatThrownBy(() -> write(append(entries(1, 1, 1)))).isInstanceOf(IOException.class);
  }

  // ------------------------------------------------------------ identity

  @Test
  void eachStartIsCountedAndNothingElseOfTheIdentityChanges() throws IOException {
    long before = engine.identity().bootEpoch();
    long cluster = engine.identity().clusterId();
    var member = engine.identity().member();
    engine = reopen(engine);
    assertThat(engine.identity().bootEpoch()).isEqualTo(before + 1);
    engine = reopen(engine);
    assertThat(engine.identity().bootEpoch()).isEqualTo(before + 2);
    assertThat(engine.identity().clusterId()).isEqualTo(cluster);
    assertThat(engine.identity().member()).isEqualTo(member);
    assertThat(member.incarnation()).isNotZero();
  }

  // ------------------------------------------------------------ entries

  @Test
  void entriesComeBackAsTheyWere() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    List<Entry> all = new ArrayList<>();
    all.add(Entry.noOp(new EntryId(1, 1)));
    all.add(entry(1, 2, 0));
    for (int bytes : new int[] {1, 7, 8, 9, 511, 512, 513, 4095, 4096, 4097, 70_000}) {
      all.add(entry(1, all.size() + 1, bytes));
    }
    write(append(all));
    holdsDurably(
        () -> {
          assertThat(readAll(GROUP)).isEqualTo(all);
          assertThat(readAll(GROUP)).allMatch(Entry::intact);
          assertThat(engine.recover(GROUP).lastIndex()).isEqualTo(all.size());
        });
  }

  @Test
  void aLongWriteIsWhole() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    List<Entry> all = entries(2, 1, 3000);
    write(append(all));
    holdsDurably(() -> assertThat(readAll(GROUP)).isEqualTo(all));
  }

  @Test
  void aLongEntryIsWhole() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    List<Entry> all = List.of(entry(1, 1, 10), entry(1, 2, 1_500_000), entry(1, 3, 10));
    write(append(all));
    holdsDurably(() -> assertThat(readAll(GROUP)).isEqualTo(all));
  }

  @Test
  void runsOfTermsAreTheFirstEntriesOfEach() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 3)));
    write(append(entries(1, 4, 4)));
    write(append(entries(3, 5, 6)));
    write(append(entries(9, 7, 7)));
    holdsDurably(
        () ->
            assertThat(engine.recover(GROUP).termRuns())
                .containsExactly(new EntryId(1, 1), new EntryId(3, 5), new EntryId(9, 7)));
  }

  @Test
  void configurationsAreToldWhole() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 2)));
    List<Entry> configurations = List.of(configuration(1, 3), configuration(1, 4));
    write(append(configurations));
    write(append(entries(1, 5, 6)));
    holdsDurably(
        () -> assertThat(engine.recover(GROUP).configurations()).isEqualTo(configurations));
  }

  protected static Entry configuration(long term, long index) {
    return Entry.of(
        new EntryId(term, index), EntryType.CONFIGURATION, MembershipCodec.encode(MEMBERS));
  }

  // ------------------------------------------------------------ reading

  @Test
  void readingStopsAtTheBytesAllowedAndGivesAtLeastOne() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    List<Entry> all = List.of(entry(1, 1, 100), entry(1, 2, 100), entry(1, 3, 100));
    write(append(all));
    int each = Entry.OVERHEAD_BYTES + 100;
    holdsDurably(
        () -> {
          assertThat(read(1, 3, 1)).isEqualTo(all.subList(0, 1));
          assertThat(read(1, 3, each)).isEqualTo(all.subList(0, 1));
          assertThat(read(1, 3, 2 * each - 1)).isEqualTo(all.subList(0, 1));
          assertThat(read(1, 3, 2 * each)).isEqualTo(all.subList(0, 2));
          assertThat(read(1, 3, 1000)).isEqualTo(all);
          assertThat(read(2, 2, 1000)).isEqualTo(all.subList(1, 2));
          assertThat(read(3, 3, 0)).isEqualTo(all.subList(2, 3));
        });
  }

  private List<Entry> read(long first, long last, int maxBytes) throws IOException {
    return engine.read(GROUP, new IndexRange(first, last), maxBytes);
  }

  @Test
  void whatIsNoLongerHeldIsNotRead() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 10)));
    write(compaction(snapshot(1, 5), 6));
    write(append(entries(2, 9, 9)));
    holdsDurably(
        () -> {
          assertThat(read(5, 9, 1 << 20)).isEmpty();
          assertThat(read(10, 10, 1 << 20)).isEmpty();
          List<Entry> expected = new ArrayList<>(entries(1, 8, 8));
          expected.addAll(entries(2, 9, 9));
          assertThat(read(8, 10, 1 << 20)).isEqualTo(expected);
        });
  }

  // ------------------------------------------------------------ hard state

  @Test
  void theLatestHardStateIsFound() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(hardState(1, 0, 0));
    write(hardState(1, 2, 0));
    write(hardState(5, 3, 0));
    holdsDurably(
        () -> assertThat(engine.recover(GROUP).hardState()).isEqualTo(new HardState(5, 3, 0)));
  }

  @Test
  void aCommitThatNeedNotBeSyncedComesWithTheNextWrite() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(new Persist(null, entries(1, 1, 3), new HardState(1, 1, 0), null, true));
    write(new Persist(null, List.of(), new HardState(1, 1, 3), null, false));
    write(append(entries(1, 4, 4)));
    holdsDurably(
        () -> assertThat(engine.recover(GROUP).hardState()).isEqualTo(new HardState(1, 1, 3)));
  }

  @Test
  void theHardStateOutlivesResetAndCompaction() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(new Persist(null, entries(1, 1, 3), new HardState(4, 2, 2), null, true));
    write(compaction(snapshot(1, 2), 3));
    write(reset(snapshot(3, 50)));
    holdsDurably(
        () -> assertThat(engine.recover(GROUP).hardState()).isEqualTo(new HardState(4, 2, 2)));
  }

  // ------------------------------------------------------------ truncation

  @Test
  void anEntryBelowTheEndReplacesTheSuffix() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 5)));
    write(append(List.of(configuration(1, 6), configuration(1, 7))));
    write(append(entries(2, 4, 4)));
    holdsDurably(
        () -> {
          List<Entry> expected = new ArrayList<>(entries(1, 1, 3));
          expected.addAll(entries(2, 4, 4));
          assertThat(readAll(GROUP)).isEqualTo(expected);
          RecoveredLog log = engine.recover(GROUP);
          assertThat(log.lastIndex()).isEqualTo(4);
          assertThat(log.configurations()).isEmpty();
          assertThat(log.termRuns()).containsExactly(new EntryId(1, 1), new EntryId(2, 4));
        });
  }

  @Test
  void theWholeLogCanBeReplaced() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 5)));
    write(append(entries(2, 1, 2)));
    holdsDurably(() -> assertThat(readAll(GROUP)).isEqualTo(entries(2, 1, 2)));
  }

  @Test
  void anEntryCanBeReplacedAndWrittenAgain() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 3)));
    write(append(List.of(entry(2, 3, 60))));
    write(append(List.of(entry(3, 3, 20), entry(3, 4, 10))));
    engine = reopen(engine);
    write(append(List.of(entry(4, 2, 5))));
    holdsDurably(
        () -> assertThat(readAll(GROUP)).containsExactly(entries(1, 1, 1).get(0), entry(4, 2, 5)));
  }

  @Test
  void aGapIsRefused() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 3)));
    assertThatThrownBy(() -> write(append(entries(1, 5, 5)))).isInstanceOf(IOException.class);
  }

  // ------------------------------------------------------------ compaction and reset

  @Test
  void compactionDropsTheBeginning() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 4)));
    write(append(List.of(configuration(2, 5), configuration(2, 6))));
    write(append(entries(2, 7, 10)));
    write(compaction(snapshot(2, 6), 6));
    holdsDurably(
        () -> {
          RecoveredLog log = engine.recover(GROUP);
          assertThat(log.snapshot()).isEqualTo(snapshot(2, 6));
          assertThat(log.firstIndex()).isEqualTo(6);
          assertThat(log.lastIndex()).isEqualTo(10);
          assertThat(log.termRuns()).containsExactly(new EntryId(2, 6));
          assertThat(log.configurations()).containsExactly(configuration(2, 6));
        });
  }

  @Test
  void compactionMayKeepATail() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 4)));
    write(append(entries(2, 5, 10)));
    write(compaction(snapshot(2, 8), 3));
    holdsDurably(
        () -> {
          RecoveredLog log = engine.recover(GROUP);
          assertThat(log.snapshot()).isEqualTo(snapshot(2, 8));
          assertThat(log.firstIndex()).isEqualTo(3);
          assertThat(log.termRuns()).containsExactly(new EntryId(1, 3), new EntryId(2, 5));
          assertThat(readAll(GROUP).get(0)).isEqualTo(entries(1, 3, 3).get(0));
        });
  }

  @Test
  void compactionMayDropEverything() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(3, 1, 4)));
    write(compaction(snapshot(3, 4), 5));
    holdsDurably(
        () -> {
          RecoveredLog log = engine.recover(GROUP);
          assertThat(log.firstIndex()).isEqualTo(5);
          assertThat(log.lastIndex()).isEqualTo(4);
          assertThat(log.termRuns()).isEmpty();
        });
    write(append(entries(3, 5, 6)));
    holdsDurably(() -> assertThat(readAll(GROUP)).isEqualTo(entries(3, 5, 6)));
  }

  @Test
  void aResetReplacesTheLogByASnapshot() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 9)));
    write(new Persist(snapshot(5, 20), entries(5, 21, 22), new HardState(6, 0, 20), null, true));
    holdsDurably(
        () -> {
          RecoveredLog log = engine.recover(GROUP);
          assertThat(log.snapshot()).isEqualTo(snapshot(5, 20));
          assertThat(log.firstIndex()).isEqualTo(21);
          assertThat(log.hardState()).isEqualTo(new HardState(6, 0, 20));
          assertThat(log.termRuns()).containsExactly(new EntryId(5, 21));
          assertThat(readAll(GROUP)).isEqualTo(entries(5, 21, 22));
        });
  }

  @Test
  void aResetMayFallWithinTheLog() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    write(append(entries(1, 1, 9)));
    write(reset(snapshot(2, 5)));
    holdsDurably(
        () -> {
          assertThat(engine.recover(GROUP).lastIndex()).isEqualTo(5);
          assertThat(readAll(GROUP)).isEmpty();
        });
    write(append(entries(2, 6, 7)));
    holdsDurably(() -> assertThat(readAll(GROUP)).isEqualTo(entries(2, 6, 7)));
  }

  @Test
  void writingGoesOnThroughManyCompactionsAndRestarts() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    for (int round = 0; round < 12; round++) {
      long first = round * 50L + 1;
      write(append(entries(round + 1, first, first + 49)));
      write(compaction(snapshot(round + 1, first + 39), first + 20));
      if (round % 3 == 2) {
        engine = reopen(engine);
      }
      List<Entry> expected = entries(round + 1, first + 20, first + 49);
      assertThat(readAll(GROUP)).isEqualTo(expected);
    }
  }

  // ------------------------------------------------------------ closing

  @Test
  void aClosedEngineTakesNothing() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    LogEngine closed = engine;
    engine = reopen(engine);
    assertThatThrownBy(() -> closed.write(List.of(new GroupWrite(GROUP, append(entries(1, 1, 1))))))
        .isInstanceOf(IOException.class);
    holdsDurably(() -> assertThat(engine.recover(GROUP).lastIndex()).isZero());
  }

  // ------------------------------------------------------------ snapshots

  private static byte[] content(int seed, int bytes) {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return content;
  }

  private static byte[] readFully(SnapshotStore.Source source) throws IOException {
    byte[] all = new byte[(int) source.size()];
    int at = 0;
    while (at < all.length) {
      at += source.read(at, all, at, Math.min(1000, all.length - at));
    }
    assertThat(source.read(at, all, 0, 1)).isEqualTo(-1);
    return all;
  }

  private void take(SnapshotMetadata snapshot, byte[] content) throws IOException {
    try (SnapshotStore.Sink sink = engine.snapshots().create(GROUP, snapshot)) {
      sink.write(content);
      assertThat(sink.position()).isEqualTo(content.length);
      sink.commit();
    }
  }

  private void assertHolds(SnapshotMetadata snapshot, byte[] content) throws IOException {
    try (SnapshotStore.Source source = engine.snapshots().open(GROUP, snapshot.id())) {
      assertThat(source).isNotNull();
      assertThat(source.snapshot()).isEqualTo(snapshot);
      assertThat(source.digest()).isEqualTo(SnapshotDigest.of(content));
      assertThat(readFully(source)).isEqualTo(content);
    }
  }

  @Test
  void aSnapshotComesBackAsItWas() throws IOException {
    for (int bytes : new int[] {0, 1, 65_535, 65_536, 65_537, 300_000}) {
      byte[] content = content(bytes, bytes);
      take(snapshot(2, bytes + 1), content);
      holdsDurably(() -> assertHolds(snapshot(2, bytes + 1), content));
    }
  }

  @Test
  void aSnapshotIsFoundByItsExactIdAndGroup() throws IOException {
    take(snapshot(2, 10), content(1, 100));
    holdsDurably(
        () -> {
          assertThat(engine.snapshots().open(GROUP, new EntryId(1, 10))).isNull();
          assertThat(engine.snapshots().open(GROUP, new EntryId(2, 11))).isNull();
          assertThat(engine.snapshots().open(OTHER_GROUP, new EntryId(2, 10))).isNull();
        });
  }

  @Test
  void anUnfinishedSnapshotIsNotThere() throws IOException {
    try (SnapshotStore.Sink sink = engine.snapshots().create(GROUP, snapshot(1, 5))) {
      sink.write(content(1, 200_000));
    }
    holdsDurably(() -> assertThat(engine.snapshots().open(GROUP, new EntryId(1, 5))).isNull());
    take(snapshot(1, 5), content(2, 10));
    assertHolds(snapshot(1, 5), content(2, 10));
  }

  @Test
  void aReceivedSnapshotIsCheckedAgainstItsAnnouncement() throws IOException {
    byte[] content = content(3, 150_000);
    long digest = SnapshotDigest.of(content);
    SnapshotStore.Sink sink =
        engine.snapshots().receive(GROUP, snapshot(3, 9), content.length, digest);
    sink.write(content, 0, 100_000);
    assertThatThrownBy(sink::commit).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> sink.write(content, 0, 100_000)).isInstanceOf(IOException.class);
    sink.write(content, 100_000, 50_000);
    sink.commit();
    sink.close();
    holdsDurably(() -> assertHolds(snapshot(3, 9), content));
  }

  @Test
  @Tag("W23")
  void aReceivedSnapshotWithAnotherDigestIsRefusedAndForgotten() throws IOException {
    byte[] content = content(4, 100_000);
    SnapshotStore.Sink sink = engine.snapshots().receive(GROUP, snapshot(3, 9), 100_000, 1234);
    sink.write(content);
    assertThatThrownBy(sink::commit).isInstanceOf(IOException.class);
    sink.close();
    assertThat(engine.snapshots().open(GROUP, new EntryId(3, 9))).isNull();
    assertThat(engine.snapshots().receive(GROUP, snapshot(3, 9), 100_000, 1234).position())
        .isZero();
  }

  @Test
  @Tag("W23")
  void receivingGoesOnWhereItStopped() throws IOException {
    byte[] content = content(5, 400_000);
    long digest = SnapshotDigest.of(content);
    try (SnapshotStore.Sink sink =
        engine.snapshots().receive(GROUP, snapshot(3, 9), content.length, digest)) {
      sink.write(content, 0, 250_000);
    }
    for (int restarts = 0; restarts < 2; restarts++) {
      try (SnapshotStore.Sink sink =
          engine.snapshots().receive(GROUP, snapshot(3, 9), content.length, digest)) {
        assertThat(sink.position()).isBetween(100_000L, 250_000L);
      }
      engine = reopen(engine);
    }
    try (SnapshotStore.Sink sink =
        engine.snapshots().receive(GROUP, snapshot(3, 9), content.length, digest)) {
      int from = (int) sink.position();
      sink.write(content, from, content.length - from);
      sink.commit();
    }
    holdsDurably(() -> assertHolds(snapshot(3, 9), content));
  }

  @Test
  @Tag("W23")
  void receivingAnotherSnapshotBeginsAnew() throws IOException {
    byte[] content = content(6, 200_000);
    try (SnapshotStore.Sink sink =
        engine.snapshots().receive(GROUP, snapshot(3, 9), content.length, 77)) {
      sink.write(content);
    }
    try (SnapshotStore.Sink sink =
        engine.snapshots().receive(GROUP, snapshot(3, 9), content.length, 78)) {
      assertThat(sink.position()).isZero();
      sink.write(content);
    }
    try (SnapshotStore.Sink sink =
        engine.snapshots().receive(GROUP, snapshot(3, 10), content.length, 78)) {
      assertThat(sink.position()).isZero();
    }
    try (SnapshotStore.Sink sink =
        engine.snapshots().receive(GROUP, snapshot(3, 9), content.length, 78)) {
      assertThat(sink.position()).isZero();
    }
  }

  @Test
  void olderSnapshotsGoUnlessTheyAreBeingRead() throws IOException {
    for (int index = 1; index <= 4; index++) {
      take(snapshot(1, index), content(index, 1000));
    }
    try (SnapshotStore.Source reading = engine.snapshots().open(GROUP, new EntryId(1, 2))) {
      engine.snapshots().retainFrom(GROUP, new EntryId(1, 3));
      assertThat(Arrays.equals(readFully(reading), content(2, 1000))).isTrue();
    }
    holdsDurably(
        () -> {
          assertThat(engine.snapshots().open(GROUP, new EntryId(1, 1))).isNull();
          assertHolds(snapshot(1, 3), content(3, 1000));
          assertHolds(snapshot(1, 4), content(4, 1000));
        });
    engine.snapshots().retainFrom(GROUP, new EntryId(1, 4));
    holdsDurably(
        () -> {
          assertThat(engine.snapshots().open(GROUP, new EntryId(1, 2))).isNull();
          assertThat(engine.snapshots().open(GROUP, new EntryId(1, 3))).isNull();
          assertHolds(snapshot(1, 4), content(4, 1000));
        });
  }

  // ------------------------------------------------------------ room

  /** More than any engine under test takes before it has to look for room. */
  private static final long MANY_BYTES = 2 << 20;

  private static final int ENTRY_BYTES = 16 << 10;

  /** Fills the disk and writes until the engine says so; returns the last index. */
  private long writeUntilFull() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    assertThat(engine.isStorageFull()).isFalse();
    assumeTrue(fillUp(), "this engine does not look how much room there is");
    long last = 0;
    while (!engine.isStorageFull()) {
      assertThat(last * ENTRY_BYTES).as("written without a word").isLessThan(MANY_BYTES);
      last++;
      write(append(List.of(entry(1, last, ENTRY_BYTES))));
    }
    return last;
  }

  @Test
  void anEngineWithRoomIsNotFull() throws IOException {
    engine.bootstrap(GROUP, BEGINNING);
    engine.retryStorage();
    write(append(entries(1, 1, 3)));
    holdsDurably(
        () -> {
          assertThat(engine.isStorageFull()).isFalse();
          assertThat(readAll(GROUP)).isEqualTo(entries(1, 1, 3));
        });
  }

  /** The host takes no commands from then on; what keeps the cluster alive is small. */
  @Test
  void anEngineSaysThatRoomRunsOutWhileItCanStillWriteALittle() throws IOException {
    long last = writeUntilFull();
    for (int i = 1; i <= 10; i++) {
      write(append(List.of(entry(2, last + i, 100))));
      write(hardState(2 + i, 1, 0));
    }
    assertThat(engine.isStorageFull()).isTrue();
    makeRoom();
    holdsDurably(
        () -> {
          RecoveredLog log = engine.recover(GROUP);
          assertThat(log.lastIndex()).isEqualTo(last + 10);
          assertThat(log.hardState()).isEqualTo(new HardState(12, 1, 0));
          assertThat(readAll(GROUP).get((int) last)).isEqualTo(entry(2, last + 1, 100));
        });
  }

  @Test
  void lookingForRoomInVainChangesNothing() throws IOException {
    long last = writeUntilFull();
    for (int i = 1; i <= 3; i++) {
      engine.retryStorage();
      write(append(List.of(entry(1, last + i, 100))));
    }
    assertThat(engine.isStorageFull()).isTrue();
    makeRoom();
    holdsDurably(() -> assertThat(engine.recover(GROUP).lastIndex()).isEqualTo(last + 3));
  }

  @Test
  @Timeout(60)
  void roomIsFoundByLookingForIt() throws IOException {
    long last = writeUntilFull();
    makeRoom();
    while (engine.isStorageFull()) {
      // It may look in the background, and say so a moment later.
      engine.retryStorage();
      Thread.onSpinWait();
    }
    // As much as would not have gone on what it had left.
    long more = MANY_BYTES / ENTRY_BYTES;
    for (long i = 1; i <= more; i++) {
      write(append(List.of(entry(1, last + i, ENTRY_BYTES))));
    }
    holdsDurably(
        () -> {
          assertThat(engine.isStorageFull()).isFalse();
          assertThat(engine.recover(GROUP).lastIndex()).isEqualTo(last + more);
        });
  }
}
