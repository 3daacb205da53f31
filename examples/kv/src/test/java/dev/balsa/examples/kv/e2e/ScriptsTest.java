// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts as a user runs them: from another directory, through a symlink, in a place with a
 * blank in its name.
 */
@Tag("e2e")
@Timeout(300)
class ScriptsTest {
  private static final Path BIN = Project.root().resolve("examples/kv/bin");

  @TempDir private Path temporary;
  private Path work;
  private String command;
  private int port;

  /** Maven has just packaged what the scripts run. Given that, they need not build it again. */
  @BeforeAll
  static void takeWhatIsPackaged() {
    Path target = Project.root().resolve("examples/kv/target");
    assertThat(target.resolve("main")).as("packaged by 'mvn verify'").isDirectory();
    Shell.run(
            "bash",
            "-c",
            "set -euo pipefail; . \"$1\"; balsa_is_in_use \"$2\" || balsa_take examples/kv",
            "take",
            BIN.resolve("lib.sh").toString(),
            target.resolve("run").toString())
        .succeeds();
  }

  @BeforeEach
  void linkCommand() throws IOException {
    work = Files.createDirectories(temporary.resolve("some where"));
    Path link = temporary.resolve("a-cluster");
    Files.createSymbolicLink(link, BIN.resolve("balsa-cluster"));
    command = link.toString();
    port = Ports.freePairs(3);
  }

  @AfterEach
  void endMembers() throws IOException {
    for (Path directory : List.of(work.resolve("balsa-data"), work.resolve("data"))) {
      if (Files.exists(directory.resolve("cluster"))) {
        balsaCluster("down", "--data-dir", directory.toString());
      }
    }
    Files.delete(Path.of(command));
  }

  private Shell.Output balsaCluster(String... words) {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(List.of(words));
    return Shell.in(work, line.toArray(String[]::new));
  }

  private Shell.Output up(String... more) {
    List<String> words = new ArrayList<>(List.of("up"));
    words.addAll(List.of("--client-port=" + port, "--peer-port", Integer.toString(port + 1)));
    words.addAll(List.of(more));
    return balsaCluster(words.toArray(String[]::new));
  }

  private List<List<String>> status(String... options) {
    List<String> words = new ArrayList<>(List.of("status"));
    words.addAll(List.of(options));
    return balsaCluster(words.toArray(String[]::new))
        .succeeds()
        .out()
        .lines()
        .map(line -> List.of(line.strip().split("\\s+")))
        .toList();
  }

  private static List<String> column(List<List<String>> table, int column) {
    return table.stream().map(row -> row.get(column)).toList();
  }

  /** A process that nobody has waited for yet keeps its number for a while, as a zombie. */
  private static boolean hasEnded(String pid) {
    String state = Shell.run("ps", "-o", "state=", "-p", pid).text();
    return state.isEmpty() || state.startsWith("Z");
  }

  @Test
  void lifeOfACluster() {
    Shell.Output up = up().succeeds();
    assertThat(up.out())
        .contains("endpoints: 127.0.0.1:%d,127.0.0.1:%d".formatted(port, port + 10))
        .contains("etcdctl --endpoints=");
    List<List<String>> status = status();
    assertThat(column(status, 0)).containsExactly("1", "2", "3");
    assertThat(column(status, 1)).containsExactly("member-1", "member-2", "member-3");
    assertThat(column(status, 2)).contains("http://127.0.0.1:" + (port + 20));
    assertThat(column(status, 4)).containsOnlyOnce("leader").contains("follower");
    assertThat(column(status, 6)).containsExactly("1", "1", "1");

    int leader = 1 + column(status, 4).indexOf("leader");
    String pid = status.get(leader - 1).get(3);
    balsaCluster("kill", Integer.toString(leader)).succeeds();
    assertThat(hasEnded(pid)).isTrue();
    assertThat(status().get(leader - 1)).contains("stopped").doesNotContain(pid);
    assertThat(balsaCluster("kill", Integer.toString(leader)).fails(1).err())
        .contains("member " + leader + " does not run")
        .contains("restart");

    int follower = 1 + leader % 3;
    balsaCluster("restart", Integer.toString(leader)).succeeds();
    balsaCluster("pause", Integer.toString(follower)).succeeds();
    assertThat(status().get(follower - 1)).contains("paused");
    balsaCluster("resume", Integer.toString(follower)).succeeds();
    Await.that(
        "three that answer",
        Cluster.SERVES,
        () -> column(status(), 4).stream().allMatch(role -> role.matches("leader|follower")));

    List<String> pids = column(status(), 3);
    assertThat(up().succeeds().out()).contains("member 3 serves");
    assertThat(column(status(), 3)).as("up again starts nothing anew").isEqualTo(pids);
    balsaCluster("down").succeeds();
    assertThat(column(status(), 4)).containsOnly("stopped");
    assertThat(work.resolve("balsa-data/member-2")).isDirectory();
  }

