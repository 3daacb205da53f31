// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures whole clusters by closed-loop clients, one against another if two are given. */
@Command(
    name = "cluster",
    description = {
      "Closed-loop clients of a running cluster that speaks etcd's v3 API.",
      "Each figure is the median over the rounds. With --against the rounds of the two clusters"
          + " alternate, so that a noisy neighbour meets both, and ratios are printed."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Bench.Version.class)
final class ClusterCommand implements Callable<Integer> {
  @Option(
      names = "--endpoints",
      required = true,
      split = ",",
      paramLabel = "HOST:PORT",
      description = "The members that take load.")
  private List<String> endpoints;

  @Option(
      names = "--against",
      split = ",",
      paramLabel = "HOST:PORT",
      description = "The members of a second cluster to compare with.")
  private List<String> against;

  @Option(
      names = "--ops",
      split = ",",
      defaultValue = "put,lrange,srange",
      paramLabel = "OP",
      description =
          "put, lrange (linearizable range of one key), srange (serializable), mixed (half put,"
              + " half lrange). Default: ${DEFAULT-VALUE}.")
  private List<String> operationNames;

  @Option(
      names = "--clients",
      split = ",",
      defaultValue = "1,64,256",
      paramLabel = "COUNT",
      description =
          "Callers, each with one request outstanding; they share 4 connections up to 16 of them,"
              + " 8 up to 64, 16 up to 256, then 32, at least one a member. Default:"
              + " ${DEFAULT-VALUE}.")
  private List<Integer> clientCounts;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Measured time of a run. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "2",
      description = "Seconds of load before a run is measured. Default: ${DEFAULT-VALUE}.")
  private double warmUpSeconds;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "Runs of each kind. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description =
          "Keys are drawn at random from this many, of 8 bytes. Default: ${DEFAULT-VALUE}.")
  private int keys;

  @Option(
      names = "--value-bytes",
      defaultValue = "256",
      description = "Size of a value. Default: ${DEFAULT-VALUE}.")
  private int valueBytes;

  @Option(
      names = "--load",
      description =
          "First write every key once; else ranges of keys that nobody wrote find nothing.")
  private boolean load;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of the random choice of keys and values. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--json", description = "A JSON object a line on stdout, and nothing else there.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    check();
    List<Operation> operations;
    List<Target> targets = new ArrayList<>();
    try {
      operations = Operation.parse(operationNames);
      targets.add(Target.parse(endpoints));
      if (against != null) {
        targets.add(Target.parse(against));
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Report report = json ? new JsonReport(out, err, targets) : new TableReport(out, targets);
    Workload workload = new Workload(keys, valueBytes, seed);
    List<LoadGenerator> generators =
        targets.stream().map(target -> new LoadGenerator(target, workload)).toList();
    try {
      for (LoadGenerator generator : generators) {
        generator.connect(1);
      }
      if (load) {
        for (LoadGenerator generator : generators) {
          generator.load(256);
        }
      }
      return measure(operations, generators, report, err);
    } finally {
      generators.forEach(LoadGenerator::close);
    }
  }

  private int measure(
      List<Operation> operations, List<LoadGenerator> generators, Report report, PrintWriter err)
      throws InterruptedException {
    long errors = 0;
    report.begin();
    for (Operation operation : operations) {
      for (int clients : clientCounts) {
        List<Measurement> medians = alternate(operation, clients, generators);
        report.result(operation, clients, medians);
        errors += medians.stream().mapToLong(Measurement::errors).sum();
      }
    }
    for (LoadGenerator generator : generators) {
      generator
          .firstError()
          .ifPresent(error -> err.println("bench: requests failed, the first: " + error));
    }
    err.flush();
    return errors == 0 ? 0 : 1;
  }

  /** The medians of the targets' rounds; which target begins changes from round to round. */
  private List<Measurement> alternate(
      Operation operation, int clients, List<LoadGenerator> generators)
      throws InterruptedException {
    List<List<Measurement>> runs = new ArrayList<>();
    generators.forEach(generator -> runs.add(new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < generators.size(); i++) {
        int turn = (round + i) % generators.size();
        Measurement run =
            generators
                .get(turn)
                .run(operation, clients, duration(warmUpSeconds), duration(seconds));
        runs.get(turn).add(run);
      }
    }
    return runs.stream().map(Measurement::median).toList();
  }

  private static Duration duration(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private void check() {
    require(seconds > 0 && seconds <= 86_400, "--seconds must be more than 0, a day at most");
    require(warmUpSeconds >= 0 && warmUpSeconds <= 86_400, "--warm-up must be 0 or more seconds");
    require(rounds > 0, "--rounds must be at least 1");
    require(
        keys > 0 && keys <= Workload.MAX_KEYS,
        "--keys must be 1 to " + Workload.MAX_KEYS + ", since a key has 8 digits");
    require(valueBytes >= 0 && valueBytes <= 1 << 20, "--value-bytes must be 0 to 1048576");
    for (int clients : clientCounts) {
      require(clients > 0 && clients <= 10_000, "--clients must each be 1 to 10000");
    }
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
