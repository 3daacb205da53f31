// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.SnapshotDigest;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Snapshots in memory, for tests. May be used by several threads. */
public final class MemorySnapshotStore implements SnapshotStore {
  private record Finished(SnapshotMetadata snapshot, byte[] bytes, long digest) {}

  private record Key(long group, EntryId id) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byGroup = Long.compare(group, other.group);
      return byGroup != 0 ? byGroup : id.compareTo(other.id);
    }
  }

  private final Map<Key, Finished> finished = new TreeMap<>();
  private final Map<Long, Receiving> unfinished = new TreeMap<>();
  private final List<Reading> readers = new ArrayList<>();

  @Override
  public synchronized Sink create(long group, SnapshotMetadata snapshot) {
    return new Writing(group, snapshot);
  }

  @Override
  public synchronized Sink receive(long group, SnapshotMetadata snapshot, long size, long digest) {
    Receiving before = unfinished.get(group);
    Receiving now = new Receiving(group, snapshot, size, digest);
    if (before != null && before.isOf(snapshot, size, digest)) {
      now.bytes.writeBytes(before.bytes.toByteArray());
    }
    unfinished.put(group, now);
    return now;
  }

  @Override
  public synchronized Source open(long group, EntryId id) {
    Finished found = finished.get(new Key(group, id));
    if (found == null) {
      return null;
    }
    Reading reading = new Reading(new Key(group, id), found);
    readers.add(reading);
    return reading;
  }

  @Override
  public synchronized void retainFrom(long group, EntryId id) {
    finished
        .keySet()
        .removeIf(
            key ->
                key.group == group
                    && key.id.index() < id.index()
                    && readers.stream().noneMatch(reader -> reader.key.equals(key)));
  }

  private synchronized void finish(long group, SnapshotMetadata snapshot, byte[] bytes) {
    finished.put(
        new Key(group, snapshot.id()), new Finished(snapshot, bytes, SnapshotDigest.of(bytes)));
  }

  private synchronized void forget(Receiving received) {
    unfinished.remove(received.group, received);
  }

  private synchronized void closed(Reading reading) {
    readers.remove(reading);
  }

  private class Writing extends Sink {
    final long group;
    final SnapshotMetadata snapshot;
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean closed;

    Writing(long group, SnapshotMetadata snapshot) {
      this.group = group;
      this.snapshot = snapshot;
    }

    @Override
    public long position() {
      return bytes.size();
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      if (closed) {
        throw new IOException("the sink is closed");
      }
      bytes.write(source, offset, length);
    }

    @Override
    public void commit() throws IOException {
      if (closed) {
        throw new IOException("the sink is closed");
      }
      closed = true;
      finish(group, snapshot, bytes.toByteArray());
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final class Receiving extends Writing {
    private final long size;
    private final long digest;

    Receiving(long group, SnapshotMetadata snapshot, long size, long digest) {
      super(group, snapshot);
      this.size = size;
      this.digest = digest;
    }

    boolean isOf(SnapshotMetadata other, long otherSize, long otherDigest) {
      return snapshot.equals(other) && size == otherSize && digest == otherDigest;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      if (length > size - position()) {
        throw new IOException("more than the announced " + size + " bytes");
      }
      super.write(source, offset, length);
    }

    @Override
    public void commit() throws IOException {
      byte[] all = bytes.toByteArray();
      if (all.length < size) {
        throw new IOException(all.length + " of the announced " + size + " bytes");
      }
      forget(this);
      if (SnapshotDigest.of(all) != digest) {
        close();
        throw new IOException("the digest is not the announced one");
      }
      super.commit();
    }
  }

  private final class Reading implements Source {
    private final Key key;
    private final Finished source;

    Reading(Key key, Finished source) {
      this.key = key;
      this.source = source;
    }

    @Override
    public SnapshotMetadata snapshot() {
      return source.snapshot;
    }

    @Override
    public long size() {
      return source.bytes.length;
    }

    @Override
    public long digest() {
      return source.digest;
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int length) {
      if (position >= source.bytes.length) {
        return -1;
      }
      int count = (int) Math.min(length, source.bytes.length - position);
      System.arraycopy(source.bytes, (int) position, buffer, offset, count);
      return count;
    }

    @Override
    public void close() {
      closed(this);
    }
  }
}
