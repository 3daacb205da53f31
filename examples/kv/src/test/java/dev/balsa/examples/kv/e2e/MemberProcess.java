// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One member as a process of its own, run from this JVM's class path. One test thread at a time.
 */
final class MemberProcess {
  private static final Duration END = Duration.ofSeconds(20);

  private final int number;
  private final int clientPort;
  private final int peerPort;
  private final Path home;
  private List<String> prefix = List.of();
  private Process process;

  MemberProcess(int number, Path home) {
    this.number = number;
    this.home = home;
    this.clientPort = Ports.free();
    this.peerPort = Ports.free();
  }

  int number() {
    return number;
  }

  String name() {
    return "member-" + number;
  }

  int clientPort() {
    return clientPort;
  }

  int peerPort() {
    return peerPort;
  }

  String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  String clientUrl() {
    return "http://127.0.0.1:" + clientPort;
  }

  String peerUrl() {
    return "http://127.0.0.1:" + peerPort;
  }

  Path dataDirectory() {
    return home.resolve(name());
  }

  Path logFile() {
    return home.resolve(name() + ".log");
  }

  /** All that the member has said since it was first started. */
  String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile(), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the member under this command from its next start on. */
  void under(String... command) {
    prefix = List.of(command);
  }

  void start(List<String> flags) {
    if (isAlive()) {
      throw new IllegalStateException(name() + " runs already");
    }
    List<String> command = new ArrayList<>(prefix);
    command.addAll(program());
    command.addAll(flags);
    try {
      Files.createDirectories(home);
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The member's program: this class path's, or, to see whether the tests ask for no more than etcd
   * gives, the command named by the system property {@code balsa.e2e.member}.
   */
  static List<String> program() {
    String other = System.getProperty("balsa.e2e.member");
    if (other != null) {
      return List.of(other.split(" "));
    }
    String java =
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    return List.of(
        java,
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        "dev.balsa.examples.kv.Main");
  }

  /** Runs the program with these words, and waits for its end. */
  static Shell.Output command(String... words) {
    List<String> line = new ArrayList<>(program());
    line.addAll(List.of(words));
    return Shell.run(line.toArray(String[]::new));
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** The member's own process, below a command that it may run under. */
  long pid() {
    if (prefix.isEmpty()) {
      return process.pid();
    }
    return Await.until(
        name() + " runs under " + prefix.get(0),
        END,
        () -> process.descendants().findFirst().map(ProcessHandle::pid).orElse(null));
  }

  /** As a crash: nothing is flushed, nobody is told. */
  void kill() {
    killWithoutWaiting();
    awaitEnd();
  }

  void killWithoutWaiting() {
    ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
  }

  /** As an operator stops it; returns the exit status. */
  int stop() {
    signal("TERM");
    return awaitEnd();
  }

  void pause() {
    signal("STOP");
  }

  void resume() {
    signal("CONT");
  }

  void signal(String signal) {
    Shell.run("kill", "-" + signal, Long.toString(pid())).succeeds();
  }

  /** The exit status, once it has ended by itself. */
  int awaitEnd() {
    try {
      boolean ended = process.waitFor(END.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended).as("%s ends; its log:%n%s", name(), logTail()).isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  String logTail() {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
  }

  /** Whatever state it is in. */
  void destroy() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
