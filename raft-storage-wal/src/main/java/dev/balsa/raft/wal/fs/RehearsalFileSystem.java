// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.fs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Another file system as if it could be written: everything is read from there, and every change
 * stays in memory and is forgotten with this object. What a program would do to its files can so be
 * tried without touching them.
 *
 * <p>A file that is written to is held in memory whole. For one thread.
 */
public final class RehearsalFileSystem implements FileSystem {
  private final FileSystem original;

  /** Files that were made or changed here. */
  private final TreeMap<Path, Content> changed = new TreeMap<>();

  private final TreeSet<Path> removed = new TreeSet<>();
  private final TreeSet<Path> directories = new TreeSet<>();

  /** Changes to {@code original} that it never learns of. */
  public RehearsalFileSystem(FileSystem original) {
    this.original = original;
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return changed.containsKey(path)
        || directories.contains(path)
        || !removed.contains(path) && original.exists(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (!original.exists(directory)) {
      directories.add(directory);
    }
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    TreeSet<String> names = new TreeSet<>(original.list(directory));
    removed.forEach(path -> forget(names, directory, path));
    for (Path path : changed.keySet()) {
      if (directory.equals(path.getParent())) {
        names.add(path.getFileName().toString());
      }
    }
    return new ArrayList<>(names);
  }

  private static void forget(TreeSet<String> names, Path directory, Path path) {
    if (directory.equals(path.getParent())) {
      names.remove(path.getFileName().toString());
    }
  }

  @Override
  public void syncDirectory(Path directory) {}

  @Override
  public StorageFile create(Path file) throws IOException {
    if (exists(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Content content = new Content(new byte[0], 0);
    changed.put(file, content);
    return new RehearsedFile(file, content, null);
  }

  @Override
  public StorageFile open(Path file) throws IOException {
    return openForReading(file);
  }

  @Override
  public StorageFile openForReading(Path file) throws IOException {
    Content content = changed.get(file);
    if (content != null) {
      return new RehearsedFile(file, content, null);
    }
    requirePresent(file);
    return new RehearsedFile(file, null, original.openForReading(file));
  }

  private void requirePresent(Path file) throws IOException {
    if (!exists(file)) {
      throw new FileNotFoundException("there is no file " + file);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    requirePresent(from);
    Content content = changed.remove(from);
    if (content == null) {
      try (StorageFile file = original.openForReading(from)) {
        content = contentOf(file);
      }
    }
    removed.add(from);
    changed.put(to, content);
  }

  @Override
  public void delete(Path file) throws IOException {
    requirePresent(file);
    changed.remove(file);
    removed.add(file);
  }

  /** Nothing is locked: nothing is changed. */
  @Override
  public AutoCloseable lock(Path file) {
    return () -> {};
  }

  @Override
  public boolean isPrivate(Path path) throws IOException {
    return !original.exists(path) || original.isPrivate(path);
  }

  private static Content contentOf(StorageFile file) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(file.size())];
    ByteBuffer target = ByteBuffer.wrap(bytes);
    file.readFully(target, 0);
    return new Content(bytes, target.position());
  }

  /** The bytes of a file in memory. */
  private static final class Content {
    private byte[] bytes;
    private int size;

    Content(byte[] bytes, int size) {
      this.bytes = bytes;
      this.size = size;
    }

    int read(ByteBuffer target, long position) {
      if (position >= size) {
        return -1;
      }
      int count = (int) Math.min(target.remaining(), size - position);
      target.put(bytes, (int) position, count);
      return count;
    }

    int write(ByteBuffer source, long position) {
      int count = source.remaining();
      int end = Math.toIntExact(position + count);
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
      }
      source.get(bytes, (int) position, count);
      size = Math.max(size, end);
      return count;
    }

    void truncate(long newSize) {
      if (newSize < size) {
        Arrays.fill(bytes, (int) newSize, size, (byte) 0);
        size = (int) newSize;
      }
    }
  }

  /** A file that is read where it is until it is written to for the first time. */
  private final class RehearsedFile implements StorageFile {
    private final Path path;
    private final StorageFile source;
    private Content content;

    RehearsedFile(Path path, Content content, StorageFile source) {
      this.path = path;
      this.content = content;
      this.source = source;
    }

    private Content written() {
      return content == null && source != null ? changed.get(path) : content;
    }

    private Content forWriting() throws IOException {
      content = written();
      if (content == null) {
        content = contentOf(source);
        changed.put(path, content);
      }
      return content;
    }

    @Override
    public long size() throws IOException {
      Content written = written();
      return written == null ? source.size() : written.size;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      Content written = written();
      return written == null ? source.read(target, position) : written.read(target, position);
    }

    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
      return forWriting().write(bytes, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      forWriting().truncate(size);
    }

    @Override
    public void force() {}

    @Override
    public void close() throws IOException {
      if (source != null) {
        source.close();
      }
    }
  }
}
