// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The command line of a member: etcd's flags, each also read from the environment ({@code
 * --data-dir} from {@code ETCD_DATA_DIR}).
 */
@Command(
    name = "balsa-kv",
    sortOptions = false,
    usageHelpWidth = 100,
    versionProvider = ServerCommand.Version.class,
    header = "Runs one member of a replicated key-value cluster that speaks etcd's v3 API.",
    footer = {
      "",
      "Each flag may also be given in the environment: --data-dir as ETCD_DATA_DIR. A flag on the"
          + " command line comes first.",
      "",
      "A single member:      balsa-kv",
      "One of three members: balsa-kv --name a --listen-peer-urls http://127.0.0.1:2380 \\",
      "      --initial-cluster a=http://127.0.0.1:2380,b=http://127.0.0.1:2381,c=http://127.0.0.1:2382",
      "",
      "SIGTERM hands leadership over, closes the member and ends with 0. Otherwise the exit status is",
      "1 if it failed, 2 for wrong flags, 3 if its data directory is damaged or not what the cluster",
      "knows ('balsa-kv rejoin --help' tells the remedy), 4 if it was removed from the cluster."
    })
public final class ServerCommand implements Callable<MemberConfig> {
  private static final String DEFAULT_PEER_URL = "http://localhost:2380";
  private static final String DEFAULT_CLIENT_URL = "http://localhost:2379";
  private static final long MAX_DEFAULT_QUOTA_BYTES = 2L << 30;

