// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.WalConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line over real files: what it says, its exit status, and that it changes nothing. */
class WalToolTest {
  private static final int SECTOR = 512;
  private static final int SEGMENT = 32 * SECTOR;
  private static final Membership MEMBERS = Membership.bootstrap(List.of(Member.of(1, "a:1")));

  @TempDir Path temporary;
  private Path log;
  private String out;
  private String err;

  @BeforeEach
  void writeLog() throws IOException {
    log = temporary.resolve("log");
    SnapshotMetadata beginning = SnapshotMetadata.bootstrap(MEMBERS);
    try (Wal wal = Wal.openOrFormat(config(), 0xc1, 0x3, new Random(1))) {
      wal.bootstrap(7, beginning);
      wal.bootstrap(8, beginning);
      write(wal, 8, new Persist(null, List.of(), new HardState(4, 2, 0), null, true));
      for (int i = 1; i <= 60; i++) {
        write(wal, 7, new Persist(null, List.of(entry(i)), null, null, true));
      }
      SnapshotMetadata snapshot = new SnapshotMetadata(new EntryId(1, 5), MEMBERS);
      try (SnapshotStore.Sink sink = wal.snapshots().create(7, snapshot)) {
        sink.write(new byte[2000]);
        sink.commit();
      }
      assertThat(wal.segmentCount()).isGreaterThan(2);
    }
  }

  private WalConfig config() {
    return WalConfig.of(log)
        .withSectorBytes(SECTOR)
        .withSegmentBytes(SEGMENT)
        .withSpareExecutor(Runnable::run);
  }

  private static Entry entry(long index) {
    byte[] data = ("command " + index).getBytes(StandardCharsets.UTF_8);
    return Entry.of(new EntryId(1, index), EntryType.NORMAL, data);
  }

  private static void write(Wal wal, long group, Persist persist) throws IOException {
    wal.write(List.of(new GroupWrite(group, persist)));
  }

  private int wal(String... arguments) throws IOException {
    StringWriter printed = new StringWriter();
    StringWriter errors = new StringWriter();
    Map<Path, String> before = contents();
    int status = WalTool.run(new PrintWriter(printed), new PrintWriter(errors), arguments);
    assertThat(contents()).isEqualTo(before);
    out = printed.toString();
    err = errors.toString();
    return status;
  }

