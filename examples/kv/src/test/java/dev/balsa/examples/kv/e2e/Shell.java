// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands as a person at a terminal would, each bounded in time. */
final class Shell {
  private static final Duration LIMIT = Duration.ofSeconds(150);

  private Shell() {}

  /** What a command has left behind. */
  record Output(List<String> command, int exit, String out, String err) {
    Output succeeds() {
      assertThat(exit).as("exit status of %s", this).isZero();
      return this;
    }

    Output fails(int status) {
      assertThat(exit).as("exit status of %s", this).isEqualTo(status);
      return this;
    }

    /** Without the last line's end, as {@code $(...)} has it. */
    String text() {
      return out.stripTrailing();
    }

    @Override
    public String toString() {
      return String.join(" ", command) + "\n--- out\n" + out + "--- err\n" + err + "---";
    }
  }

  static Output run(String... command) {
    return in(Path.of(""), command);
  }

  static Output in(Path directory, String... command) {
    return feed(directory, "", command);
  }

  static Output etcdctl(String endpoints, String... words) {
    return feedEtcdctl(endpoints, "", words);
  }

  /** Stock etcdctl with this on its standard input. */
  static Output feedEtcdctl(String endpoints, String input, String... words) {
    List<String> command = new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl"));
    command.add("--endpoints=" + endpoints);
    command.addAll(List.of(words));
    return feed(Path.of(""), input, command.toArray(String[]::new));
  }

  /** Runs a command with this on its standard input. */
  static Output feed(Path directory, String input, String... command) {
    Path out = temporary();
    Path err = temporary();
    Path in = temporary();
    try {
      Files.writeString(in, input);
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toAbsolutePath().toFile())
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      Output output =
          new Output(
              List.of(command), process.exitValue(), Files.readString(out), Files.readString(err));
      assertThat(ended).as("ends within %s: %s", LIMIT, output).isTrue();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      List.of(out, err, in).forEach(path -> path.toFile().delete());
    }
  }

  /** Skips the test, naming the package to install, if there is no such command. */
  static void require(String command, String debianPackage) {
    boolean found = false;
    for (String directory : System.getenv("PATH").split(File.pathSeparator)) {
      found |= Files.isExecutable(Path.of(directory, command));
    }
    assumeTrue(found, () -> "no " + command + " here: install the Debian package " + debianPackage);
  }

  private static Path temporary() {
    try {
      return Files.createTempFile("balsa-e2e", ".txt");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
