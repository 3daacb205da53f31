// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.fs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The operating system's files. */
final class RealFileSystem implements FileSystem {
  private static final Set<PosixFilePermission> FOR_OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final Set<OpenOption> LOCK_FILE =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

  private static final int MAX_HEAP_READ_BYTES = 1 << 20;

  private static final RealFileSystem INSTANCE = new RealFileSystem();

  /** What this process has locked: the operating system tells processes apart, not their parts. */
  private final Set<Path> lockedHere = ConcurrentHashMap.newKeySet();

  private RealFileSystem() {}

  static FileSystem instance() {
    requireSyncableDirectories(System.getProperty("os.name", ""));
    return INSTANCE;
  }

  static void requireSyncableDirectories(String operatingSystem) {
    if (operatingSystem.toLowerCase(Locale.ROOT).startsWith("windows")) {
      throw new UnsupportedOperationException(
          "the write-ahead log does not run on "
              + operatingSystem
              + ": a directory cannot be synced there, so a file may vanish in a power cut."
              + " Use Linux or macOS");
    }
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Path parent = directory.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      createDirectories(parent);
      Files.createDirectory(directory, PRIVATE_DIRECTORY);
      syncDirectory(parent);
      return;
    }
    try {
      // A process may have died between making it and syncing its parent. Were that not made up
      // for,
      // a power cut could take the directory, with all that was synced in it.
      syncDirectory(parent);
    } catch (AccessDeniedException e) {
      // Then it was made by somebody who may write there, not by this user's earlier process.
    }
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public StorageFile create(Path file) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new ChannelFile(FileChannel.open(file, options, PRIVATE_FILE));
  }

  @Override
  public StorageFile open(Path file) throws IOException {
    return opened(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public StorageFile openForReading(Path file) throws IOException {
    return opened(file, StandardOpenOption.READ);
  }

  private static StorageFile opened(Path file, OpenOption... options) throws IOException {
    try {
      return new ChannelFile(FileChannel.open(file, options));
    } catch (NoSuchFileException e) {
      FileNotFoundException missing = new FileNotFoundException("there is no file " + file);
      missing.initCause(e);
      throw missing;
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.delete(file);
  }

  @Override
  public AutoCloseable lock(Path file) throws IOException {
    Path name = realPath(file);
    // Asked first, because merely opening and closing the file a second time would release the lock
    // that this process holds on it.
    if (!lockedHere.add(name)) {
      return null;
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, LOCK_FILE, PRIVATE_FILE);
      if (channel.tryLock() != null) {
        // For the operator who looks; nothing depends on it.
        channel.truncate(0);
        String holder = "process " + ProcessHandle.current().pid() + "\n";
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
        FileChannel held = channel;
        channel = null;
        return () -> {
          held.close();
          lockedHere.remove(name);
        };
      }
    } finally {
      if (channel != null) {
        channel.close();
        lockedHere.remove(name);
      }
    }
    return null;
  }

  /** One name for a file, whichever symbolic links lead to its directory. */
  private static Path realPath(Path file) throws IOException {
    return file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
  }

  @Override
  public boolean isPrivate(Path path) throws IOException {
    for (PosixFilePermission permission : Files.getPosixFilePermissions(path)) {
      if (FOR_OTHERS.contains(permission)) {
        return false;
      }
    }
    return true;
  }

  /** A file by its channel. */
  private record ChannelFile(FileChannel channel) implements StorageFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (target.isDirect() || target.remaining() <= MAX_HEAP_READ_BYTES) {
        return channel.read(target, position);
      }
      // The JDK reads into a direct buffer as long as the target and keeps it for the thread.
      ByteBuffer part = target.duplicate();
      part.limit(part.position() + MAX_HEAP_READ_BYTES);
      int count = channel.read(part, position);
      target.position(target.position() + Math.max(0, count));
      return count;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      return channel.write(source, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