  private Map<Path, String> contents() throws IOException {
    Map<Path, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(log)) {
      for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
        // The lock names whoever holds it.
        if (!path.endsWith("lock")) {
          contents.put(path, Arrays.hashCode(Files.readAllBytes(path)) + " " + Files.size(path));
        }
      }
    }
    return contents;
  }

  private Path segment(int number) {
    return log.resolve(String.format("%020d.wal", number));
  }

  private void flip(Path file, long at) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(at);
      int before = opened.read();
      opened.seek(at);
      opened.write(before ^ 0x10);
    }
  }

  /** Where the batch with this command begins. */
  private long batchOf(Path file, String command) throws IOException {
    String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf(command + "\0");
    assertThat(at).isPositive();
    return at - at % SECTOR;
  }

  @Test
  void showsWhatIsInALog() throws IOException {
    assertThat(wal("inspect", log.toString())).isZero();
    assertThat(out)
        .containsPattern("cluster +00000000000000c1")
        .containsPattern("member +0000000000000003")
        .containsPattern("boot epoch +1\n")
        .containsPattern("00000000000000000001.wal +1 +16384 .*sealed")
        .containsPattern("\n +7 +0 +0 +0 +0 +1 +60\n")
        .containsPattern("\n +8 +4 +2 +0 +0 +1 +0\n")
        .containsPattern("-0000000000000005-0000000000000001.snap +\\d+ bytes, finished")
        .endsWith("on start: the log opens, nothing is removed\nclean\n");
  }

  @Test
  void saysThatAnIntactLogIsClean() throws IOException {
    assertThat(wal("verify", log.toString())).isZero();
    assertThat(out).isEqualTo("on start: the log opens, nothing is removed\nclean\n");
  }

  @Test
  void showsEveryDamagedPlaceAndWhatStoodThere() throws IOException {
    long first = batchOf(segment(1), "command 4");
    flip(segment(1), first + 100);
    long second = batchOf(segment(2), "command 20");
    flip(segment(2), second + 100);
    assertThat(wal("verify", log.toString())).isEqualTo(1);
    assertThat(out)
        .contains(segment(1) + ", bytes " + first + " to " + (first + 2 * SECTOR))
        .contains("group 7: entries 4 to 4 stood there")
        .contains(segment(2) + ", bytes " + second + " to " + (second + 2 * SECTOR))
        .contains("group 7: entries 20 to 20 stood there")
        .contains("on start: the member stops. the log is damaged in " + segment(1) + " at byte")
        .doesNotContain("clean");
  }

  @Test
  void showsAWriteThatACrashCutShortAsHarmless() throws IOException {
    Path last = lastSegment();
    long at = batchOf(last, "command 60");
    flip(last, at + 70);
    // Without its second identifier the batch was never finished.
    byte[] bytes = Files.readAllBytes(last);
    Arrays.fill(bytes, (int) at + SECTOR, (int) at + 2 * SECTOR, (byte) 0);
    Files.write(last, bytes);
    assertThat(wal("verify", log.toString())).isZero();
    assertThat(out)
        .contains("on start: the log opens. 512 bytes of a write that a crash cut short")
        .endsWith("clean\n");
    try (Wal wal = Wal.open(config())) {
      assertThat(wal.trimmedBytes()).isEqualTo(512);
      assertThat(wal.recover(7).lastIndex()).isEqualTo(59);
    }
  }

  private Path lastSegment() throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      return files
          .filter(file -> file.toString().endsWith(".wal"))
          .sorted()
          .reduce((a, b) -> b)
          .get();
    }
  }

  @Test
  void showsAMissingSegment() throws IOException {
    Files.delete(segment(2));
    assertThat(wal("verify", log.toString())).isEqualTo(1);
    assertThat(out).contains("segments 2 to 2 are missing");
  }

  @Test
  void showsADamagedSnapshot() throws IOException {
    Path snapshot;
    try (Stream<Path> files = Files.list(log.resolve("snapshots"))) {
      snapshot = files.findFirst().orElseThrow();
    }
    flip(snapshot, Files.size(snapshot) - 700);
    assertThat(wal("verify", log.toString())).isEqualTo(1);
    assertThat(out)
        .contains("damaged: the snapshot " + snapshot + " is damaged")
        .contains("on start: the log opens");
  }

  @Test
  void dumpsTheRecordsThatAreAskedFor() throws IOException {
    int status =
        wal("dump", "--group", "7", "--from", "9", "--to", "11", "--data", "text", log.toString());
    assertThat(status).isZero();
    List<String> lines = out.lines().filter(line -> line.contains("ENTRY")).toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).containsPattern("ENTRY +7 +9 +1 +9 +NORMAL +command 9$");
    assertThat(wal("dump", "--group", "8", "--data", "hex", log.toString())).isZero();
    assertThat(out)
        .containsPattern("HARD_STATE +8 +0 +4 +8 +0000000000000002")
        .doesNotContain(" 7 ");
  }

  @Test
  void dumpsWhatStandsAfterDamage() throws IOException {
    flip(segment(1), batchOf(segment(1), "command 4") + 100);
    assertThat(wal("dump", "--group", "7", log.toString())).isZero();
    assertThat(out.lines().filter(line -> line.contains("ENTRY"))).hasSize(59);
  }

  @Test
  void refusesALogThatIsInUse() throws IOException {
    try (Wal wal = Wal.open(config())) {
      assertThat(wal.segmentCount()).isPositive();
      assertThat(wal("verify", log.toString())).isEqualTo(1);
      assertThat(err).contains("another process (or this one) has opened the log in " + log);
    }
  }

  @Test
  void saysWhatIsWrongWithItsArguments() throws IOException {
    assertThat(wal()).isEqualTo(2);
    assertThat(err).contains("say what to do");
    assertThat(wal("verify")).isEqualTo(2);
    assertThat(err).contains("DIR");
    assertThat(wal("dump", "--from", "3", "--to", "2", log.toString())).isEqualTo(2);
    assertThat(wal("verify", temporary.resolve("elsewhere").toString())).isEqualTo(1);
    assertThat(err).contains("there is no log in " + temporary.resolve("elsewhere"));
    assertThat(wal("--help")).isZero();
    assertThat(out).contains("inspect", "verify", "dump", "Exit status");
  }
}
