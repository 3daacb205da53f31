// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.spi.GroupWrite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What an append of a 256-byte entry costs beside a bare write and fdatasync on a file of zeros.
 * Not a test: {@code main [directory] [rounds]}. Rounds alternate, since a disk's mood changes.
 */
final class AppendBenchmark {
  private static final int PER_ROUND = 500;
  private static final int ENTRY_BYTES = 256;

  private AppendBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    Path directory =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("balsa-wal");
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 12;
    byte[] data = new byte[ENTRY_BYTES];
    new Random(1).nextBytes(data);
    int[] sectors = {512, 4096};
    long[][] wal = new long[sectors.length][rounds * PER_ROUND];
    long[][] batched = new long[sectors.length][rounds * PER_ROUND];
    long[] raw = new long[rounds * PER_ROUND];
    long[] next = new long[sectors.length];
    Wal[] logs = new Wal[sectors.length];
    for (int s = 0; s < sectors.length; s++) {
      WalConfig config =
          WalConfig.of(directory.resolve("s" + sectors[s])).withSectorBytes(sectors[s]);
      logs[s] = Wal.openOrFormat(config, 1, 1, new Random());
      logs[s].bootstrap(1, Workload.BEGINNING);
    }
    Path file = directory.resolve("raw");
    ByteBuffer zeros = ByteBuffer.allocateDirect(64 << 20);
    ByteBuffer record = ByteBuffer.allocateDirect(ENTRY_BYTES);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(zeros, 0);
      channel.force(true);
      long offset = 0;
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < PER_ROUND; i++) {
          record.clear().put(data).flip();
          long start = System.nanoTime();
          channel.write(record, offset);
          channel.force(false);
          raw[round * PER_ROUND + i] = System.nanoTime() - start;
          offset += ENTRY_BYTES;
        }
        for (int s = 0; s < sectors.length; s++) {
          for (int i = 0; i < PER_ROUND; i++) {
            wal[s][round * PER_ROUND + i] = append(logs[s], next, s, data, 1);
          }
          for (int i = 0; i < PER_ROUND; i++) {
            batched[s][round * PER_ROUND + i] = append(logs[s], next, s, data, 100);
          }
        }
      }
    }
    print("raw 256 B", raw);
    for (int s = 0; s < sectors.length; s++) {
      print("wal 256 B, sector " + sectors[s], wal[s]);
      print("wal 100 x 256 B, sector " + sectors[s], batched[s]);
      long start = System.nanoTime();
      logs[s].close();
      long entries = next[s];
      Wal.open(directory.resolve("s" + sectors[s])).close();
      System.out.printf(
          "reopen with %d entries: %d ms%n", entries, (System.nanoTime() - start) / 1_000_000);
    }
  }

  private static long append(Wal wal, long[] next, int s, byte[] data, int count)
      throws IOException {
    Entry[] entries = new Entry[count];
    for (int i = 0; i < count; i++) {
      entries[i] = Entry.of(new EntryId(1, ++next[s]), EntryType.NORMAL, data);
    }
    List<GroupWrite> write =
        List.of(new GroupWrite(1, new Persist(null, List.of(entries), null, null, true)));
    long start = System.nanoTime();
    wal.write(write);
    return System.nanoTime() - start;
  }

  private static void print(String name, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        "%-28s p50 %6.1f us   p99 %7.1f us%n",
        name, nanos[nanos.length / 2] / 1e3, nanos[nanos.length * 99 / 100] / 1e3);
  }
}
