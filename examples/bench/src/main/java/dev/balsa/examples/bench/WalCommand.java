// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the write-ahead log alone, on a real disk, beside what the disk gives. */
@Command(
    name = "wal",
    description = {
      "Appends to the write-ahead log, each with a sync: so many entries that wait together, in one"
          + " group or spread over many. Beside it, in turns, a plain loop that writes as many bytes"
          + " into blocks written before, and syncs.",
      "Then recovery: opening a log beside reading its files. The log is in the page cache."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Bench.Version.class)
final class WalCommand implements Callable<Integer> {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Where to write: on the disk that is to be measured. What is made there is removed again."
              + " Default: the directory for temporary files.")
  private Path directory;

  @Option(
      names = "--payload-bytes",
      split = ",",
      defaultValue = "256,4096",
      paramLabel = "BYTES",
      description = "Sizes of an entry's payload. Default: ${DEFAULT-VALUE}.")
  private List<Integer> payloadBytes;

  @Option(
      names = "--waiting",
      split = ",",
      defaultValue = "1,16,64,256,1000",
      paramLabel = "ENTRIES",
      description = "How many entries wait for each sync. Default: ${DEFAULT-VALUE}.")
  private List<Integer> waiting;

  @Option(
      names = "--groups",
      split = ",",
      defaultValue = "1,1000",
      paramLabel = "GROUPS",
      description = "Over how many groups they are spread. Default: ${DEFAULT-VALUE}.")
  private List<Integer> groups;

  @Option(
      names = "--rounds",
      defaultValue = "10",
      description =
          "Rounds of each kind, 0.1 s long, after one that is not counted. Default:"
              + " ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--recovery-mib",
      defaultValue = "256",
      paramLabel = "MIB",
      description =
          "How long a log to open, in MiB; 0 leaves that part out. Default: ${DEFAULT-VALUE}.")
  private int recoveryMebibytes;

  @Option(names = "--json", description = "A JSON object a line on stdout, and nothing else there.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    requireAll(payloadBytes, 1, 1 << 20, "--payload-bytes");
    requireAll(waiting, 1, 10_000, "--waiting");
    requireAll(groups, 1, 10_000, "--groups");
    requireAll(List.of(rounds), 1, 10_000, "--rounds");
    requireAll(List.of(recoveryMebibytes), 0, 1 << 16, "--recovery-mib");
    long most = (long) Collections.max(payloadBytes) * Collections.max(waiting);
    if (most > RawWrites.FILE_BYTES) {
      throw new ParameterException(
          spec.commandLine(), "--payload-bytes times --waiting must not exceed 64 MiB");
    }
    try (Scratch scratch = Scratch.in(directory)) {
      warnOfMemory(scratch.path());
      appends(scratch.path());
      if (recoveryMebibytes > 0) {
        print(WalRecovery.measure(scratch.path().resolve("recovery"), recoveryMebibytes));
      }
    }
    return 0;
  }

  private void appends(Path path) throws IOException {
    if (!json) {
      out()
          .printf(
              "%6s %8s %7s %12s %12s %6s %12s %12s %10s %10s %6s%n",
              "size",
              "waiting",
              "groups",
              "raw p50 us",
              "wal p50 us",
              "ratio",
              "raw p99 us",
              "wal p99 us",
              "raw MiB/s",
              "wal MiB/s",
              "ratio");
    }
    int number = 0;
    for (int bytes : payloadBytes) {
      for (int count : groups) {
        for (int together : waiting) {
          Path own = Files.createDirectory(path.resolve("append-" + number++));
          print(new WalAppends(own, bytes, together, count).measure(rounds));
          Scratch.remove(own);
        }
      }
    }
  }

  /** A sync costs nothing where there is no disk. */
  private void warnOfMemory(Path path) throws IOException {
    String type = Files.getFileStore(path).type();
    if (type.equals("tmpfs") || type.equals("ramfs")) {
      spec.commandLine()
          .getErr()
          .println("bench: " + path + " is in memory (" + type + "): give a disk's with --dir");
    }
  }

  private void print(WalAppends.Figures row) {
    out()
        .printf(
            Locale.ROOT,
            json
                ? "{\"bench\":\"wal\",\"size\":%d,\"waiting\":%d,\"groups\":%d,\"raw_p50_us\":%.1f,"
                    + "\"wal_p50_us\":%.1f,\"p50_ratio\":%.3f,\"raw_p99_us\":%.1f,\"wal_p99_us\":%.1f,"
                    + "\"raw_mib_s\":%.1f,\"wal_mib_s\":%.1f,\"bandwidth_ratio\":%.3f}%n"
                : "%6d %8d %7d %12.1f %12.1f %6.2f %12.1f %12.1f %10.1f %10.1f %6.2f%n",
            row.payloadBytes(),
            row.waiting(),
            row.groups(),
            row.raw().p50Micros(),
            row.wal().p50Micros(),
            row.wal().p50Micros() / row.raw().p50Micros(),
            row.raw().p99Micros(),
            row.wal().p99Micros(),
            row.raw().mebibytesPerSecond(),
            row.wal().mebibytesPerSecond(),
            row.wal().mebibytesPerSecond() / row.raw().mebibytesPerSecond());
    out().flush();
  }

  private void print(WalRecovery.Figures recovery) {
    out()
        .printf(
            Locale.ROOT,
            json
                ? "{\"bench\":\"wal-recovery\",\"mib\":%d,\"entries\":%d,\"read_mib_s\":%.0f,"
                    + "\"open_mib_s\":%.0f,\"entries_s\":%.0f}%n"
                : "recovery of %d MiB, %d entries: files read with %.0f MiB/s, log opened with %.0f"
                    + " MiB/s, %.0f entries/s%n",
            recovery.mebibytes(),
            recovery.entries(),
            recovery.readMebibytesPerSecond(),
            recovery.openMebibytesPerSecond(),
            recovery.entriesPerSecond());
    out().flush();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private void requireAll(List<Integer> values, int least, int most, String option) {
    for (int value : values) {
      if (value < least || value > most) {
        throw new ParameterException(
            spec.commandLine(), option + " must be " + least + " to " + most + ", not " + value);
      }
    }
  }
}
