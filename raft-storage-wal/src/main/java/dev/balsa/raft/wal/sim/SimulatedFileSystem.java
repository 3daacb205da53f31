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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A file system in memory that tells durable from written, and does what disks do on bad days: it
 * loses what was not synced, fails, fills up, rots and lies.
 *
 * <pre>{@code
 * SimulatedFileSystem disk = new SimulatedFileSystem();
 * Wal wal = Wal.openOrFormat(WalConfig.of(Path.of("/data"), disk), 1, 1, new Random(1));
 * ...
 * disk.observe((operation, path, count) -> {         // the fifth I/O fails
 *   if (count == 5) throw new IOException("Input/output error");
 * });
 * ...
 * disk.crash(CrashMode.KEEP_SUBSET, new Random(2));  // power cut: open files are dead
 * Wal.open(config);                                  // what does it make of the rest?
 * }</pre>
 *
 * <p>Deterministic: no clock, and no chance but what is handed in. {@link #copy} is cheap, so that
 * one disk can be brought to many ends.
 *
 * <p>May be used by several threads.
 */
public final class SimulatedFileSystem implements FileSystem {
  /** The smallest unit that a power cut keeps or loses, unless told otherwise, in bytes. */
  public static final int DEFAULT_SECTOR_BYTES = 512;

  private static final IoObserver NOBODY = (operation, path, count) -> {};

  private final int sectorBytes;
  private final SimulatedNames names = new SimulatedNames();
  private final Unsynced unsynced = new Unsynced();
  private final TreeSet<Path> locks = new TreeSet<>();
  private volatile IoObserver observer = NOBODY;
  private long operations;

  /** Files opened in an earlier generation are dead. */
  private long generation;

  private int maxWriteBytes = Integer.MAX_VALUE;
  private long capacityBytes = Long.MAX_VALUE;
  private boolean ignoresSyncs;

  /** Where the next write to some file ends up instead; null if it goes where it should. */
  private Misdirection misdirection;

  private record Misdirection(SimulatedFile file, SimulatedFile instead, int position) {}

  /** An empty one. */
  public SimulatedFileSystem() {
    this(DEFAULT_SECTOR_BYTES);
  }

  /** An empty one whose disk writes sectors of this size, in bytes. */
  public SimulatedFileSystem(int sectorBytes) {
    this.sectorBytes = sectorBytes;
  }

  /** Whom to tell before each I/O; null for nobody. */
  public void observe(IoObserver newObserver) {
    observer = newObserver == null ? NOBODY : newObserver;
  }

  /** How many I/Os there have been. */
  public synchronized long operations() {
    return operations;
  }

  /** From now on a single write takes at most this many bytes: a short write. */
  public synchronized void limitWrites(int bytes) {
    maxWriteBytes = bytes;
  }

  /**
   * How much room there is for all files together, in bytes. A write that does not fit is a short
   * write, and one of which nothing fits fails. Room returns when files are deleted or cut.
   */
  public synchronized void limitCapacity(long bytes) {
    capacityBytes = bytes;
  }

  /** How many bytes all files take up together. */
  public synchronized long usedBytes() {
    long used = 0;
    for (Object node : names.nodes()) {
      used += node instanceof SimulatedFile file ? file.size() : 0;
    }
    return used;
  }

  /**
   * Whether the disk lies: from now on syncs of files succeed and make nothing durable. What they
   * should have is not durable before the next honest sync.
   */
  public synchronized void ignoreSyncs(boolean ignores) {
    ignoresSyncs = ignores;
  }

  /**
   * The power goes out and comes back. Open files are dead, locks are gone, and what was not synced
   * is lost as {@code mode} says.
   */
  public synchronized void crash(CrashMode mode, RandomGenerator random) {
    if (mode == CrashMode.KEEP_ALL) {
      endGeneration();
    } else {
      crash(mode.survivors(random));
    }
  }

  /**
   * The power goes out and comes back, and of what was not synced stays what {@code survivors} say.
   */
  public synchronized void crash(Survivors survivors) {
    endGeneration();
    unsynced.crash(sectorBytes, survivors, names);
    names.crash();
  }

  private void endGeneration() {
    generation++;
    locks.clear();
    misdirection = null;
  }

  /** Everything that a power cut could take, in pieces and in the order in which it was made. */
  public synchronized List<UnsyncedChange> unsynced() {
    return unsynced.pieces(sectorBytes);
  }

  /** How many bytes of a file are not synced. */
  public synchronized long unsyncedBytes(Path file) {
    return unsynced.bytesOf(require(file));
  }

  /**
   * The cache forgets what it need not write: from now on reads tell what is on the disk, also
   * where a sync has failed, or a write has gone elsewhere.
   */
  public synchronized void dropCaches() {
    for (Object node : names.nodes()) {
      if (node instanceof SimulatedFile file) {
        file.dropCache();
      }
    }
    unsynced.rewriteCaches();
  }

  /** What a file holds, as a reader sees it. */
  public synchronized byte[] bytes(Path file) {
    return require(file).content();
  }

  /** Changes one bit of a file, on the disk and in the cache: bit rot. */
  public synchronized void flipBit(Path file, long bit) {
    require(file).flipBit(bit);
  }

  /**
   * The sectors that hold these bytes of a file cannot be read any more, until they are written: a
   * latent sector error.
   */
  public synchronized void makeUnreadable(Path file, long position, int bytes) {
    int from = Math.toIntExact(position / sectorBytes * sectorBytes);
    int to = Math.toIntExact((position + bytes + sectorBytes - 1) / sectorBytes * sectorBytes);
    require(file).makeUnreadable(from, to);
  }

  /**
   * The next write to {@code file} reports success and goes to another place, durably: there it
   * overwrites what is there. The cache has it in the right place until a crash, or {@link
   * #dropCaches}.
   *
   * @param instead the other file, which may be the same
   * @param position where in it, in bytes
   */
  public synchronized void misdirectNextWrite(Path file, Path instead, long position) {
    misdirection = new Misdirection(require(file), require(instead), Math.toIntExact(position));
  }

  /** Replaces a file's content, durably. */
  public synchronized void replace(Path file, byte[] content) {
    SimulatedFile found = require(file);
    unsynced.forget(found);
    found.replace(content);
  }

  /** Puts a file there, and the directories above it, durably. */
  public synchronized void plant(Path file, byte[] content) {
    Path path = normal(file);
    for (Path above = path.getParent(); above.getParent() != null; above = above.getParent()) {
      changeDurably(new NameChange(above.getParent(), null, above, SimulatedNames.DIRECTORY));
    }
    SimulatedFile planted = new SimulatedFile();
    planted.replace(content);
    changeDurably(new NameChange(path.getParent(), null, path, planted));
  }

  /** Removes a file, durably. */
  public synchronized void remove(Path file) {
    require(file);
    Path path = normal(file);
    changeDurably(new NameChange(path.getParent(), path, null, null));
  }

  private void changeDurably(NameChange change) {
    names.change(change);
    names.makeDurable(change);
  }

  /**
   * A copy of what is on the disk and in the cache, in good health and with nobody's files open.
   */
  public synchronized SimulatedFileSystem copy() {
    SimulatedFileSystem copy = new SimulatedFileSystem(sectorBytes);
    Map<Object, Object> copies = new IdentityHashMap<>();
    UnaryOperator<Object> copyOf =
        node ->
            node instanceof SimulatedFile file
                ? copies.computeIfAbsent(file, original -> file.copy())
                : node;
    copy.names.copyFrom(names, copyOf);
    copy.unsynced.copyFrom(unsynced, copyOf);
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
    long count;
    synchronized (this) {
      count = ++operations;
    }
    observer.before(operation, path, count);
  }

  @Override
  public synchronized boolean exists(Path path) {
    return names.contains(normal(path));
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Path path = normal(directory);
    if (path.getParent() == null) {
      return;
    }
    if (!isDirectory(path)) {
      createDirectories(path.getParent());
      before(Operation.MAKE_DIRECTORY, path);
      synchronized (this) {
        if (names.contains(path)) {
          throw new FileAlreadyExistsException(path.toString());
        }
        change(new NameChange(path.getParent(), null, path, SimulatedNames.DIRECTORY));
      }
    }
    syncDirectory(path.getParent());
  }

  private synchronized boolean isDirectory(Path path) {
    return names.isDirectory(path);
  }

  private void change(NameChange change) {
    names.change(change);
    unsynced.change(operations, change);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    Path path = normal(directory);
    before(Operation.LIST, path);
    synchronized (this) {
      return names.list(path);
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    Path path = normal(directory);
    before(Operation.SYNC_DIRECTORY, path);
    synchronized (this) {
      unsynced.sync(path, names);
    }
  }

  @Override
  public StorageFile create(Path file) throws IOException {
    Path path = normal(file);
    before(Operation.CREATE, path);
    synchronized (this) {
      if (names.contains(path)) {
        throw new FileAlreadyExistsException(path.toString());
      }
      if (!names.isDirectory(path.getParent())) {
        throw new FileNotFoundException("there is no directory " + path.getParent());
      }
      SimulatedFile created = new SimulatedFile();
      change(new NameChange(path.getParent(), null, path, created));
      return new Handle(path, created, true, generation);
    }
  }

  @Override
  public StorageFile open(Path file) throws IOException {
    return handle(file, true);
  }

  @Override
  public StorageFile openForReading(Path file) throws IOException {
    return handle(file, false);
  }

  private StorageFile handle(Path file, boolean writable) throws IOException {
    Path path = normal(file);
    before(Operation.OPEN, path);
    synchronized (this) {
      return new Handle(path, found(path), writable, generation);
    }
  }

  private SimulatedFile found(Path path) throws FileNotFoundException {
    SimulatedFile found = names.file(path);
    if (found == null) {
      throw new FileNotFoundException("there is no file " + path);
    }
    return found;
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Path source = normal(from);
    Path target = normal(to);
    before(Operation.RENAME, source);
    synchronized (this) {
      SimulatedFile moved = found(source);
      if (!Objects.equals(source.getParent(), target.getParent())) {
        throw new IOException("not within one directory: " + from + " to " + to);
      }
      change(new NameChange(source.getParent(), source, target, moved));
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    Path path = normal(file);
    before(Operation.DELETE, path);
    synchronized (this) {
      found(path);
      change(new NameChange(path.getParent(), path, null, null));
    }
  }

  @Override
  public AutoCloseable lock(Path file) throws IOException {
    Path path = normal(file);
    long taken;
    boolean absent;
    synchronized (this) {
      if (!locks.add(path)) {
        return null;
      }
      taken = generation;
      absent = names.file(path) == null;
    }
    boolean held = false;
    try {
      if (absent) {
        create(path).close();
      }
      held = true;
      return () -> release(path, taken);
    } finally {
      if (!held) {
        release(path, taken);
      }
    }
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
    private volatile boolean closed;

    Handle(Path path, SimulatedFile file, boolean writable, long opened) {
      this.path = path;
      this.file = file;
      this.writable = writable;
      this.opened = opened;
    }

    private void before(Operation operation) throws IOException {
      requireOpen();
      if (operation.isChange() && !writable) {
        throw new IOException(path + " is open for reading only");
      }
      SimulatedFileSystem.this.before(operation, path);
    }

    private void requireOpen() throws IOException {
      synchronized (SimulatedFileSystem.this) {
        if (closed || opened != generation) {
          throw new IOException(path + " is closed");
        }
      }
    }

    @Override
    public long size() {
      synchronized (SimulatedFileSystem.this) {
        return file.size();
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      before(Operation.READ);
      synchronized (SimulatedFileSystem.this) {
        return file.read(target, position);
      }
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      before(Operation.WRITE);
      synchronized (SimulatedFileSystem.this) {
        int at = Math.toIntExact(position);
        byte[] bytes = new byte[Math.min(Math.min(source.remaining(), maxWriteBytes), room(at))];
        if (bytes.length == 0 && source.hasRemaining()) {
          throw new IOException("No space left on device");
        }
        source.get(bytes);
        file.writeCached(bytes, at);
        if (misdirection != null && misdirection.file == file) {
          writeElsewhere(bytes);
        } else {
          unsynced.write(operations, file, path, at, bytes);
        }
        return bytes.length;
      }
    }

    /** How many bytes fit at this place: as many as are there, and as many as the disk has left. */
    private int room(int position) {
      if (capacityBytes == Long.MAX_VALUE) {
        return Integer.MAX_VALUE;
      }
      long there = Math.max(0, file.size() - position);
      long left = Math.max(0, capacityBytes - usedBytes());
      return (int) Math.min(Integer.MAX_VALUE, there + left);
    }

    private void writeElsewhere(byte[] bytes) {
      Misdirection to = misdirection;
      misdirection = null;
      to.instead.writeDurable(bytes, 0, to.position, bytes.length);
      if (to.instead != file) {
        to.instead.writeCached(bytes, to.position);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      before(Operation.TRUNCATE);
      synchronized (SimulatedFileSystem.this) {
        file.truncateCached((int) size);
        unsynced.cut(operations, file, path, (int) size);
      }
    }

    @Override
    public void force() throws IOException {
      requireOpen();
      try {
        before(Operation.FORCE);
      } catch (IOException e) {
        synchronized (SimulatedFileSystem.this) {
          unsynced.forget(file);
        }
        throw e;
      }
      synchronized (SimulatedFileSystem.this) {
        if (!ignoresSyncs) {
          unsynced.sync(file);
        }
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
