// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.wal.inspect.LogReport;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an inspection foretells is what a start does, whatever is wrong with the log. */
class LogInspectorTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final List<Long> GROUPS = List.of(1L, 2L, 3L);
  private static final int SECTOR = 512;

  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final Random random = new Random(42);

  private static WalConfig config(SimulatedFileSystem disk) {
    return WalConfig.of(DIRECTORY, disk).withSegmentBytes(24 * SECTOR).withSectorBytes(SECTOR);
  }

  @BeforeEach
  void writeLog() throws IOException {
    Workload workload = new Workload(random, 300);
    try (Wal wal = Wal.openOrFormat(config(disk), 5, 1, random)) {
      for (long group : GROUPS) {
        wal.bootstrap(group, Workload.BEGINNING);
      }
      while (wal.segmentCount() < 4) {
        List<GroupWrite> writes = workload.next(ModelLog.of(wal, GROUPS), GROUPS);
        if (!writes.isEmpty()) {
          wal.write(writes);
        }
      }
    }
  }

  private List<Path> segments() throws IOException {
    List<Path> segments = new ArrayList<>();
    for (String name : disk.list(DIRECTORY)) {
      if (Segment.isSegmentName(name)) {
        segments.add(DIRECTORY.resolve(name));
      }
    }
    return segments;
  }

  @Test
  void knowsEveryGroupOfAnIntactLog() throws IOException {
    LogReport report = new LogInspector(config(disk)).inspect();
    assertThat(report.isClean()).isTrue();
    assertThat(report.segments()).hasSize(segments().size());
    try (Wal wal = Wal.open(config(disk))) {
      assertThat(report.identity().member()).isEqualTo(wal.identity().member());
      assertThat(report.identity().bootEpoch()).isEqualTo(wal.identity().bootEpoch() - 1);
      assertThat(report.groups()).hasSize(GROUPS.size());
      for (var group : report.groups()) {
        var recovered = wal.recover(group.group());
        assertThat(group.hardState()).isEqualTo(recovered.hardState());
        assertThat(group.snapshot()).isEqualTo(recovered.snapshot().id());
        assertThat(group.firstIndex()).isEqualTo(recovered.firstIndex());
        assertThat(group.last().index()).isEqualTo(recovered.lastIndex());
      }
    }
  }

  @Test
  void foretellsWhatAStartDoesWithAnyFlippedBit() throws IOException {
    int stops = 0;
    for (int i = 0; i < 600; i++) {
      SimulatedFileSystem copy = disk.copy();
      Path segment = segments().get(random.nextInt(segments().size()));
      long bit = random.nextInt(copy.bytes(segment).length * 8);
      copy.flipBit(segment, bit);
      LogReport report = new LogInspector(config(copy)).inspect();
      boolean opened = true;
      try (Wal wal = Wal.open(config(copy))) {
        assertThat(report.start().trimmedBytes()).isEqualTo(wal.trimmedBytes());
      } catch (WalException e) {
        opened = false;
        stops++;
        assertThat(report.start().refusal()).isEqualTo(e.getMessage());
        assertThat(report.damage()).as(e.getMessage()).isNotEmpty();
        assertThat(report.damage().get(0).file()).isEqualTo(segment);
        long at = bit / 8;
        assertThat(report.damage().get(0).from()).isLessThanOrEqualTo(at);
        assertThat(report.damage().get(0).to()).isGreaterThan(at);
      }
      assertThat(report.start().opens()).isEqualTo(opened);
    }
    assertThat(stops).isGreaterThan(100);
  }

  @Test
  void leavesTheFilesAsTheyAre() throws IOException {
    SimulatedFileSystem before = disk.copy();
    new LogInspector(config(disk)).inspect();
    for (Path segment : segments()) {
      assertThat(disk.bytes(segment)).isEqualTo(before.bytes(segment));
    }
    assertThat(disk.list(DIRECTORY)).isEqualTo(before.list(DIRECTORY));
  }
}
