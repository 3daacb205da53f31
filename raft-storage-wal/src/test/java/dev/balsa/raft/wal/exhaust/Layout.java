// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.WalConfig;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * A small log's settings: small enough that a case takes a fraction of a millisecond.
 *
 * @param maxEntryBytes the longest entry that is written to it
 */
record Layout(
    int segmentBytes, int sectorBytes, int batchBytes, int maxEntryBytes, List<Long> groups) {
  static final Path DIRECTORY = Path.of("/wal");

  /** One of many. */
  static Layout ofSeed(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int sector = random.nextInt(4) == 0 ? 1024 : 512;
    return new Layout(
        Math.max(16 * sector, (8 + 4 * random.nextInt(4)) << 10),
        sector,
        1024 << random.nextInt(3),
        List.of(20, 200, 900).get(random.nextInt(3)),
        LongStream.rangeClosed(1, 1 + random.nextInt(3)).map(n -> n * n * n).boxed().toList());
  }

  Layout withEntriesUpTo(int bytes) {
    return new Layout(segmentBytes, sectorBytes, batchBytes, bytes, groups);
  }

  WalConfig on(SimulatedFileSystem disk) {
    return WalConfig.of(DIRECTORY, disk)
        .withSegmentBytes(segmentBytes)
        .withSectorBytes(sectorBytes)
        .withBatchBytes(batchBytes)
        .withSnapshotChunkBytes(512);
  }
}
