// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.wal.Wal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Opening a log, in turns with merely reading its files. */
final class WalRecovery {
  private static final int ENTRY_BYTES = 256;
  private static final int PER_WRITE = 1000;
  private static final int ROUNDS = 5;

  /** What came of it. The entries have 256 bytes each. */
  record Figures(
      long mebibytes,
      long entries,
      double readMebibytesPerSecond,
      double openMebibytesPerSecond,
      double entriesPerSecond) {}

  private WalRecovery() {}

  static Figures measure(Path directory, int mebibytes) throws IOException {
    long entries = fill(directory, mebibytes);
    long bytes = read(directory);
    double readSeconds = Double.MAX_VALUE;
    double openSeconds = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      read(directory);
      long between = System.nanoTime();
      try (Wal wal = Wal.open(directory)) {
        openSeconds = Math.min(openSeconds, (System.nanoTime() - between) / 1e9);
        if (wal.recover(1).lastIndex() != entries) {
          throw new BenchException("the log was not opened whole");
        }
      }
      readSeconds = Math.min(readSeconds, (between - begin) / 1e9);
    }
    double size = (double) bytes / (1 << 20);
    return new Figures(
        bytes >> 20, entries, size / readSeconds, size / openSeconds, entries / openSeconds);
  }

  private static long fill(Path directory, int mebibytes) throws IOException {
    byte[] payload = new byte[ENTRY_BYTES];
    long last = 0;
    try (Wal wal = Wal.openOrFormat(directory, 1, 1)) {
      wal.bootstrap(1, SnapshotMetadata.bootstrap(WalAppends.MEMBERS));
      while (last * ENTRY_BYTES < (long) mebibytes << 20) {
        wal.write(List.of(WalAppends.append(1, last, PER_WRITE, payload)));
        last += PER_WRITE;
      }
    }
    return last;
  }

  /** Reads all segments; returns how many bytes. */
  private static long read(Path directory) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    List<Path> files;
    try (Stream<Path> found = Files.list(directory)) {
      files = found.filter(file -> file.toString().endsWith(".wal")).toList();
    }
    long bytes = 0;
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file)) {
        int count = channel.read(buffer.clear());
        while (count > 0) {
          bytes += count;
          count = channel.read(buffer.clear());
        }
      }
    }
    return bytes;
  }
}
