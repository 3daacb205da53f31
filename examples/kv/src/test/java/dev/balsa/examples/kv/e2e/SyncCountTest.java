// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel's own account of when members synced, against when puts were acknowledged. */
@Tag("e2e")
@Timeout(300)
class SyncCountTest {
  private static final int PUTS = 200;

  /** {@code 4711 1700000000.123456 fdatasync(12) = 0 <0.000123>} */
  private static final Pattern WHOLE =
      Pattern.compile("(\\d+) +(\\d+\\.\\d+) fdatasync\\(\\d+\\) += 0 <(\\d+\\.\\d+)>");

  private static final Pattern BEGUN =
      Pattern.compile("(\\d+) +(\\d+\\.\\d+) fdatasync\\(\\d+ <unfinished \\.\\.\\.>");

  private static final Pattern ENDED =
      Pattern.compile(
          "(\\d+) +(\\d+\\.\\d+) <\\.\\.\\. fdatasync resumed>\\) += 0 <(\\d+\\.\\d+)>");

  /** Seconds since the epoch. */
  private record Span(double begin, double end) {
    boolean within(Span other) {
      return begin >= other.begin && end <= other.end;
    }
  }

  @Test
  void majoritySyncsBeforeEachAcknowledgement() throws Exception {
    Shell.require("strace", "strace");
    Shell.Output probe = Shell.run("strace", "-f", "-e", "trace=fdatasync", "true");
    assumeTrue(
        probe.exit() == 0,
        () -> "strace may not attach here (a container without ptrace?): " + probe.err());
    try (Cluster cluster = Cluster.of("sync-count", 3)) {
      for (MemberProcess member : cluster.members()) {
        member.under(
            "strace",
            "-f",
            "-ttt",
            "-T",
            "-e",
            "trace=fdatasync",
            "-e",
            "signal=none",
            "-o",
            trace(cluster, member).toString());
      }
      cluster.startAll();
      cluster.awaitServing();
      List<Span> puts = new ArrayList<>();
      for (int i = 0; i < PUTS; i++) {
        Client client = cluster.client(1 + i % 3);
        double begin = now();
        client.put("sync-" + i, "value");
        puts.add(new Span(begin, now()));
      }
      // Killed members have written out their trace when strace has ended.
      cluster.members().forEach(MemberProcess::kill);
      check(cluster, puts);
    }
  }

  private static void check(Cluster cluster, List<Span> puts) throws IOException {
    Map<String, List<Span>> syncs = new HashMap<>();
    for (MemberProcess member : cluster.members()) {
      syncs.put(member.name(), parse(trace(cluster, member)));
    }
    List<String> counts = new ArrayList<>();
    for (MemberProcess member : cluster.members()) {
      List<Span> own = syncs.get(member.name());
      long during = own.stream().filter(sync -> sync.begin() >= puts.get(0).begin()).count();
      counts.add(member.name() + " " + during);
    }
    System.out.println(PUTS + " puts one after the other; fdatasyncs since the first: " + counts);
    for (int i = 0; i < puts.size(); i++) {
      Span put = puts.get(i);
      long synced =
          syncs.values().stream()
              .filter(own -> own.stream().anyMatch(sync -> sync.within(put)))
              .count();
      assertThat(synced)
          .as("members with an fdatasync between issue and acknowledgement of put %d", i)
          .isGreaterThanOrEqualTo(2);
    }
  }

  private static Path trace(Cluster cluster, MemberProcess member) {
    return cluster.home().resolve(member.name() + ".strace");
  }

  /** By the same clock that strace reads. */
  private static double now() {
    Instant now = Instant.now();
    return now.getEpochSecond() + now.getNano() / 1e9;
  }

  private static List<Span> parse(Path trace) throws IOException {
    List<Span> spans = new ArrayList<>();
    Map<String, Double> open = new HashMap<>();
    for (String line : Files.readAllLines(trace)) {
      Matcher whole = WHOLE.matcher(line);
      Matcher begun = BEGUN.matcher(line);
      Matcher ended = ENDED.matcher(line);
      if (whole.find()) {
        double begin = Double.parseDouble(whole.group(2));
        spans.add(new Span(begin, begin + Double.parseDouble(whole.group(3))));
      } else if (begun.find()) {
        open.put(begun.group(1), Double.parseDouble(begun.group(2)));
      } else if (ended.find()) {
        double begin = open.remove(ended.group(1));
        spans.add(new Span(begin, begin + Double.parseDouble(ended.group(3))));
      }
    }
    return spans;
  }
}
