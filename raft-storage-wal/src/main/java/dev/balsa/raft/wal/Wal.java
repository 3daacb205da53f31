// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogDirectory;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The write-ahead log: a {@link LogEngine} on disk. Many groups share one stream of batches; a
 * batch costs one write and one sync, whatever it holds. The bytes are described in {@code
 * docs/wal-format.md}.
 *
 * <p><b>Opening</b> reads and verifies everything. A write that a crash cut short is removed; any
 * other damage stops the opening with a {@link WalException} that says where and what to do,
 * because a log that opened with less than was acknowledged would make the cluster forget.
 *
 * <p><b>Failing.</b> After a failed write or sync nobody knows what is on the disk, and a second
 * sync would claim success over pages that the first one lost. So the first failure is final: every
 * later write throws. Open the directory anew to learn what is there.
 *
 * <p><b>Threads</b> as {@link LogEngine} says. This class makes none; segments are written ahead by
 * the executor in {@link WalConfig}.
 */
public final class Wal implements LogEngine {
  private final WalConfig config;
  private final AutoCloseable lock;
  private final SegmentUsage usage = new SegmentUsage();
  private final Groups groups = new Groups(usage);
  private final SegmentTable segments = new SegmentTable();
  private final Spares spares;
  private final IoQueue io = new IoQueue();
  private final SegmentWriter writer;
  private final GroupRecords records;
  private final WriteProgress progress;
  private final SnapshotFiles snapshots;
  private final EntryReader reader;
  private LogIdentity identity;
  private long trimmedBytes;
  private Throwable failure;
  private boolean closed;

  /** A write has been submitted and has not ended. */
  private boolean underWay;

  private final Submission submission = this::advance;

  private Wal(WalConfig config, AutoCloseable lock) {
    config.requireConsistent();
    this.config = config;
    this.lock = lock;
    this.spares = new Spares(config);
    this.writer = new SegmentWriter(config, segments, usage, spares, groups, io);
    this.records = new GroupRecords(config, writer);
    this.reader = new EntryReader(segments);
    EntryMover mover = new EntryMover(config, groups, segments, usage, reader, writer);
    this.progress =
        new WriteProgress(config, groups, records, writer, mover, segments, usage, spares, io);
    this.snapshots = new SnapshotFiles(config);
  }

  /**
   * Whether a log is here. False for a directory that is absent or empty.
   *
   * @throws WalException if this is neither: something is here, but it is not a whole log
   */
  public static boolean isFormatted(WalConfig config) throws IOException {
    return DataDirectory.isFormatted(config);
  }

  /**
   * Makes an empty directory the log of this member. Durable on return.
   *
   * @param clusterId the cluster's id
   * @param memberId the member's id, not 0
   * @param random gives the incarnation
   * @throws WalException if the directory is not empty
   */
  public static void format(WalConfig config, long clusterId, long memberId, RandomGenerator random)
      throws IOException {
    MemberId member = new MemberId(memberId, DataDirectory.incarnation(random));
    config.fileSystem().createDirectories(config.directory());
    AutoCloseable lock = DataDirectory.lock(config);
    Wal wal = new Wal(config, lock);
    try {
      if (DataDirectory.isFormatted(config)) {
        throw new WalException(
            config.directory()
                + " holds a log already; it is not formatted again. Open it, or choose an empty"
                + " directory");
      }
      DataDirectory.removeLeftovers(config);
      wal.writer.startFirst(
          new SegmentHeader(
              config.sectorBytes(),
              clusterId,
              member.id(),
              member.incarnation(),
              1,
              0,
              0,
              0,
              0,
              1,
              0));
      wal.io.performAll();
    } finally {
      wal.release();
    }
  }

  /** This directory of the real file system: for whoever is told only later what to make of it. */
  public static LogDirectory in(Path directory) {
    return in(WalConfig.of(directory), Surroundings.chance());
  }

  /**
   * This directory: for whoever is told only later what to make of it.
   *
   * @param random gives the incarnation of a new log
   */
  public static LogDirectory in(WalConfig config, RandomGenerator random) {
    return new WalDirectory(config, random);
  }

  /** Opens the log in this directory of the real file system. */
  public static Wal open(Path directory) throws IOException {
    return open(WalConfig.of(directory));
  }

  /**
   * Opens a log: reads all of it, and counts the start durably.
   *
   * @throws WalException if there is none, another process has it, or it is not intact
   */
  public static Wal open(WalConfig config) throws IOException {
    return open(config, null);
  }

  /** Opens this member's log in this directory of the real file system; makes it if need be. */
  public static Wal openOrFormat(Path directory, long clusterId, long memberId) throws IOException {
    return openOrFormat(WalConfig.of(directory), clusterId, memberId, Surroundings.chance());
  }

  /**
   * Opens this member's log; makes it if the directory is absent or empty.
   *
   * @param clusterId the cluster's id
   * @param memberId the member's id, not 0
   * @param random gives the incarnation of a new one
   * @throws WalException also if the log is another cluster's or member's
   */
  public static Wal openOrFormat(
      WalConfig config, long clusterId, long memberId, RandomGenerator random) throws IOException {
    if (!isFormatted(config)) {
      format(config, clusterId, memberId, random);
    }
    return open(config, new LogIdentity(clusterId, new MemberId(memberId, 0), 0));
  }

  private static Wal open(WalConfig config, LogIdentity expected) throws IOException {
    if (!isFormatted(config)) {
      throw new WalException(
          "there is no log in " + config.directory() + ". Format it first, or correct the path");
    }
    Wal wal = new Wal(config, DataDirectory.lock(config));
    boolean opened = false;
    try {
      wal.recoverAll(expected);
      opened = true;
      return wal;
    } finally {
      if (!opened) {
        wal.release();
      }
    }
  }

