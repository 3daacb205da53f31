// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the core alone: no disk, no network, one thread. */
@Command(
    name = "core",
    description = {
      "Three members of the core in memory, turned by one thread, until an entry is applied on all.",
      "single: a proposal, then everything that follows from it. separate64: 64 proposals, then what"
          + " follows. batch64: one proposal of 64 entries. Each figure is the median over rounds.",
      "Then the cost of doing nothing, over many members at rest: a follower's tick, a leader's tick"
          + " with two heartbeats and their answers, and the heap that one member takes."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Bench.Version.class)
final class CoreCommand implements Callable<Integer> {
  @Option(
      names = "--entries",
      defaultValue = "400000",
      description = "Entries in a round. Default: ${DEFAULT-VALUE}.")
  private int entries;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description =
          "Rounds of each kind, after one that is not counted. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--payload-bytes",
      split = ",",
      defaultValue = "16,256",
      paramLabel = "BYTES",
      description = "Sizes of an entry's payload. Default: ${DEFAULT-VALUE}.")
  private List<Integer> payloadBytes;

  @Option(
      names = "--nodes",
      defaultValue = "10000",
      description = "Members at rest; 0 leaves that part out. Default: ${DEFAULT-VALUE}.")
  private int nodes;

  @Option(names = "--json", description = "A JSON object a line on stdout, and nothing else there.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    require(entries >= CoreMode.BATCH, "--entries must be at least " + CoreMode.BATCH);
    require(rounds >= 1, "--rounds must be at least 1");
    require(nodes >= 0, "--nodes must be at least 0");
    for (int bytes : payloadBytes) {
      require(bytes >= 0 && bytes <= 1 << 20, "--payload-bytes must each be 0 to 1048576");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.printf(
          "%-10s %7s %10s %9s %12s %10s%n",
          "mode", "size", "entries/s", "ns/entry", "alloc B/entry", "msgs/entry");
    }
    for (int bytes : payloadBytes) {
      for (CoreMode mode : CoreMode.values()) {
        print(out, mode, bytes, measure(mode, bytes));
      }
    }
    if (nodes > 0) {
      print(out, IdleNodes.measure(nodes, rounds));
    }
    return 0;
  }

  private CoreMode.Round measure(CoreMode mode, int bytes) {
    mode.measure(entries, bytes);
    List<CoreMode.Round> all = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      all.add(mode.measure(entries, bytes));
    }
    return CoreMode.Round.median(all);
  }

  private void print(PrintWriter out, CoreMode mode, int bytes, CoreMode.Round round) {
    double perSecond = 1e9 / round.nanos();
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"bench\":\"core\",\"mode\":\"%s\",\"size\":%d,\"entries_s\":%.0f,"
              + "\"alloc_bytes_per_entry\":%.1f,\"msgs_per_entry\":%.4f}%n",
          mode.label(),
          bytes,
          perSecond,
          round.allocatedBytes(),
          round.messages());
    } else {
      out.printf(
          Locale.ROOT,
          "%-10s %7d %10.0f %9.0f %13.1f %10.4f%n",
          mode.label(),
          bytes,
          perSecond,
          round.nanos(),
          round.allocatedBytes(),
          round.messages());
    }
    out.flush();
  }

  private void print(PrintWriter out, IdleNodes.Figures idle) {
    out.printf(
        Locale.ROOT,
        json
            ? "{\"bench\":\"idle\",\"nodes\":%d,\"follower_tick_ns\":%.1f,\"leader_tick_ns\":%.1f,"
                + "\"heap_bytes_per_node\":%.0f}%n"
            : "%d members at rest: follower tick %.1f ns, leader tick %.1f ns, heap %.0f B a member%n",
        nodes,
        idle.followerTickNanos(),
        idle.leaderTickNanos(),
        idle.heapBytesPerNode());
    out.flush();
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
