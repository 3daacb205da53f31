// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.examples.kv.proto.StatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster of real processes on free ports of loopback, with its data below {@code target}.
 * Closing it ends every process, whatever happened, and removes the data; the logs stay for whoever
 * asks why a test failed.
 */
final class Cluster implements AutoCloseable {
  static final Duration SERVES = Duration.ofSeconds(45);

  private final Path home;
  private final String token;
  private final int founders;
  private final List<MemberProcess> members = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final Thread endAll = new Thread(this::endProcesses, "end-members");

  private Cluster(String name, int size) {
    this.home = newHome(name);
    this.token = name;
    this.founders = size;
    Runtime.getRuntime().addShutdownHook(endAll);
    for (int number = 1; number <= size; number++) {
      another();
    }
  }

  /** One more machine, on which no member runs yet. */
  MemberProcess another() {
    MemberProcess member = new MemberProcess(members.size() + 1, home);
    members.add(member);
    clients.add(new Client(member.endpoint()));
    return member;
  }

  /** A cluster none of whose members runs yet. */
  static Cluster of(String name, int size) {
    return new Cluster(name, size);
  }

  /** A cluster that serves. */
  static Cluster start(String name, int size) {
    Cluster cluster = new Cluster(name, size);
    try {
      cluster.startAll();
      cluster.awaitServing();
    } catch (Throwable failure) {
      cluster.close();
      throw failure;
    }
    return cluster;
  }

  private static Path newHome(String name) {
    try {
      Path base = Files.createDirectories(Path.of("target", "e2e").toAbsolutePath());
      return Files.createTempDirectory(base, name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path home() {
    return home;
  }

  List<MemberProcess> members() {
    return members;
  }

  MemberProcess member(int number) {
    return members.get(number - 1);
  }

  /** A client of this member alone. Lives as long as the cluster. */
  Client client(int number) {
    return clients.get(number - 1);
  }

  Client client(MemberProcess member) {
    return client(member.number());
  }

  /** As {@code etcdctl --endpoints} takes them. */
  String endpoints() {
    return members.stream().map(MemberProcess::endpoint).collect(Collectors.joining(","));
  }

  void startAll() {
    members.forEach(this::start);
  }

  void start(MemberProcess member) {
    member.start(flags(member));
  }

  /** Starts a member that the cluster has been told of, and these are its members then. */
  void join(MemberProcess member, String initialCluster) {
    member.start(flags(member, initialCluster, "existing"));
  }

  /** The flags that a user of three machines would write. */
  List<String> flags(MemberProcess member) {
    String initial =
        members.stream()
            .limit(founders)
            .map(each -> each.name() + "=" + each.peerUrl())
            .collect(Collectors.joining(","));
    return flags(member, initial, "new");
  }

  private List<String> flags(MemberProcess member, String initial, String state) {
    return List.of(
        "--name=" + member.name(),
        "--data-dir=" + member.dataDirectory(),
        "--listen-client-urls=" + member.clientUrl(),
        "--advertise-client-urls=" + member.clientUrl(),
        "--listen-peer-urls=" + member.peerUrl(),
        "--initial-advertise-peer-urls=" + member.peerUrl(),
        "--initial-cluster=" + initial,
        "--initial-cluster-state=" + state,
        "--initial-cluster-token=" + token);
  }

  void awaitServing() {
    members.forEach(this::awaitServing);
  }

  /** Until a linearizable read works on this member. */
  void awaitServing(MemberProcess member) {
    Await.that(
        "a linearizable read on " + member.name() + " (its log is " + member.logFile() + ")",
        SERVES,
        () -> {
          assertThat(member.isAlive())
              .as("%s lives; the end of its log:%n%s", member.name(), member.logTail())
              .isTrue();
          return client(member).serves();
        });
  }

  /** The member that all who answer call their leader, once there is one among those that run. */
  MemberProcess awaitLeader() {
    return Await.until("one leader", SERVES, this::leader);
  }

  private MemberProcess leader() {
    MemberProcess leader = null;
    long leaderTerm = -1;
    for (MemberProcess member : members) {
      StatusResponse status = member.isAlive() ? client(member).status() : null;
      boolean leads =
          status != null
              && status.getLeader() != 0
              && status.getLeader() == status.getHeader().getMemberId();
      // A deposed leader that does not know it yet may name itself, in an older term.
      if (leads && status.getRaftTerm() > leaderTerm) {
        leader = member;
        leaderTerm = status.getRaftTerm();
      }
    }
    return leader;
  }

  List<MemberProcess> othersThan(MemberProcess member) {
    return members.stream().filter(each -> each != member).toList();
  }

  private void endProcesses() {
    members.forEach(MemberProcess::destroy);
  }

  @Override
  public void close() {
    clients.forEach(Client::close);
    endProcesses();
    Runtime.getRuntime().removeShutdownHook(endAll);
    members.forEach(member -> deleteTree(member.dataDirectory()));
  }

  static void copyTree(Path from, Path to) {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void deleteTree(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
