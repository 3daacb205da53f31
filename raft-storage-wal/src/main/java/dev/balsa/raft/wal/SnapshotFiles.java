// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots as files beside the log. One is written under a name of its own, synced, and only then
 * given its final name, so a final name always stands for a whole snapshot.
 *
 * <p>A finished file is read and compared with its digest once after each start, before it is
 * handed out; afterwards each chunk is verified as it is read. May be used by several threads.
 */
final class SnapshotFiles implements SnapshotStore {
  private static final String FINISHED = ".snap";
  private static final String BEING_TAKEN = ".new";
  private static final String BEING_RECEIVED = ".part";

  /** Group, index and term. */
  private static final Pattern FINISHED_NAME =
      Pattern.compile("(\\p{XDigit}{16})-(\\p{XDigit}{16})-(\\p{XDigit}{16})\\.snap");

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

  private final WalConfig config;
  private final FileSystem fileSystem;
  private final Path directory;
  private long clusterId;

  /** What has been read whole and found intact since the start. */
  private final TreeSet<Path> verified = new TreeSet<>();

  private final TreeMap<Path, Integer> readers = new TreeMap<>();

  /** Who writes to a file that has no final name yet. */
  private final Map<Path, SnapshotFileSink> sinks = new TreeMap<>();

  SnapshotFiles(WalConfig config) {
    this.config = config;
    this.fileSystem = config.fileSystem();
    this.directory = config.directory().resolve(DataDirectory.SNAPSHOTS);
  }

  /** Looks at what is there and removes what nobody can go on with. */
  synchronized void open(SegmentHeader log) throws IOException {
    clusterId = log.clusterId();
    fileSystem.createDirectories(directory);
    for (String name : fileSystem.list(directory)) {
      Path path = directory.resolve(name);
      boolean useless =
          name.endsWith(BEING_TAKEN) || name.endsWith(BEING_RECEIVED) && !isResumable(path);
      if (useless) {
        LOG.info("Removing {}: it was never finished", path);
        fileSystem.delete(path);
      }
    }
    fileSystem.syncDirectory(directory);
  }

  private boolean isResumable(Path path) throws IOException {
    try (StorageFile file = fileSystem.openForReading(path)) {
      SnapshotHeader header = SnapshotHeader.read(path, file);
      return header.announcedSize() >= 0
          && header.clusterId() == clusterId
          && path.equals(path(header.group(), header.snapshot().id(), BEING_RECEIVED));
    } catch (WalException e) {
      return false;
    }
  }

  private Path path(long group, EntryId id, String suffix) {
    return directory.resolve(
        String.format(Locale.ROOT, "%016x-%016x-%016x%s", group, id.index(), id.term(), suffix));
  }

  static boolean isFinishedName(String name) {
    return name.endsWith(FINISHED);
  }

  /** Reads a finished snapshot whole; says what is wrong with it, nothing if it is intact. */
  String problemOf(Path finished) throws IOException {
    Matcher name = FINISHED_NAME.matcher(finished.getFileName().toString());
    if (!name.matches()) {
      return "this is not a snapshot's name";
    }
    EntryId id = new EntryId(number(name.group(3)), number(name.group(2)));
    try {
      open(number(name.group(1)), id).close();
      return "";
    } catch (WalException e) {
      return e.getMessage();
    }
  }

  private static long number(String digits) {
    return Long.parseUnsignedLong(digits, 16);
  }

  @Override
  public synchronized Sink create(long group, SnapshotMetadata snapshot) throws IOException {
    Path path = path(group, snapshot.id(), BEING_TAKEN);
    closeSink(path);
    if (fileSystem.exists(path)) {
      fileSystem.delete(path);
    }
    SnapshotHeader header =
        new SnapshotHeader(config.snapshotChunkBytes(), clusterId, group, snapshot, -1, 0);
    return begin(path, header);
  }

  private Sink begin(Path path, SnapshotHeader header) throws IOException {
    SnapshotFileSink sink = SnapshotFileSink.begin(this, path, fileSystem.create(path), header);
    sinks.put(path, sink);
    return sink;
  }

  private void closeSink(Path path) throws IOException {
    SnapshotFileSink before = sinks.remove(path);
    if (before != null) {
      before.close();
    }
  }

