// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few seconds of each exhaustor; {@code bin/exhaust} runs them to their end. */
class ExhaustTest {
  private static final PrintStream SILENCE = new PrintStream(OutputStream.nullOutputStream());

  @TempDir Path directory;

  private final Tally tally = new Tally();

  @Test
  @Tag("W3")
  @Tag("W7")
  @Tag("W8")
  @Tag("W9")
  @Tag("W22")
  void flippedBitsAreHarmlessOrRefused() throws IOException {
    BitsExhaustor bits = new BitsExhaustor();
    assertThat(bits.steps()).isGreaterThan(500_000);
    for (long bit = 0; bit < bits.steps(); bit += 211) {
      bits.step(bit, tally);
    }
    assertThat(tally.of("refused")).isGreaterThan(1000);
    assertThat(tally.of("harmless")).isGreaterThan(1000);
  }

  @Test
  @Tag("W1")
  @Tag("W2")
  @Tag("W18")
  @Tag("W19")
  @Tag("W20")
  @Tag("W21")
  @Tag("W23")
  void powerCutsLoseNothingThatWasAcknowledged() throws IOException {
    CrashExhaustor crashes = new CrashExhaustor(4, 8);
    for (int workload = 0; workload < 3; workload++) {
      crashes.step(workload, tally);
    }
    assertThat(tally.of(Tally.CASES)).isGreaterThan(1000);
    assertThat(tally.of("cut twice")).isGreaterThan(100);
    assertThat(tally.of("stopped")).isBetween(1L, tally.of("opened") / 5);
  }

  @Test
  @Tag("W13")
  @Tag("W14")
  @Tag("W15")
  @Tag("W16")
  @Tag("W17")
  void failedIosAreFinalAndLoseNothingThatWasAcknowledged() throws IOException {
    ErrorsExhaustor errors = new ErrorsExhaustor(5);
    for (int step = 0; step < 12; step++) {
      errors.step(step, tally);
    }
    assertThat(tally.of(Tally.CASES)).isGreaterThan(300);
    assertThat(tally.of("failed")).isGreaterThan(100);
    assertThat(tally.of("reopened")).isEqualTo(8 * tally.of(Tally.CASES));
  }

  @Test
  @Tag("W7")
  @Tag("W8")
  void theDecoderAcceptsOrRefusesWhateverItIsFed() throws IOException {
    DecodeExhaustor decode = new DecodeExhaustor();
    for (int step = 0; step < 8; step++) {
      decode.step(step, tally);
    }
    assertThat(tally.of("with two records or more")).isGreaterThan(tally.of(Tally.CASES) / 10);
  }

  /** A coverage-guided run, in a process of its own. */
  @Test
  void theFuzzerFindsNothing() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + SegmentFuzzTarget.class.getName());
    command.add("--instrumentation_includes=dev.balsa.raft.wal.*");
    command.addAll(List.of("-runs=2000", "-seed=1"));
    Path output = directory.resolve("output");
    Process fuzzer =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(fuzzer.waitFor()).as(Files.readString(output)).isZero();
    assertThat(Files.readString(output)).contains("Done 2000 runs");
  }

  /** The same cases whatever is counted before: a failure is seen again by its step alone. */
  @Test
  void aRunThatWasCutOffGoesOnWhereItWas() throws IOException {
    Path state = directory.resolve("state");
    long[] two = new long[2];
    for (int i = 0; i < 2; i++) {
      Campaign campaign = campaign("decode", "--resume", state, "--cases", (i + 1) * 10_000);
      campaign.run();
      assertThat(campaign.tally().of(Tally.CASES)).isEqualTo((i + 1) * 10_000);
      two[i] = campaign.tally().of("with two records or more");
    }
    Campaign second = campaign("decode", "--from", 1, "--cases", 10_000);
    second.run();
    assertThat(second.tally().of("with two records or more")).isEqualTo(two[1] - two[0]);
    assertThatThrownBy(() -> campaign("errors", "--resume", state).run())
        .hasMessageContaining("is of decode");
  }

  private static Campaign campaign(Object... arguments) throws IOException {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    return Exhaust.campaign(SILENCE, words);
  }

  @Test
  void whatItDoesNotKnowIsRefused() {
    assertThatThrownBy(() -> campaign()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> campaign("nothing")).hasMessageContaining("nothing");
    assertThatThrownBy(() -> campaign("decode", "--more")).hasMessageContaining("--more");
    assertThatThrownBy(() -> campaign("decode", "--from")).hasMessageContaining("wants a value");
    assertThatThrownBy(() -> campaign("decode", "--from", "-1")).hasMessageContaining("a number");
  }

  /** A log that forgets, makes something up or counts no starts does not pass. */
  @Test
  void aBrokenPromiseIsSeen() throws IOException {
    SimulatedFileSystem disk = new SimulatedFileSystem();
    Layout layout = Layout.ofSeed(1);
    LogStory story = new LogStory(disk, layout, Promises.none(), 1);
    story.open();
    story.bootstrap();
    Promises early = story.promises();
    story.writeLog();
    while (story.promises().snapshots().isEmpty()) {
      story.writeSnapshot();
    }
    story.wal().close();
    Promises late = story.promises();
    Promises more = late.with(new SnapshotKey(1, 99), true);
    Promises later = late.started(9);
    for (Promises broken : List.of(early, more, later)) {
      LogStory again = new LogStory(disk.copy(), layout, broken, 1);
      assertThatThrownBy(again::open).isInstanceOf(AssertionError.class);
    }
    new LogStory(disk.copy(), layout, late, 1).open();
    disk.crash(CrashMode.LOSE_ALL, new Random(1));
    new LogStory(disk.copy(), layout, late, 1).open();
  }
}
