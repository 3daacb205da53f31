// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;

/**
 * Keeps one segment ready: a file full of zeros, already on disk. Writing over blocks that exist
 * costs half of what growing a file costs, for the file system has nothing of its own to commit.
 *
 * <p>The next one is made by the executor that was handed in. {@link #take} waits for one that is
 * in the making, and makes one itself if none is.
 */
final class Spares {
  static final String SUFFIX = ".tmp";

  private static final int ZEROS = 256 << 10;
  private static final int SYNC_BYTES = 4 << 20;

  /** A file of zeros, open for writing. */
  record Spare(Path path, StorageFile file) {}

  private final WalConfig config;
  private boolean wanted;
  private boolean making;
  private boolean closed;
  private Spare ready;
  private IOException failure;
  private long made;

  Spares(WalConfig config) {
    this.config = config;
  }

  /** Asks for a spare, if there is none and none is on the way. */
  void request() {
    synchronized (this) {
      if (closed || ready != null || wanted || making) {
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
    long number;
    synchronized (this) {
      number = ++made;
    }
    FileSystem fileSystem = config.fileSystem();
    Path path = config.directory().resolve("spare-" + number + SUFFIX);
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

  /** Ends the making of spares. One that is ready stays on disk until the next start. */
  synchronized void close() {
    closed = true;
    wanted = false;
    // Whoever opens the log next removes spares, and must not meet one that is being made.
    awaitMaking();
    closeQuietly(ready);
    ready = null;
  }
}
