// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever waits for a long log to be read hears how far it is. */
class RecoveryProgressTest {
  private static final SegmentHeader SEGMENT =
      new SegmentHeader(4096, 1, 1, 1, 1, 64 << 20, 0, 0, 1, 1, 4096);

  private static List<String> told(int segments) {
    List<String> lines = new ArrayList<>();
    List<SegmentHeader> headers = Collections.nCopies(segments, SEGMENT);
    RecoveryProgress progress = new RecoveryProgress(Path.of("data"), headers, lines::add);
    headers.forEach(progress::read);
    return lines;
  }

  @Test
  void aLongLogIsReadInTenths() {
    List<String> lines = told(100);
    assertThat(lines).hasSize(11);
    assertThat(lines.get(0)).isEqualTo("Reading the log in data: 100 segments, 6400 MiB");
    assertThat(lines.get(1)).isEqualTo("10 % of the 6400 MiB in data are read");
    assertThat(lines.get(10)).isEqualTo("100 % of the 6400 MiB in data are read");
  }

  @Test
  void aShortLogIsReadWithoutAWord() {
    assertThat(told(3)).isEmpty();
    assertThat(told(4)).hasSize(5);
  }
}
