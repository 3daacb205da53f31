// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.wal.fs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What may lie in a log's directory, and whose it is. */
final class DataDirectory {
  static final String SNAPSHOTS = "snapshots";
  static final String LOCK = "lock";

  /** Found at the root of a mounted file system, and nobody's data. */
  private static final String LOST_AND_FOUND = "lost+found";

  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  private DataDirectory() {}

  static boolean isFormatted(WalConfig config) throws IOException {
    List<String> names = config.fileSystem().list(config.directory());
    if (names.stream().anyMatch(Segment::isSegmentName)) {
      return true;
    }
    for (String name : names) {
      if (name.equals(SNAPSHOTS)) {
        // A member that started afresh here would have forgotten its votes and all it acknowledged.
        throw new WalException(
            config.directory()
                + " was a member's log, and its segments (*.wal) are gone. "
                + Damage.REMEDY,
            null,
            true);
      }
      if (!name.equals(LOCK) && !name.equals(LOST_AND_FOUND) && !isLeftover(name)) {
        throw new WalException(
            config.directory()
                + " is not empty and not a log: it holds "
                + name
                + ". Choose an empty directory");
      }
    }
    return false;
  }

  private static boolean isLeftover(String name) {
    return name.endsWith(Spares.SUFFIX);
  }

  /** Removes files that a crash left unfinished; none was ever part of the log. */
  static void removeLeftovers(WalConfig config) throws IOException {
    FileSystem fileSystem = config.fileSystem();
    for (String name : fileSystem.list(config.directory())) {
      if (isLeftover(name)) {
        fileSystem.delete(config.directory().resolve(name));
      }
    }
  }

  static AutoCloseable lock(WalConfig config) throws IOException {
    Path path = config.directory().resolve(LOCK);
    AutoCloseable lock = config.fileSystem().lock(path);
    if (lock == null) {
      throw new WalException(
          "another process (or this one) has opened the log in "
              + config.directory()
              + ". Stop it first; "
              + path
              + " names it");
    }
    return lock;
  }

  static void unlock(AutoCloseable lock) throws IOException {
    try {
      lock.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  static void warnIfShared(WalConfig config) throws IOException {
    if (!config.fileSystem().isPrivate(config.directory())) {
      LOG.warn(
          "Other users may read or write {}: entries are stored in clear. chmod 700 it",
          config.directory());
    }
  }

  static long incarnation(RandomGenerator random) {
    long incarnation = 0;
    while (incarnation == 0) {
      incarnation = random.nextLong();
    }
    return incarnation;
  }

  /** Refuses the log of another cluster or member; {@code expected} is null if any will do. */
  static void requireIdentity(WalConfig config, SegmentHeader header, LogIdentity expected)
      throws WalException {
    if (expected == null) {
      return;
    }
    if (header.clusterId() != expected.clusterId()) {
      throw new WalException(
          String.format(
              Locale.ROOT,
              "%s belongs to cluster %x, not to cluster %x. Point this member to its own"
                  + " directory, or to an empty one to start as a new member",
              config.directory(),
              header.clusterId(),
              expected.clusterId()));
    }
    if (header.memberId() != expected.member().id()) {
      throw new WalException(
          String.format(
              Locale.ROOT,
              "%s belongs to member %x, not to member %x. Point this member to its own directory,"
                  + " or to an empty one to start as a new member",
              config.directory(),
              header.memberId(),
              expected.member().id()));
    }
  }
}
