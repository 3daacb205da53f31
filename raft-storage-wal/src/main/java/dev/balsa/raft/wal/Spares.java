// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;

/**
 * Keeps files ready for the next segments: their blocks are on the disk already. Writing over
 * blocks that exist costs half of what growing a file costs, for the file system has nothing of its
 * own to commit.
 *
 * <p>A segment that nobody needs any more is kept as it is, up to a number of them. What its
 * records say is of no concern: each is masked with the segment's number and with how often the
 * file has been used. While there is none of these, one file is written ahead with zeros by the
 * executor that was handed in. {@link #take} waits for one that is in the making, and makes one
 * itself if none is.
 */
final class Spares {
  static final String SUFFIX = ".tmp";

  private static final int ZEROS = 256 << 10;
  private static final int SYNC_BYTES = 4 << 20;

  /** A file that may be written to. */
  record Spare(Path path, StorageFile file) {}

  /**
   * A file that was a segment of the configured size.
   *
   * @param epoch how often it has been used
   */
  record Used(Path path, int epoch) {}

  private final WalConfig config;
  private boolean wanted;
  private boolean making;
  private boolean closed;
  private Spare ready;
  private final ArrayDeque<Used> used = new ArrayDeque<>();
  private IOException failure;
  private long made;

  Spares(WalConfig config) {
    this.config = config;
  }

  /** Whether a file of this length, in bytes, is worth keeping. */
  synchronized boolean hasRoomFor(int bytes) {
    int others = ready != null || wanted || making ? 1 : 0;
    return bytes == config.segmentBytes() && used.size() + others < config.spareSegments();
  }

  /** A name that no file has. */
  synchronized Path newName() {
    return config.directory().resolve("spare-" + ++made + SUFFIX);
  }

  /** Keeps a file that was a segment, and whose name is durably one that {@link #newName} gave. */
  synchronized void add(Used file) {
    used.add(file);
    failure = null;
  }

  /** The file that was a segment and is to be one next; null if there is none. */
  synchronized Used nextUsed() {
    return used.peek();
  }

  /** Takes out of those that are kept what {@link #nextUsed} gave. */
  synchronized void removeNextUsed() {
    used.remove();
  }

  /** Opens a file that was taken out. */
  Spare open(Used file) throws IOException {
    return new Spare(file.path, config.fileSystem().open(file.path));
  }

  /** Asks for a spare, if there is none and none is on the way. */
  void request() {
    synchronized (this) {
      if (closed || ready != null || wanted || making || !used.isEmpty()) {
        return;
      }
      wanted = true;
    }
    try {
      config.spareExecutor().execute(this::makeIfWanted);
    } catch (RejectedExecutionException e) {
      // Then the log makes it when it needs it.
      synchronized (this) {
        wanted = false;
      }
    }
  }

  private void makeIfWanted() {
    synchronized (this) {
      if (!wanted || closed) {
        wanted = false;
        return;
      }
      wanted = false;
      making = true;
    }
    Spare spare = null;
    IOException problem = null;
    try {
      spare = make(config.segmentBytes());
    } catch (IOException e) {
      problem = e;
    } finally {
      finished(spare, problem);
    }
  }

  private synchronized void finished(Spare spare, IOException problem) {
    making = false;
    failure = problem;
    if (closed) {
      closeQuietly(spare);
    } else {
      ready = spare;
    }
    notifyAll();
  }

  /** Whether the last try to make a spare failed: the disk is full, or worse. */
  synchronized boolean failed() {
    return failure != null;
  }

  /** How long a segment is that needs {@code bytes}: as configured, if that is enough. */
  int bytesFor(long bytes) {
    long rounded = BatchBuffer.roundUp(bytes, config.sectorBytes());
    return Math.toIntExact(Math.max(rounded, config.segmentBytes()));
  }

  /** A file of zeros of {@code bytes}, which {@link #bytesFor} gave. */
  Spare take(int bytes) throws IOException {
    if (bytes == config.segmentBytes()) {
      Spare prepared = takePrepared();
      if (prepared != null) {
        return prepared;
      }
    }
    return make(bytes);
  }

  private synchronized Spare takePrepared() {
    wanted = false;
    awaitMaking();
    Spare taken = ready;
    ready = null;
    return taken;
  }

  /** Waits for one that another thread is making; with the caller's own executor there is none. */
  private void awaitMaking() {
    boolean interrupted = false;
    while (making) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Spare make(int bytes) throws IOException {
    FileSystem fileSystem = config.fileSystem();
    Path path = newName();
    StorageFile file = fileSystem.create(path);
    boolean done = false;
    try {
      ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(ZEROS, bytes));
      for (long at = 0; at < bytes; at += zeros.limit()) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
        file.writeFully(zeros, at);
        if ((at & SYNC_BYTES - 1) == 0 && at > 0) {
          // Little by little, or the log's own syncs wait behind all of it.
          file.force();
        }
      }
      file.force();
      done = true;
      return new Spare(path, file);
    } finally {
      if (!done) {
        file.close();
        deleteQuietly(path);
      }
    }
  }

  private void deleteQuietly(Path path) {
    try {
      config.fileSystem().delete(path);
    } catch (IOException e) {
      // The next start removes it; what matters is the failure on its way up.
    }
  }

  private static void closeQuietly(Spare spare) {
    if (spare != null) {
      try {
        spare.file.close();
      } catch (IOException e) {
        // Nothing is in it.
      }
    }
  }

  /** Ends the making of spares. What is ready stays on disk until the next start. */
  synchronized void close() {
    closed = true;
    wanted = false;
    // Whoever opens the log next removes spares, and must not meet one that is being made.
    awaitMaking();
    closeQuietly(ready);
    ready = null;
  }
}
