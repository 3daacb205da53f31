// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.tool;

import dev.balsa.raft.wal.LogInspector;
import dev.balsa.raft.wal.WalConfig;
import dev.balsa.raft.wal.WalException;
import dev.balsa.raft.wal.inspect.LogReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command line of the write-ahead log: {@code inspect}, {@code verify} and {@code dump}. It
 * changes nothing. Its exit status is 0 if all is well, 1 if the log is damaged or cannot be read,
 * 2 if it was called wrongly.
 */
@Command(
    name = "wal",
    description = "Looks at a member's write-ahead log, and changes nothing.",
    mixinStandardHelpOptions = true,
    versionProvider = WalTool.Version.class,
    synopsisSubcommandLabel = "inspect | verify | dump",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:all is well", "1:the log is damaged, or cannot be read", "2:wrong usage"},
    subcommands = {WalTool.Inspect.class, WalTool.Verify.class, WalTool.Dump.class})
public final class WalTool implements Runnable {
  private static final int DAMAGED = 1;
  private static final int USAGE = 2;

  @Spec private CommandSpec spec;

  private WalTool() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, false);
    PrintWriter err = new PrintWriter(System.err, true);
    int status = run(out, err, arguments);
    out.flush();
    System.exit(status);
  }

  /** Runs a command line; returns its exit status. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new WalTool()).setOut(out).setErr(err);
    line.setParameterExceptionHandler(
        (misuse, given) -> {
          CommandLine command = misuse.getCommandLine();
          command.getErr().println("wal: " + misuse.getMessage());
          command.getErr().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
          return USAGE;
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          boolean told = failure instanceof WalException || failure instanceof IOException;
          if (told) {
            command.getErr().println("wal: " + failure.getMessage());
          } else {
            failure.printStackTrace(command.getErr());
          }
          return DAMAGED;
        });
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: inspect, verify or dump");
  }

  /** The version of the jar that this runs from. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = WalTool.class.getPackage().getImplementationVersion();
      return new String[] {"wal " + (version == null ? "of no released version" : version)};
    }
  }

  /** What all commands have in common. */
  abstract static class DirectoryCommand implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The log's directory, with its *.wal files.")
    private Path directory;

    LogInspector inspector() {
      return new LogInspector(WalConfig.of(directory));
    }

    PrintWriter out() {
      return spec.commandLine().getOut();
    }
  }

  @Command(
      name = "inspect",
      mixinStandardHelpOptions = true,
      description = "Shows whose log it is, its segments, groups and snapshots.")
  static final class Inspect extends DirectoryCommand {
    @Override
    public Integer call() throws IOException {
      LogReport report = inspector().inspect();
      ReportPrinter printer = new ReportPrinter(out());
      printer.contents(report);
      printer.verdict(report);
      return report.isClean() ? 0 : DAMAGED;
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Compares every byte with its checksum. Shows what is damaged and where, which entries stood"
            + " there, and what will happen when the member starts."
      })
  static final class Verify extends DirectoryCommand {
    @Override
    public Integer call() throws IOException {
      LogReport report = inspector().inspect();
      new ReportPrinter(out()).verdict(report);
      return report.isClean() ? 0 : DAMAGED;
    }
  }

  @Command(
      name = "dump",
      mixinStandardHelpOptions = true,
      description = {
        "Shows the records, a line each, also those that stand after damage: log position, type,"
            + " group, index, term and length."
      })
  static final class Dump extends DirectoryCommand {
    @Option(names = "--group", paramLabel = "ID", description = "Only this group's records.")
    private Long group;

    @Option(names = "--from", paramLabel = "INDEX", description = "Only from this index on.")
    private long from;

    @Option(names = "--to", paramLabel = "INDEX", description = "Only up to this index.")
    private long to = Long.MAX_VALUE;

    @Option(
        names = "--data",
        paramLabel = "FORM",
        description = "Shows the payload too: ${COMPLETION-CANDIDATES}.")
    private RecordPrinter.Form form;

    @Override
    public Integer call() throws IOException {
      if (from > to) {
        throw new ParameterException(spec.commandLine(), "--from is greater than --to");
      }
      RecordPrinter printer = new RecordPrinter(out(), form);
      inspector()
          .forEachRecord(
              record -> {
                boolean wanted =
                    (group == null || record.group() == group)
                        && record.index() >= from
                        && record.index() <= to;
                if (wanted) {
                  printer.print(record);
                }
              });
      return 0;
    }
  }
}
