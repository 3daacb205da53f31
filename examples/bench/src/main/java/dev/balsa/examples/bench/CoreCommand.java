// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the core alone: three members in memory, turned by one thread. */
@Command(
    name = "core",
    description = {
      "Three members of the core in memory, turned by one thread, until an entry is applied on all.",
      "one: a proposal, then everything that follows from it. separate: 64 proposals, then what"
          + " follows. together: one proposal of 64 entries. Each figure is the median over rounds."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Bench.Version.class)
final class CoreCommand implements Callable<Integer> {
  private static final int BATCH = 64;

  /** How entries are proposed. */
  private enum Way {
    ONE,
    SEPARATE,
    TOGETHER;

    void propose(CoreGroup group, byte[] payload) {
      switch (this) {
        case ONE -> group.propose(List.of(payload));
        case SEPARATE -> {
          for (int i = 0; i < BATCH; i++) {
            group.propose(List.of(payload));
          }
        }
        case TOGETHER -> group.propose(Collections.nCopies(BATCH, payload));
      }
      group.drain();
    }
  }

  /** One round's figures, each for an entry. */
  private record Round(double nanos, double allocatedBytes, double messages) {}

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

  @Option(names = "--json", description = "A JSON object a line on stdout, and nothing else there.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    require(entries >= BATCH, "--entries must be at least " + BATCH);
    require(rounds >= 1, "--rounds must be at least 1");
    for (int bytes : payloadBytes) {
      require(bytes >= 0 && bytes <= 1 << 20, "--payload-bytes must each be 0 to 1048576");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.printf(
          "%-9s %8s %10s %9s %11s %10s%n",
          "way", "payload", "entries/s", "ns/entry", "bytes/entry", "msgs/entry");
    }
    for (int bytes : payloadBytes) {
      for (Way way : Way.values()) {
        List<Round> all = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
          all.add(measure(way, bytes));
        }
        print(out, way, bytes, all.subList(1, all.size()));
      }
    }
    return 0;
  }

  private Round measure(Way way, int bytes) {
    CoreGroup group = new CoreGroup();
    byte[] payload = new byte[bytes];
    int perTurn = way == Way.ONE ? 1 : BATCH;
    int turns = entries / perTurn;
    long messagesBefore = group.messages();
    long allocatedBefore = allocatedBytes();
    long startNanos = System.nanoTime();
    for (int i = 0; i < turns; i++) {
      way.propose(group, payload);
    }
    double nanos = System.nanoTime() - startNanos;
    double allocated = allocatedBytes() - allocatedBefore;
    double done = (double) turns * perTurn;
    if (group.applied() != turns * (long) perTurn) {
      throw new BenchException(
          group.applied() + " entries were applied of " + turns * (long) perTurn);
    }
    return new Round(nanos / done, allocated / done, (group.messages() - messagesBefore) / done);
  }

  private void print(PrintWriter out, Way way, int bytes, List<Round> all) {
    double nanos = median(all.stream().mapToDouble(Round::nanos).toArray());
    double allocated = median(all.stream().mapToDouble(Round::allocatedBytes).toArray());
    double messages = median(all.stream().mapToDouble(Round::messages).toArray());
    String format =
        json
            ? "{\"bench\":\"core\",\"target\":\"balsa\",\"op\":\"%s\",\"payload_bytes\":%d,\"ops_s\":%.0f,"
                + "\"ns_per_entry\":%.0f,\"bytes_per_entry\":%.0f,\"messages_per_entry\":%.3f}%n"
            : "%-9s %8d %10.0f %9.0f %11.0f %10.3f%n";
    String name = way.name().toLowerCase(Locale.ROOT);
    out.printf(Locale.ROOT, format, name, bytes, 1e9 / nanos, nanos, allocated, messages);
    out.flush();
  }

  private static double median(double[] figures) {
    Arrays.sort(figures);
    return figures[figures.length / 2];
  }

  /** By this thread so far. The payload is one array throughout, and so not part of it. */
  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