  private void recoverAll(LogIdentity expected) throws IOException {
    Recovery recovery = new Recovery(config, segments, usage, groups);
    List<Segment> found = recovery.readHeaders();
    SegmentHeader newest = found.get(found.size() - 1).header();
    DataDirectory.requireIdentity(config, newest, expected);
    DataDirectory.warnIfShared(config);
    DataDirectory.removeLeftovers(config);
    recovery.recover(found, writer);
    trimmedBytes = recovery.trimmedBytes();
    snapshots.open(newest);
    long bootEpoch = groups.bootEpoch() + 1;
    groups.bootEpoch(bootEpoch);
    writer.batchFor(0).add(RecordType.BOOT, 0, bootEpoch, 0, Payloads.NONE);
    flush();
    MemberId member = new MemberId(newest.memberId(), newest.incarnation());
    identity = new LogIdentity(newest.clusterId(), member, bootEpoch);
    spares.request();
  }

  @Override
  public LogIdentity identity() {
    return identity;
  }

  /** How many bytes of a write that a crash cut short were removed on opening. */
  public long trimmedBytes() {
    return trimmedBytes;
  }

  /**
   * How long all segments are together, in bytes: what the log takes on the disk but for spares.
   */
  long diskBytes() {
    return usage.diskBytes();
  }

  /** How much of {@link #diskBytes} is taken by entries that a group still holds, in bytes. */
  long neededBytes() {
    return usage.neededShare();
  }

  /** How many segment files there are. */
  public int segmentCount() {
    return segments.size();
  }

  /**
   * Whether the segment after this one could not be made: the disk is full, or failing. The log can
   * still be written until the current segment is.
   */
  @Override
  public boolean isStorageFull() {
    return spares.failed();
  }

  /** Tries again to make the next segment. */
  @Override
  public void retryStorage() {
    spares.request();
  }

  @Override
  public RecoveredLog recover(long group) throws IOException {
    GroupLog found = groups.get(group);
    return found == null ? null : found.recovered();
  }

  @Override
  public void bootstrap(long group, SnapshotMetadata snapshot) throws IOException {
    requireWritable();
    requireIdle();
    if (groups.get(group) != null) {
      throw new WalException("group " + group + " exists already in " + config.directory());
    }
    writing(
        () -> {
          byte[] payload = Payloads.ofSnapshot(snapshot);
          EntryId id = snapshot.id();
          writer
              .batchFor(payload.length)
              .add(RecordType.BOOTSTRAP, group, id.index(), id.term(), payload);
          groups.begin(group, snapshot);
          flush();
        });
  }

  @Override
  public void write(List<GroupWrite> writes) throws IOException {
    Submission submission = submit(writes);
    boolean done = false;
    while (!done) {
      done = submission.advance();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A step is one write to a file, one sync, or one change in the directory.
   */
  @Override
  public Submission submit(List<GroupWrite> writes) throws IOException {
    requireWritable();
    requireIdle();
    underWay = true;
    progress.begin(writes);
    return submission;
  }

  private boolean advance() throws IOException {
    requireWritable();
    writing(() -> underWay = !progress.advance());
    return !underWay;
  }

  private void requireIdle() {
    if (underWay) {
      throw new IllegalStateException("the write before this one has not ended");
    }
  }

  /** Makes everything durable that was added. */
  private void flush() throws IOException {
    writer.flush();
    io.performAll();
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Whatever goes wrong while writing is final. */
  private void writing(Action action) throws IOException {
    boolean done = false;
    Throwable cause = null;
    try {
      action.run();
      done = true;
    } catch (IOException | RuntimeException e) {
      cause = e;
      throw e instanceof WalException known
          ? known
          : new WalException("cannot write to the log in " + config.directory() + ": " + e, e);
    } finally {
      if (!done) {
        // Were a later write let through, it could succeed over a hole, and what it acknowledges
        // would be lost with everything after the hole.
        failure = cause == null ? new IOException("interrupted by an error") : cause;
      }
    }
  }

  private void requireWritable() throws WalException {
    if (failure != null) {
      throw new WalException(
          "the log in "
              + config.directory()
              + " takes no writes since one failed; restart the member to read what is there",
          failure);
    }
    if (closed) {
      throw new WalException("the log in " + config.directory() + " is closed");
    }
  }

  @Override
  public List<Entry> read(long group, IndexRange range, int maxBytes) throws IOException {
    GroupLog found = groups.get(group);
    if (found == null) {
      throw new WalException("group " + group + " is not in " + config.directory());
    }
    return reader.read(group, found.places(range, maxBytes, writer.durablePosition()));
  }

  @Override
  public SnapshotStore snapshots() {
    return snapshots;
  }

  /**
   * Closes the log. A commit index that waits for the next write is written first; of a write that
   * has not ended, nothing more is written.
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try {
      if (failure == null && !underWay) {
        writing(this::writeWaitingHardStates);
      }
    } finally {
      release();
    }
  }

  private void writeWaitingHardStates() throws IOException {
    for (Map.Entry<Long, GroupLog> group : groups.all().entrySet()) {
      if (group.getValue().hardStateWaits()) {
        records.add(group.getKey(), group.getValue(), Persist.NOTHING, true);
      }
    }
    flush();
  }

  private void release() throws IOException {
    closed = true;
    spares.close();
    try {
      writer.close();
      segments.close();
      snapshots.close();
    } finally {
      DataDirectory.unlock(lock);
    }
  }
}