  @Spec private CommandSpec spec;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "this member's name, as in --initial-cluster (default: ${DEFAULT-VALUE})")
  private String name;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "where it keeps its data (default: NAME.balsa)")
  private Path dataDirectory;

  @Option(
      names = "--listen-client-urls",
      paramLabel = "URLS",
      split = ",",
      defaultValue = DEFAULT_CLIENT_URL,
      description = "where it listens for clients (default: ${DEFAULT-VALUE})")
  private List<String> listenClientUrls;

  @Option(
      names = "--advertise-client-urls",
      paramLabel = "URLS",
      split = ",",
      description = "where clients are told to find it (default: as --listen-client-urls)")
  private List<String> advertiseClientUrls;

  @Option(
      names = "--listen-peer-urls",
      paramLabel = "URL",
      split = ",",
      defaultValue = DEFAULT_PEER_URL,
      description = "where it listens for other members (default: ${DEFAULT-VALUE})")
  private List<String> listenPeerUrls;

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URL",
      split = ",",
      description = "where other members find it (default: as in --initial-cluster)")
  private List<String> initialAdvertisePeerUrls;

  @Option(
      names = "--initial-cluster",
      paramLabel = "NAME=URL,...",
      description =
          "the first members with their peer URLs, the same on each of them; of a cluster that"
              + " exists, its members and this one (default: this one alone)")
  private String initialCluster;

  @Option(
      names = "--initial-cluster-state",
      paramLabel = "STATE",
      defaultValue = "new",
      description =
          "'new' to found a cluster; 'existing' to join one that has been told of this member by"
              + " 'etcdctl member add' (default: new)")
  private String initialClusterState;

  @Option(
      names = "--initial-cluster-token",
      paramLabel = "TOKEN",
      defaultValue = "etcd-cluster",
      description = "tells clusters apart that might meet on a network (default: ${DEFAULT-VALUE})")
  private String initialClusterToken;

  @Option(
      names = "--heartbeat-interval",
      paramLabel = "MS",
      defaultValue = "100",
      description = "between a leader's heartbeats, in milliseconds (default: ${DEFAULT-VALUE})")
  private long heartbeatMillis;

  @Option(
      names = "--election-timeout",
      paramLabel = "MS",
      defaultValue = "1000",
      description =
          "how long to wait for a leader before an election, in milliseconds; 5 to 100 heartbeats"
              + " (default: ${DEFAULT-VALUE})")
  private long electionMillis;

  @Option(
      names = "--snapshot-count",
      paramLabel = "N",
      defaultValue = "100000",
      description = "take a snapshot after so many entries (default: ${DEFAULT-VALUE})")
  private long snapshotCount;

  @Option(
      names = "--quota-backend-bytes",
      paramLabel = "BYTES",
      defaultValue = "0",
      description =
          "how large the store may grow before it takes no more puts; 0 for 2 GiB, or half of the"
              + " heap if that is less (default: ${DEFAULT-VALUE})")
  private long quotaBytes;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "debug, info, warn or error; logs go to stderr (default: ${DEFAULT-VALUE})")
  private String logLevel;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "print this and exit")
  private boolean isHelpWanted;

  @Option(names = "--version", versionHelp = true, description = "print the version and exit")
  private boolean isVersionWanted;

  /** A parser for this command; flags that are not given are looked up in {@code environment}. */
  public static CommandLine parser(Function<String, String> environment) {
    CommandLine parser = new CommandLine(new ServerCommand());
    parser.registerConverter(long.class, ServerCommand::wholeNumber);
    parser.setDefaultValueProvider(environment(environment));
    return parser;
  }

  /** Looks flags that are not given up in this environment. */
  public static IDefaultValueProvider environment(Function<String, String> environment) {
    return new EnvironmentDefaults(environment);
  }

  private static long wholeNumber(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
  }

  /** How much to log. */
  public String logLevel() {
    return logLevel;
  }

  /** Checks the flags against each other and makes a configuration of them. */
  @Override
  public MemberConfig call() {
    checkNumbers();
    checkOneOf("--log-level", logLevel, List.of("debug", "info", "warn", "error"));
    checkOneOf("--initial-cluster-state", initialClusterState, List.of("new", "existing"));
    listenClientUrls.forEach(url -> checkUrl("--listen-client-urls", url));
    List<String> advertised = advertiseClientUrls == null ? listenClientUrls : advertiseClientUrls;
    advertised.forEach(url -> checkUrl("--advertise-client-urls", url));
    if (listenPeerUrls.size() != 1) {
      throw wrong("--listen-peer-urls takes one URL, not " + listenPeerUrls.size());
    }
    checkUrl("--listen-peer-urls", listenPeerUrls.get(0));
    return new MemberConfig(
        name,
        dataDirectory == null ? Path.of(name + ".balsa") : dataDirectory,
        listenClientUrls,
        advertised,
        listenPeerUrls.get(0),
        cluster(),
        initialClusterState.equals("existing"),
        initialCluster != null,
        initialClusterToken,
        Duration.ofMillis(heartbeatMillis),
        Duration.ofMillis(electionMillis),
        snapshotCount,
        quota());
  }

  private void checkNumbers() {
    if (heartbeatMillis < 1 || heartbeatMillis > 10_000) {
      throw wrong("--heartbeat-interval is from 1 to 10000 ms, not " + heartbeatMillis);
    }
    if (electionMillis < 5 * heartbeatMillis || electionMillis > 100 * heartbeatMillis) {
      throw wrong(
          "--election-timeout "
              + electionMillis
              + " is not from 5 to 100 times --heartbeat-interval "
              + heartbeatMillis);
    }
    if (snapshotCount < 1) {
      throw wrong("--snapshot-count is at least 1, not " + snapshotCount);
    }
    if (quotaBytes < 0) {
      throw wrong("--quota-backend-bytes is 0 or more, not " + quotaBytes);
    }
  }

  private void checkOneOf(String flag, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      throw wrong(flag + " is one of " + String.join(", ", allowed) + ", not '" + value + "'");
    }
  }

  private void checkUrl(String flag, String url) {
    try {
      Url.parse(url);
    } catch (IllegalArgumentException e) {
      throw wrong(flag + ": " + e.getMessage());
    }
  }

  private SortedMap<String, List<String>> cluster() {
    String text = initialCluster;
    if (text == null) {
      List<String> own =
          initialAdvertisePeerUrls == null ? listenPeerUrls : initialAdvertisePeerUrls;
      text = name + "=" + String.join("," + name + "=", own);
    }
    SortedMap<String, List<String>> cluster = new TreeMap<>(Comparator.naturalOrder());
    for (String member : text.split(",")) {
      int at = member.indexOf('=');
      if (at <= 0) {
        throw wrong("--initial-cluster: '" + member + "' is not of the form NAME=URL");
      }
      String url = member.substring(at + 1);
      checkUrl("--initial-cluster", url);
      cluster.computeIfAbsent(member.substring(0, at), any -> new ArrayList<>()).add(url);
    }
    if (!cluster.containsKey(name)) {
      throw wrong(
          "--initial-cluster names "
              + String.join(", ", cluster.keySet())
              + ", but not this member, '"
              + name
              + "'; add it, or correct --name");
    }
    List<String> own = initialAdvertisePeerUrls;
    if (own != null && !List.copyOf(own).equals(cluster.get(name))) {
      throw wrong(
          "--initial-cluster has "
              + name
              + " at "
              + String.join(", ", cluster.get(name))
              + ", --initial-advertise-peer-urls at "
              + String.join(", ", own)
              + "; make them agree");
    }
    return cluster;
  }

  private long quota() {
    if (quotaBytes > 0) {
      return quotaBytes;
    }
    return Math.min(MAX_DEFAULT_QUOTA_BYTES, Runtime.getRuntime().maxMemory() / 2);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Looks up flags in the environment, then falls back to their own defaults. */
  private record EnvironmentDefaults(Function<String, String> environment)
      implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
      if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
        return null;
      }
      String value = environment.apply(variable(option.longestName()));
      return value == null || value.isEmpty() ? null : value;
    }

    private static String variable(String flag) {
      return "ETCD_" + flag.substring(2).toUpperCase(Locale.ROOT).replace('-', '_');
    }
  }

  /** Prints the versions of this project and of the API. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ServerCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "balsa-kv " + (version == null ? "(unpackaged)" : version),
        "API version: " + MaintenanceService.API_VERSION
      };
    }
  }
}
