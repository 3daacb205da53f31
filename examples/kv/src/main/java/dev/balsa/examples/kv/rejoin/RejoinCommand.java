// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.rejoin;

import dev.balsa.examples.kv.server.Ending;
import dev.balsa.examples.kv.server.ServerCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line of {@code balsa-kv rejoin}. */
@Command(
    name = "balsa-kv rejoin",
    sortOptions = false,
    usageHelpWidth = 100,
    header = "Replaces a member whose data directory is damaged or lost by a fresh one.",
    description = {
      "",
      "Run it where the member ran, while the others serve. It",
      "  1. looks whether the directory cannot be used, and the other members have a quorum without"
          + " this one;",
      "  2. moves the directory aside, to DIR.damaged-1 (or -2, ...): nothing is deleted;",
      "  3. removes the member from the cluster, and adds it again under a new id, with the same"
          + " peer URLs;",
      "  4. makes DIR the empty data directory of the new member.",
      "Then start the member with the flags that it always had: it fetches what the others have.",
      "It changes nothing if 1 fails. If it is interrupted, run it again.",
      "",
      "The old directory's votes and acknowledgements are lost. That is why the new member has a new"
          + " id: what the old one promised is never taken for a promise of the new one.",
      ""
    },
    footer = {
      "",
      "  balsa-kv rejoin --name c --data-dir /var/lib/kv --endpoints 10.0.0.1:2379,10.0.0.2:2379",
      "",
      "Exit status: 0 done (or, with --dry-run, possible), 1 not possible, with the reason, 2 wrong usage."
    })
public final class RejoinCommand {
  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      description = "the member's name, as in its own flags")
  private String name;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description = "its data directory, as in its own flags")
  private Path directory;

  @Option(
      names = "--endpoints",
      paramLabel = "ENDPOINTS",
      split = ",",
      required = true,
      description = "client addresses of other members, HOST:PORT,...; one that serves is enough")
  private List<String> endpoints;

  @Option(
      names = "--peer-urls",
      paramLabel = "URLS",
      split = ",",
      description =
          "its peer URLs; needed only if the cluster knows no member of this name any more")
  private List<String> peerUrls = List.of();

  @Option(
      names = "--force",
      description = "replace the member though its directory seems to be intact")
  private boolean isForced;

  @Option(names = "--dry-run", description = "do 1, say what would be done, and change nothing")
  private boolean isDryRun;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "print this and exit")
  private boolean isHelpWanted;

  private RejoinCommand() {}

  /** Runs the command; returns the exit status. */
  public static int run(String[] arguments, Function<String, String> environment) {
    RejoinCommand command = new RejoinCommand();
    CommandLine parser = new CommandLine(command);
    parser.setDefaultValueProvider(ServerCommand.environment(environment));
    try {
      if (CommandLine.printHelpIfRequested(parser.parseArgs(arguments))) {
        return 0;
      }
    } catch (ParameterException e) {
      System.err.println("balsa-kv rejoin: " + e.getMessage());
      System.err.println("balsa-kv rejoin --help lists the flags");
      return Ending.MISUSED;
    }
    try (ClusterClient cluster = ClusterClient.connect(command.endpoints)) {
      new Rejoin(command.name, command.directory, command.peerUrls, cluster, System.out::println)
          .run(command.isForced, command.isDryRun);
      return 0;
    } catch (RejoinException e) {
      System.err.println("balsa-kv rejoin: " + e.getMessage());
      return Ending.FAILED;
    }
  }
}