  @Override
  public synchronized Sink receive(long group, SnapshotMetadata snapshot, long size, long digest)
      throws IOException {
    if (size < 0) {
      throw new WalException("a snapshot of " + size + " bytes was announced");
    }
    Path path = path(group, snapshot.id(), BEING_RECEIVED);
    removeOtherTransfers(group, path);
    closeSink(path);
    SnapshotHeader wanted =
        new SnapshotHeader(config.snapshotChunkBytes(), clusterId, group, snapshot, size, digest);
    if (fileSystem.exists(path)) {
      Sink resumed = maybeResume(path, wanted);
      if (resumed != null) {
        return resumed;
      }
      fileSystem.delete(path);
    }
    return begin(path, wanted);
  }

  private Sink maybeResume(Path path, SnapshotHeader wanted) throws IOException {
    StorageFile file = fileSystem.open(path);
    SnapshotFileSink sink = null;
    try {
      if (SnapshotHeader.read(path, file).isSameTransferAs(wanted)) {
        sink = SnapshotFileSink.resume(this, path, file, wanted);
        sinks.put(path, sink);
      }
    } catch (WalException e) {
      LOG.info("Receiving {} from its beginning: {}", path, e.getMessage());
    } finally {
      if (sink == null) {
        file.close();
      }
    }
    return sink;
  }

  /** A group receives one snapshot at a time; what is left of others takes up room for nothing. */
  private void removeOtherTransfers(long group, Path kept) throws IOException {
    String prefix = String.format(Locale.ROOT, "%016x-", group);
    for (String name : fileSystem.list(directory)) {
      Path path = directory.resolve(name);
      if (name.startsWith(prefix) && name.endsWith(BEING_RECEIVED) && !path.equals(kept)) {
        closeSink(path);
        fileSystem.delete(path);
      }
    }
  }

  /** The sink's file is whole and durable: give it its name. */
  synchronized void finished(SnapshotFileSink sink) throws IOException {
    sinks.remove(sink.path(), sink);
    SnapshotHeader header = sink.header();
    Path named = path(header.group(), header.snapshot().id(), FINISHED);
    fileSystem.rename(sink.path(), named);
    fileSystem.syncDirectory(directory);
    verified.remove(named);
  }

  /** A transfer ended before its end: what has arrived is kept for the next try. */
  synchronized void suspended(SnapshotFileSink sink) throws IOException {
    sinks.remove(sink.path(), sink);
    fileSystem.syncDirectory(directory);
  }

  synchronized void abandoned(SnapshotFileSink sink) throws IOException {
    sinks.remove(sink.path(), sink);
    fileSystem.delete(sink.path());
  }

  @Override
  public Source open(long group, EntryId id) throws IOException {
    Path path = path(group, id, FINISHED);
    SnapshotFileSource source;
    boolean known;
    synchronized (this) {
      if (!fileSystem.exists(path)) {
        return null;
      }
      source = source(path, fileSystem.openForReading(path));
      readers.merge(path, 1, Integer::sum);
      known = verified.contains(path);
    }
    boolean good = false;
    try {
      requireOf(source, group, id);
      if (!known) {
        source.verify();
        synchronized (this) {
          verified.add(path);
        }
      }
      good = true;
      return source;
    } finally {
      if (!good) {
        source.close();
      }
    }
  }

  private SnapshotFileSource source(Path path, StorageFile file) throws IOException {
    boolean opened = false;
    try {
      SnapshotFileSource source = new SnapshotFileSource(this, path, file);
      opened = true;
      return source;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private void requireOf(SnapshotFileSource source, long group, EntryId id) throws WalException {
    SnapshotHeader header = source.header();
    if (header.clusterId() != clusterId
        || header.group() != group
        || !header.snapshot().id().equals(id)) {
      throw SnapshotHeader.damaged(
          source.path(),
          "it is snapshot " + header.snapshot().id() + " of group " + header.group());
    }
  }

  synchronized void closed(SnapshotFileSource source) {
    readers.computeIfPresent(source.path(), (path, count) -> count == 1 ? null : count - 1);
  }

  @Override
  public synchronized void retainFrom(long group, EntryId id) throws IOException {
    String prefix = String.format(Locale.ROOT, "%016x-", group);
    String first = path(group, new EntryId(0, id.index()), FINISHED).getFileName().toString();
    List<Path> old = new ArrayList<>();
    for (String name : fileSystem.list(directory)) {
      if (name.startsWith(prefix) && name.endsWith(FINISHED) && name.compareTo(first) < 0) {
        old.add(directory.resolve(name));
      }
    }
    for (Path path : old) {
      if (!readers.containsKey(path)) {
        fileSystem.delete(path);
        verified.remove(path);
      }
    }
    fileSystem.syncDirectory(directory);
  }

  /** Leaves what is being received for the next start. */
  synchronized void close() throws IOException {
    for (SnapshotFileSink sink : List.copyOf(sinks.values())) {
      sink.close();
    }
  }
}
