// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.SnapshotDigest;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.wal.Workload;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;

/** A snapshot, whose bytes follow from its name. */
record SnapshotKey(long group, long index) implements Comparable<SnapshotKey> {
  private static final Comparator<SnapshotKey> ORDER =
      Comparator.comparingLong(SnapshotKey::group).thenComparingLong(SnapshotKey::index);

  EntryId id() {
    return new EntryId(1, index);
  }

  SnapshotMetadata metadata() {
    return new SnapshotMetadata(id(), Workload.MEMBERS);
  }

  byte[] content() {
    Random random = new Random(group * 31 + index);
    byte[] content = new byte[random.nextInt(2000)];
    random.nextBytes(content);
    return content;
  }

  /** Takes it, or receives it. */
  void writeTo(SnapshotStore store, boolean received) throws IOException {
    byte[] content = content();
    try (SnapshotStore.Sink sink = received ? receive(store, content) : create(store)) {
      int there = (int) sink.position();
      sink.write(content, there, content.length - there);
      sink.commit();
    }
  }

  private SnapshotStore.Sink create(SnapshotStore store) throws IOException {
    return store.create(group, metadata());
  }

  private SnapshotStore.Sink receive(SnapshotStore store, byte[] content) throws IOException {
    SnapshotDigest digest = new SnapshotDigest();
    digest.update(content, 0, content.length);
    return store.receive(group, metadata(), content.length, digest.value());
  }

  /**
   * Whether it is there.
   *
   * @throws AssertionError if it is, with other bytes
   */
  boolean isIn(SnapshotStore store) throws IOException {
    try (SnapshotStore.Source source = store.open(group, id())) {
      if (source == null) {
        return false;
      }
      byte[] found = new byte[(int) source.size()];
      int at = 0;
      while (at < found.length) {
        at += source.read(at, found, at, found.length - at);
      }
      if (!Arrays.equals(found, content())) {
        throw new AssertionError(this + " was altered");
      }
      return true;
    }
  }

  @Override
  public int compareTo(SnapshotKey other) {
    return ORDER.compare(this, other);
  }
}
