// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.fs.StorageFile;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A file system in memory that tells durable from written: {@link #crash} takes away what was not
 * synced. Deterministic: no clock, and no chance but what is handed in.
 *
 * <p>May be used by several threads, one at a time.
 */
public final class SimulatedFileSystem implements FileSystem {
  /** The smallest unit that a power cut keeps or loses, unless told otherwise, in bytes. */
  public static final int DEFAULT_SECTOR_BYTES = 512;

  private final int sectorBytes;
  private final SimulatedNames names = new SimulatedNames();
  private final TreeSet<Path> locks = new TreeSet<>();
  private IoObserver observer = (operation, path, count) -> {};
  private long operations;

  /** Files opened in an earlier generation are dead. */
  private long generation;

  /** How many bytes one write takes at most. */
  private int maxWriteBytes = Integer.MAX_VALUE;

  /** An empty one. */
  public SimulatedFileSystem() {
    this(DEFAULT_SECTOR_BYTES);
  }

  /** An empty one whose disk writes sectors of this size, in bytes. */
  public SimulatedFileSystem(int sectorBytes) {
    this.sectorBytes = sectorBytes;
  }

  /** Whom to tell before each I/O; null for nobody. */
  public synchronized void observe(IoObserver newObserver) {
    observer = newObserver == null ? (operation, path, count) -> {} : newObserver;
  }

  /** From now on a single write takes at most this many bytes: a short write. */
  public synchronized void limitWrites(int bytes) {
    maxWriteBytes = bytes;
  }

  /** How many I/Os there have been. */
  public synchronized long operations() {
    return operations;
  }

  /**
   * The power goes out and comes back. Open files are dead, locks are gone, and what was not synced
   * is lost as {@code mode} says.
   */
  public synchronized void crash(CrashMode mode, RandomGenerator random) {
    generation++;
    locks.clear();
    if (mode != CrashMode.KEEP_ALL) {
      names.crash(mode, random, sectorBytes);
    }
  }

  /** What a file holds, for tests that look. */
  public synchronized byte[] bytes(Path file) {
    return require(file).live();
  }

  /** How many bytes of a file are not synced, for tests that look. */
  public synchronized long unsyncedBytes(Path file) {
    return require(file).pendingBytes();
  }

  /** Changes one bit of a file, on the disk and in the cache, as a failing disk does. */
  public synchronized void flipBit(Path file, long bit) {
    require(file).flipBit(bit);
  }

  /** Replaces a file's content, durably. */
  public synchronized void replace(Path file, byte[] content) {
    require(file).replace(content);
  }

  /** Puts a file there, durably. */
  public synchronized void plant(Path file, byte[] content) {
    Path path = normal(file);
    SimulatedFile planted = new SimulatedFile();
    planted.replace(content);
    names.plant(path, planted);
  }

  /** Removes a file, durably. */
  public synchronized void remove(Path file) {
    require(file);
    names.plant(normal(file), null);
  }

  /** A copy of what is on the disk and in the cache, with nobody's files open. */
  public synchronized SimulatedFileSystem copy() {
    SimulatedFileSystem copy = new SimulatedFileSystem(sectorBytes);
    copy.names.copyFrom(names);
    return copy;
  }

  private SimulatedFile require(Path file) {
    SimulatedFile found = names.file(normal(file));
    if (found == null) {
      throw new IllegalArgumentException("there is no file " + file);
    }
    return found;
  }

  private static Path normal(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private void before(Operation operation, Path path) throws IOException {
    operations++;
    observer.before(operation, path, operations);
  }

  @Override
  public synchronized boolean exists(Path path) {
    return names.contains(normal(path));
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    Path path = normal(directory);
    if (names.isDirectory(path)) {
      return;
    }
    if (names.contains(path)) {
      throw new FileAlreadyExistsException(path + " is a file");
    }
    before(Operation.MAKE_DIRECTORY, path);
    if (path.getParent() != null) {
      createDirectories(path.getParent());
    }
    names.makeDirectory(path);
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    before(Operation.LIST, normal(directory));
    return names.list(normal(directory));
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    before(Operation.SYNC_DIRECTORY, normal(directory));
    names.sync(normal(directory));
  }

  @Override
  public synchronized StorageFile create(Path file) throws IOException {
    Path path = normal(file);
    before(Operation.CREATE, path);
    if (names.contains(path)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (!names.isDirectory(path.getParent())) {
      throw new FileNotFoundException("there is no directory " + path.getParent());
    }
    SimulatedFile created = new SimulatedFile();
    names.link(path, created);
    return new Handle(path, created, true, generation);
  }

  @Override
  public synchronized StorageFile open(Path file) throws IOException {
    return handle(file, true);
  }

  @Override
  public synchronized StorageFile openForReading(Path file) throws IOException {
    return handle(file, false);
  }

  private StorageFile handle(Path file, boolean writable) throws IOException {
    Path path = normal(file);
    before(Operation.OPEN, path);
    SimulatedFile found = names.file(path);
    if (found == null) {
      throw new FileNotFoundException("there is no file " + path);
    }
    return new Handle(path, found, writable, generation);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    Path source = normal(from);
    before(Operation.RENAME, source);
    SimulatedFile moved = names.file(source);
    if (moved == null) {
      throw new FileNotFoundException("there is no file " + source);
    }
    if (!Objects.equals(source.getParent(), normal(to).getParent())) {
      throw new IOException("not within one directory: " + from + " to " + to);
    }
    names.rename(source, normal(to));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    Path path = normal(file);
    before(Operation.DELETE, path);
    if (names.file(path) == null) {
      throw new FileNotFoundException("there is no file " + path);
    }
    names.unlink(path);
  }

  @Override
  public synchronized AutoCloseable lock(Path file) throws IOException {
    Path path = normal(file);
    if (!locks.add(path)) {
      return null;
    }
    if (names.file(path) == null) {
      create(path);
    }
    long taken = generation;
    return () -> release(path, taken);
  }

  private synchronized void release(Path path, long taken) {
    if (taken == generation) {
      locks.remove(path);
    }
  }

  @Override
  public boolean isPrivate(Path path) {
    return true;
  }

  /** An open file. */
  private final class Handle implements StorageFile {
    private final Path path;
    private final SimulatedFile file;
    private final boolean writable;
    private final long opened;
    private boolean closed;

    Handle(Path path, SimulatedFile file, boolean writable, long opened) {
      this.path = path;
      this.file = file;
      this.writable = writable;
      this.opened = opened;
    }

    private void before(Operation operation) throws IOException {
      if (closed || opened != generation) {
        throw new IOException(path + " is closed");
      }
      if (operation.isChange() && !writable) {
        throw new IOException(path + " is open for reading only");
      }
      SimulatedFileSystem.this.before(operation, path);
    }

    @Override
    public long size() {
      synchronized (SimulatedFileSystem.this) {
        return file.size();
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      synchronized (SimulatedFileSystem.this) {
        before(Operation.READ);
        return file.read(target, position);
      }
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      synchronized (SimulatedFileSystem.this) {
        before(Operation.WRITE);
        byte[] bytes = new byte[Math.min(source.remaining(), maxWriteBytes)];
        source.get(bytes);
        file.write(bytes, position);
        return bytes.length;
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (SimulatedFileSystem.this) {
        before(Operation.TRUNCATE);
        file.truncate(size);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (SimulatedFileSystem.this) {
        before(Operation.FORCE);
        file.force();
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
