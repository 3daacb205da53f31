// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The benchmarks' command line. */
@Command(
    name = "bench",
    description = "Benchmarks of the core, of the log and of whole clusters.",
    mixinStandardHelpOptions = true,
    versionProvider = Bench.Version.class,
    synopsisSubcommandLabel = "core | wal | library | cluster",
    subcommands = {
      ClusterCommand.class,
      CoreCommand.class,
      WalCommand.class,
      Bench.LibraryCommand.class
    })
public final class Bench implements Runnable {
  @Spec private CommandSpec spec;

  private Bench() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    System.exit(run(out, err, arguments));
  }

  /** The exit status: 0 success, 1 failure, 2 wrong usage. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new Bench()).setOut(out).setErr(err);
    line.setParameterExceptionHandler(
        (misuse, given) -> {
          CommandLine command = misuse.getCommandLine();
          command.getErr().println("bench: " + misuse.getMessage());
          command.getErr().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
          return 2;
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof BenchException) {
            command.getErr().println("bench: " + failure.getMessage());
          } else {
            failure.printStackTrace(command.getErr());
          }
          return 1;
        });
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to measure: core, wal, library or cluster");
  }

  /** As the jar's manifest has it. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Bench.class.getPackage().getImplementationVersion();
      return new String[] {"bench " + (version == null ? "(not packaged)" : version)};
    }
  }

  @Command(name = "library", description = "Three members without a service (not yet there).")
  static final class LibraryCommand implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new BenchException(
          "the library is not measured without a service yet; there are 'bench core' below it and"
              + " 'bench cluster' above it");
    }
  }
}
