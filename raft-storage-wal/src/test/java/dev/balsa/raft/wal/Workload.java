// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws writes that a Raft host could make of a log in a given state. */
public final class Workload {
  public static final Membership MEMBERS =
      Membership.bootstrap(List.of(Member.of(1, "a:1"), Member.of(2, "b:2")));
  public static final SnapshotMetadata BEGINNING = SnapshotMetadata.bootstrap(MEMBERS);

  private final Random random;
  private final int maxEntryBytes;

  public Workload(Random random, int maxEntryBytes) {
    this.random = random;
    this.maxEntryBytes = maxEntryBytes;
  }

  /** One to three groups' writes, in the order in which they change {@code state}. */
  public List<GroupWrite> next(ModelLog state, List<Long> ids) {
    List<GroupWrite> writes = new ArrayList<>();
    ModelLog now = state;
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      long id = ids.get(random.nextInt(ids.size()));
      GroupWrite write = new GroupWrite(id, persist(now.group(id)));
      List<ModelLog> states = now.after(List.of(write));
      if (!states.isEmpty()) {
        writes.add(write);
        now = states.get(states.size() - 1);
      }
    }
    return writes;
  }

  private Persist persist(ModelLog.Group group) {
    long term = group.hardState().term();
    SnapshotMetadata reset = null;
    List<Entry> entries = List.of();
    HardState hardState = null;
    Persist.Compaction compaction = null;
    switch (random.nextInt(12)) {
      case 0 ->
          hardState = new HardState(term + 1 + random.nextInt(3), random.nextInt(3), commit(group));
      case 1 -> {
        long index = group.snapshot().index() + 1 + random.nextInt(30);
        reset = new SnapshotMetadata(new EntryId(Math.max(1, lastTerm(group)), index), MEMBERS);
        hardState = raised(group.hardState(), reset.id().term());
      }
      case 2, 3 -> {
        if (group.last() > group.snapshot().index()) {
          compaction = compaction(group);
        }
      }
      case 4, 5 -> {
        long from = group.snapshot().index() + 1;
        long first = from + random.nextInt((int) (group.last() + 1 - from) + 1);
        entries = entries(Math.max(term, lastTerm(group)) + 1, first, 1 + random.nextInt(3));
        hardState = raised(group.hardState(), entries.get(0).term());
      }
      default -> {
        entries =
            entries(
                Math.max(1, Math.max(term, lastTerm(group))),
                group.last() + 1,
                1 + random.nextInt(5));
        hardState = raised(group.hardState(), entries.get(0).term());
      }
    }
    return new Persist(reset, entries, hardState, compaction, true);
  }

  private static HardState raised(HardState before, long term) {
    return term > before.term() ? new HardState(term, 0, before.commit()) : null;
  }

  private static long lastTerm(ModelLog.Group group) {
    List<Entry> entries = group.entries();
    return entries.isEmpty()
        ? group.snapshot().id().term()
        : entries.get(entries.size() - 1).term();
  }

  private long commit(ModelLog.Group group) {
    return group.snapshot().index() + random.nextInt(3);
  }

  private Persist.Compaction compaction(ModelLog.Group group) {
    long from = Math.max(group.snapshot().index(), group.first() - 1) + 1;
    long index = from + random.nextInt((int) (group.last() - from) + 1);
    EntryId id = group.entries().get((int) (index - group.first())).id();
    long first = group.first() + random.nextInt((int) (index + 1 - group.first()) + 1);
    return new Persist.Compaction(new SnapshotMetadata(id, MEMBERS), first);
  }

  private List<Entry> entries(long term, long first, int count) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      EntryId id = new EntryId(term, first + i);
      if (random.nextInt(10) == 0) {
        byte[] membership = MembershipCodec.encode(MEMBERS);
        entries.add(Entry.of(id, EntryType.CONFIGURATION, membership));
      } else {
        byte[] data = new byte[random.nextInt(maxEntryBytes + 1)];
        random.nextBytes(data);
        entries.add(Entry.of(id, EntryType.NORMAL, data));
      }
    }
    return entries;
  }
}
