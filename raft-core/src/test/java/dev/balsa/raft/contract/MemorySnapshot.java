// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport.SnapshotReceiver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** A snapshot in memory, and places to fetch it to; tests may put faults into both. */
public final class MemorySnapshot {
  public static final SnapshotMetadata METADATA =
      new SnapshotMetadata(new EntryId(3, 70), Membership.NONE);
  public static final long DIGEST = 0x1234_5678_9abc_def0L;

  /** The payload. */
  public final byte[] bytes;

  /** From which positions it was read. */
  public final List<Long> reads = new CopyOnWriteArrayList<>();

  /** How many sources are open. */
  public final AtomicInteger open = new AtomicInteger();

  /** Called before each read with its position; what it throws, the read throws. */
  public volatile LongConsumer beforeRead = position -> {};

  /** A snapshot of this many bytes. */
  public MemorySnapshot(int size) {
    bytes = new byte[size];
    new Random(size).nextBytes(bytes);
  }

  /** Opens it. */
  public SnapshotStore.Source source() {
    open.incrementAndGet();
    return new MemorySource();
  }

  private final class MemorySource implements SnapshotStore.Source {
    @Override
    public SnapshotMetadata snapshot() {
      return METADATA;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public long digest() {
      return DIGEST;
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int length) {
      beforeRead.accept(position);
      reads.add(position);
      if (position >= bytes.length) {
        return -1;
      }
      // Less than what is asked for, as a file may do.
      int count = (int) Math.min(Math.min(length, 3000), bytes.length - position);
      System.arraycopy(bytes, (int) position, buffer, offset, count);
      return count;
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  /** What a fetch is told; keeps what has arrived from one fetch to the next. */
  public static final class Receiver implements SnapshotReceiver {
    public final ByteArrayOutputStream arrived = new ByteArrayOutputStream();

    /** "complete", or the failure. Each outcome of each fetch is added. */
    public final BlockingQueue<Object> outcomes = new LinkedBlockingQueue<>();

    public final List<String> calls = new CopyOnWriteArrayList<>();

    /** Called before each write with the position; what it throws, the write throws. */
    public volatile LongConsumer beforeWrite = position -> {};

    /** Thrown by commit. */
    public volatile IOException commitFailure;

    private final AtomicInteger open = new AtomicInteger();

    @Override
    public SnapshotStore.Sink begin(long size, long digest) {
      calls.add("begin " + size + " " + Long.toHexString(digest));
      open.incrementAndGet();
      return new MemorySink();
    }

    @Override
    public void onComplete() {
      outcomes.add(open.get() == 0 ? "complete" : "complete, but the sink is open");
    }

    @Override
    public void onFailure(Throwable cause) {
      outcomes.add(open.get() == 0 ? cause : "failed, but the sink is open");
    }

    private final class MemorySink extends SnapshotStore.Sink {
      @Override
      public long position() {
        return arrived.size();
      }

      @Override
      public void write(int b) {
        throw new AssertionError("written byte by byte");
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        beforeWrite.accept(arrived.size());
        arrived.write(bytes, offset, length);
      }

      @Override
      public void commit() throws IOException {
        calls.add("commit");
        if (commitFailure != null) {
          throw commitFailure;
        }
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    }
  }
}
