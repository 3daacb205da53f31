// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.wal.fs.RehearsalFileSystem;
import dev.balsa.raft.wal.inspect.LogRecord;
import dev.balsa.raft.wal.inspect.LogReport;
import dev.balsa.raft.wal.inspect.SnapshotReport;
import dev.balsa.raft.wal.inspect.StartForecast;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at a log that nobody has open, and changes nothing: what is in it, what of it is damaged,
 * and what a start would make of it. For one thread.
 */
public final class LogInspector {
  private final WalConfig config;

  /** Looks at the log in the configured directory. */
  public LogInspector(WalConfig config) {
    this.config = config;
  }

  /**
   * Reads everything and compares every byte with its checksum. Takes as long as a start, and as
   * much again.
   *
   * @throws WalException if there is no log, its segments are gone, or a process has it open
   */
  public LogReport inspect() throws IOException {
    return whileNobodyWrites(
        () -> {
          StartForecast forecast = forecast();
          Survey survey = new Survey(config, false, record -> {});
          survey.run(forecast.opens());
          return new LogReport(
              config.directory(),
              identity(survey),
              survey.segments(),
              survey.groups(),
              snapshots(survey.newest()),
              survey.damage(),
              forecast);
        });
  }

  /**
   * Shows every intact record with its payload, in the order of the log, also those that stand
   * after damage.
   *
   * @throws WalException as {@link #inspect}
   */
  public void forEachRecord(Consumer<LogRecord> sink) throws IOException {
    whileNobodyWrites(
        () -> {
          new Survey(config, true, sink).run(false);
          return null;
        });
  }

  private interface Look<T> {
    T take() throws IOException;
  }

  private <T> T whileNobodyWrites(Look<T> look) throws IOException {
    if (!DataDirectory.isFormatted(config)) {
      throw new WalException("there is no log in " + config.directory() + ". Correct the path");
    }
    // Without the file nobody has ever had the log open, and none is made where nothing is to be.
    boolean isLockable = config.fileSystem().exists(config.directory().resolve(DataDirectory.LOCK));
    AutoCloseable lock = isLockable ? DataDirectory.lock(config) : () -> {};
    try {
      return look.take();
    } finally {
      DataDirectory.unlock(lock);
    }
  }

  /** Opens the log as a start would, over files whose changes are forgotten. */
  private StartForecast forecast() throws IOException {
    try (Wal wal = Wal.open(rehearsal())) {
      return new StartForecast(true, wal.trimmedBytes(), "");
    } catch (WalException e) {
      return new StartForecast(false, 0, e.getMessage());
    }
  }

  private WalConfig rehearsal() {
    return WalConfig.of(config.directory(), new RehearsalFileSystem(config.fileSystem()))
        .withSpareExecutor(task -> {});
  }

  private static LogIdentity identity(Survey survey) {
    SegmentHeader header = survey.newest();
    if (header == null) {
      return null;
    }
    MemberId member = new MemberId(header.memberId(), header.incarnation());
    return new LogIdentity(header.clusterId(), member, survey.bootEpoch());
  }

  private List<SnapshotReport> snapshots(SegmentHeader newest) throws IOException {
    Path directory = config.directory().resolve(DataDirectory.SNAPSHOTS);
    SnapshotFiles files = new SnapshotFiles(rehearsal());
    if (newest != null) {
      files.open(newest);
    }
    List<SnapshotReport> reports = new ArrayList<>();
    for (String name : config.fileSystem().list(directory)) {
      Path path = directory.resolve(name);
      boolean finished = SnapshotFiles.isFinishedName(name);
      String problem = finished && newest != null ? files.problemOf(path) : "";
      try (var file = config.fileSystem().openForReading(path)) {
        reports.add(new SnapshotReport(path, file.size(), finished, problem));
      }
    }
    return reports;
  }
}
