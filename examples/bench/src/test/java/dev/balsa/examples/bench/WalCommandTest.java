// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench wal} prints, from runs too small to say anything about speed. */
class WalCommandTest {
  private static final Pattern APPENDS =
      Pattern.compile(
          "\\{\"bench\":\"wal\",\"size\":64,\"waiting\":3,\"groups\":(\\d+),\"raw_p50_us\":(\\d+\\.\\d),"
              + "\"wal_p50_us\":(\\d+\\.\\d),\"p50_ratio\":\\d+\\.\\d{3},\"raw_p99_us\":\\d+\\.\\d,"
              + "\"wal_p99_us\":\\d+\\.\\d,\"raw_mib_s\":\\d+\\.\\d,\"wal_mib_s\":\\d+\\.\\d,"
              + "\"bandwidth_ratio\":\\d+\\.\\d{3}}");

  private static final Pattern RECOVERY =
      Pattern.compile(
          "\\{\"bench\":\"wal-recovery\",\"mib\":(\\d+),\"entries\":(\\d+),\"read_mib_s\":\\d+,"
              + "\"open_mib_s\":\\d+,\"entries_s\":\\d+}");

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Bench.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void anObjectALineForEachKindOfAppendAndOneForRecovery() throws IOException {
    int status =
        run(
            "wal",
            "--dir=" + directory,
            "--payload-bytes=64",
            "--waiting=3",
            "--groups=1,2",
            "--rounds=1",
            "--recovery-mib=1",
            "--json");
    assertThat(status).as(err.toString()).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(3);
    for (int i = 0; i < 2; i++) {
      Matcher appends = APPENDS.matcher(lines.get(i));
      assertThat(appends.matches()).as(lines.get(i)).isTrue();
      assertThat(appends.group(1)).isEqualTo(i == 0 ? "1" : "2");
      assertThat(Double.parseDouble(appends.group(2))).isPositive();
      assertThat(Double.parseDouble(appends.group(3))).isPositive();
    }
    Matcher recovery = RECOVERY.matcher(lines.get(2));
    assertThat(recovery.matches()).as(lines.get(2)).isTrue();
    assertThat(recovery.group(2)).isEqualTo("5000");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void refusesWhatItCannotMeasure() {
    assertThat(run("wal", "--waiting=0")).isEqualTo(2);
    assertThat(run("wal", "--payload-bytes=1048576", "--waiting=100")).isEqualTo(2);
    assertThat(run("wal", "--dir=" + directory.resolve("nowhere"))).isEqualTo(1);
    assertThat(err.toString())
        .contains("--waiting must be 1 to 10000, not 0")
        .contains("must not exceed 64 MiB")
        .contains("nowhere is no directory");
  }
}
