// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.rejoin;

import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.WalConfig;
import dev.balsa.raft.wal.WalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * A data directory that cannot be used any more: what is wrong with it, and what takes its place.
 */
final class LostDirectory {
  private final Path directory;

  LostDirectory(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  Path path() {
    return directory;
  }

  /** Whether there is something to be moved aside. */
  boolean holdsSomething() throws RejoinException {
    if (!Files.exists(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      throw new RejoinException("cannot look into " + directory + ": " + e, e);
    }
  }

  /**
   * What is wrong with it, tried as a start would; null if it is intact.
   *
   * @throws RejoinException if it is no data directory, or in use, or may not be read
   */
  String damage() throws RejoinException {
    if (!holdsSomething()) {
      return directory + " is empty";
    }
    try {
      if (!Wal.isFormatted(WalConfig.of(directory))) {
        return directory + " holds no log";
      }
      Wal.open(directory).close();
      return null;
    } catch (IOException e) {
      if (e instanceof WalException log && log.isDamage()) {
        return e.getMessage();
      }
      throw new RejoinException(
          e.getMessage()
              + ". That is no damage, and nothing was changed; if the directory is lost all the same,"
              + " move it elsewhere by hand, and run this again",
          e);
    }
  }

  /** Where it will be moved: the first name of its kind that is free. */
  Path refuge() {
    int number = 1;
    while (Files.exists(refuge(number))) {
      number++;
    }
    return refuge(number);
  }

  private Path refuge(int number) {
    return directory.resolveSibling(directory.getFileName() + ".damaged-" + number);
  }

  void moveTo(Path refuge) throws RejoinException {
    try {
      Files.move(directory, refuge);
    } catch (IOException e) {
      throw new RejoinException(
          "cannot move "
              + directory
              + " to "
              + refuge
              + " ("
              + e
              + "); nothing was changed. If a file system is mounted there, or its parent is not"
              + " writable, move what is in it elsewhere by hand, and run this again",
          e);
    }
  }

  /**
   * Makes an empty one for this member, for the same user as the old one: who runs this may be
   * another than who runs the member.
   *
   * @param old the one that was there; null if there was none
   */
  void makeAnew(long clusterId, long memberId, Path old) throws RejoinException {
    try {
      Wal.in(directory).format(clusterId, memberId);
      if (old != null) {
        copyOwner(old);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new RejoinException(
          "the cluster has the new member, but its data directory "
              + directory
              + " could not be made ready: "
              + e
              + ". See to that, and run this again",
          e);
    }
  }

  private void copyOwner(Path old) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(old, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    PosixFileAttributes wanted = view.readAttributes();
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(directory)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      PosixFileAttributeView made = Files.getFileAttributeView(path, PosixFileAttributeView.class);
      PosixFileAttributes own = made.readAttributes();
      if (!own.owner().equals(wanted.owner())) {
        made.setOwner(wanted.owner());
      }
      if (!own.group().equals(wanted.group())) {
        made.setGroup(wanted.group());
      }
    }
    Files.setPosixFilePermissions(directory, wanted.permissions());
  }
}