  @Test
  void membersAreAddedAndRemoved() {
    up("--members", "2").succeeds();
    assertThat(balsaCluster("add").succeeds().out())
        .contains("member 3 serves at http://127.0.0.1:" + (port + 20))
        .contains("endpoints: 127.0.0.1:%d,127.0.0.1:%d,".formatted(port, port + 10));
    assertThat(balsaCluster("remove", "1").succeeds().out()).contains("member 1 is removed");
    assertThat(column(status(), 0)).containsExactly("2", "3");
    assertThat(balsaCluster("restart", "1").fails(1).err())
        .contains("there is no member 1")
        .contains("members 2 3");
    balsaCluster("restart", "3").succeeds();
    assertThat(column(status(), 4)).containsOnlyOnce("leader").contains("follower");
    balsaCluster("down").succeeds();
    // All that is known of the members is kept.
    balsaCluster("up").succeeds();
    assertThat(column(status(), 0)).containsExactly("2", "3");
    assertThat(balsaCluster("remove", "1").fails(1).err()).contains("there is no member 1");
  }

  /** A descriptor that a member inherited would keep cat waiting for its end. */
  @Test
  void upInAPipeReturns() {
    Shell.Output piped =
        Shell.in(
            work,
            "bash",
            "-o",
            "pipefail",
            "-c",
            "exec 5>&1; '%s' up --members 1 --client-port %d --peer-port %d 2>&1 5>&1 | cat"
                .formatted(command, port, port + 1));
    assertThat(piped.succeeds().out()).contains("member 1 serves");
    balsaCluster("down").succeeds();
  }

  @Test
  void stalePidFileHarmsNoStranger() throws IOException {
    up("--members", "1", "--data-dir", "data").succeeds();
    balsaCluster("kill", "--data-dir", "data", "1").succeeds();
    Process stranger = new ProcessBuilder("sleep", "300").start();
    try {
      Files.writeString(work.resolve("data/member-1.pid"), stranger.pid() + "\n");
      assertThat(column(status("--data-dir", "data"), 4)).containsExactly("stopped");
      balsaCluster("kill", "1", "--data-dir", "data").fails(1);
      balsaCluster("down", "--data-dir", "data").succeeds();
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void foregroundStopsAllOnInterrupt() throws Exception {
    Path out = temporary.resolve("foreground.txt");
    Process foreground =
        new ProcessBuilder(
                interruptible("--members=2", "--client-port=" + port, "--peer-port=" + (port + 1)))
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      Await.that("members that serve", Cluster.SERVES, () -> read(out).contains("Ctrl-C stops"));
      List<String> pids = column(status(), 3);
      assertThat(column(status(), 4)).containsOnlyOnce("leader");
      Shell.run("kill", "-INT", Long.toString(foreground.pid())).succeeds();
      assertThat(foreground.waitFor(30, TimeUnit.SECONDS)).as(read(out)).isTrue();
      for (String pid : pids) {
        assertThat(hasEnded(pid)).as("member with pid %s has ended", pid).isTrue();
      }
    } finally {
      foreground.destroy();
    }
  }

  /**
   * A shell cannot trap a signal that was ignored when it started, and a job in the background of a
   * script ignores the interrupt: so do the tests that it runs.
   */
  private List<String> interruptible(String... options) {
    List<String> words = new ArrayList<>();
    if (Files.isDirectory(Path.of("/proc/self"))) {
      words.addAll(List.of("env", "--default-signal=INT"));
    }
    words.add(command);
    words.addAll(List.of(options));
    return words;
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void portInUseIsNamedBeforeAnythingStarts() throws IOException {
    try (ServerSocket taken = new ServerSocket(port + 10, 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertThat(up().fails(1).err())
          .contains("port " + (port + 10))
          .contains("member 2")
          .contains("--client-port");
    }
    assertThat(column(status(), 4)).containsOnly("stopped");
  }

  @Test
  void memberThatEndsIsNamedWithTheEndOfItsLog() {
    assertThat(up("--members", "1", "--", "--no-such-flag").fails(1).err())
        .contains("member 1")
        .contains("member-1.log")
        .contains("--no-such-flag");
  }

  @Test
  void wrongUsage() {
    assertThat(balsaCluster("--help").succeeds().out()).contains("Usage: balsa-cluster");
    assertThat(balsaCluster("--version").succeeds().out()).startsWith("balsa-cluster ");
    assertThat(balsaCluster("frob").fails(2).err()).contains("'frob'");
    assertThat(balsaCluster("up", "--mebmers", "3").fails(2).err()).contains("--mebmers");
    assertThat(balsaCluster("kill").fails(2).err()).contains("needs a member's number");
    assertThat(balsaCluster("kill", "one").fails(2).err()).contains("'one'");
    assertThat(balsaCluster("up", "--members", "0").fails(2).err()).contains("1 to 9");
    assertThat(balsaCluster("status", "--data-dir", "nowhere").fails(1).err())
        .contains("no cluster in")
        .contains("nowhere");
    assertThat(work.resolve("balsa-data")).doesNotExist();
  }

  @Test
  void shellcheckFindsNothing() {
    Shell.require("shellcheck", "shellcheck");
    List<String> line = new ArrayList<>(List.of("shellcheck"));
    Project.shellScripts().forEach(script -> line.add(script.toString()));
    assertThat(line).contains(BIN.resolve("balsa-cluster").toString());
    Shell.run(line.toArray(String[]::new)).succeeds();
  }
}
