// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A segment file as those see it who read entries.
 *
 * <p>Reading has a file handle of its own, opened when first needed: an interrupt closes the
 * channel in which a thread reads, and that must never be the one that is written to. May be used
 * by several threads.
 */
final class Segment {
  private static final String SUFFIX = ".wal";
  private static final int NUMBER_DIGITS = 20;

  private final FileSystem fileSystem;
  private final Path path;
  private final SegmentHeader header;
  private StorageFile reader;

  /** Removed, or closed with the log. */
  private boolean gone;

  Segment(FileSystem fileSystem, Path path, SegmentHeader header) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.header = header;
  }

  static String fileName(long number) {
    return String.format(Locale.ROOT, "%0" + NUMBER_DIGITS + "d", number) + SUFFIX;
  }

  static boolean isSegmentName(String name) {
    return name.endsWith(SUFFIX);
  }

  /** The number in a segment's name, 0 if it holds none. */
  static long number(String name) {
    String digits = name.substring(0, name.length() - SUFFIX.length());
    if (digits.length() != NUMBER_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return 0;
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  Path path() {
    return path;
  }

  SegmentHeader header() {
    return header;
  }

  /**
   * Fills {@code target} from the file; false if the segment has been removed, or the log closed.
   */
  synchronized boolean read(ByteBuffer target, long offset) throws IOException {
    if (gone) {
      return false;
    }
    try {
      readOnce(target, offset);
    } catch (ClosedChannelException e) {
      // An earlier reader was interrupted and took the handle with it; ours is a new one.
      reader = null;
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      target.rewind();
      readOnce(target, offset);
    }
    return true;
  }

  private void readOnce(ByteBuffer target, long offset) throws IOException {
    if (reader == null) {
      reader = fileSystem.openForReading(path);
    }
    int wanted = target.remaining();
    int count;
    try {
      count = reader.readFully(target, offset);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw Damage.unreadable(path, offset, e);
    }
    if (count < wanted) {
      throw Damage.at(path, offset, header.firstPosition() + offset, "the file ends too early");
    }
  }

  synchronized void close() throws IOException {
    gone = true;
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  /** Nobody needs this segment any more. */
  synchronized void remove() throws IOException {
    close();
    fileSystem.delete(path);
  }

  /** Nobody needs this segment any more, and its file goes on under another name. */
  synchronized void giveAway(Path newName) throws IOException {
    close();
    fileSystem.rename(path, newName);
  }
}
