// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Short runs against a real cluster of one member: whether figures come out, not which. */
@Tag("e2e")
@Timeout(300)
class ClusterBenchTest {
  private static final Pattern LINE =
      Pattern.compile(
          "\\{\"bench\":\"cluster\",\"target\":\"([^\"]+)\",\"op\":\"(\\w+)\",\"clients\":(\\d+),"
              + "\"ops_s\":([0-9.]+),\"p50_us\":([0-9.]+),\"p99_us\":([0-9.]+),\"errors\":(\\d+),"
              + "\"cpu_s_per_100k\":([0-9.]+|null)}");

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Process member;
  private String endpoint;

  @BeforeEach
  void startMember() throws IOException, InterruptedException {
    int clientPort = freePort();
    int peerPort = freePort();
    endpoint = "127.0.0.1:" + clientPort;
    member =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.balsa.examples.kv.Main",
                "--name=one",
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=http://" + endpoint,
                "--advertise-client-urls=http://" + endpoint,
                "--listen-peer-urls=http://127.0.0.1:" + peerPort,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort,
                "--initial-cluster=one=http://127.0.0.1:" + peerPort)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    int attempts = 0;
    while (run("--ops=put", "--seconds=0.01", "--warm-up=0", "--rounds=1", "--clients=1") != 0) {
      assertThat(member.isAlive() && ++attempts < 300)
          .as("the member serves: %s%n%s", err, Files.readString(directory.resolve("log")))
          .isTrue();
      Thread.sleep(100);
    }
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
  }

  @AfterEach
  void endMember() throws InterruptedException {
    member.destroyForcibly().waitFor();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private int run(String... options) {
    String[] line = new String[options.length + 3];
    line[0] = "cluster";
    line[1] = "--endpoints";
    line[2] = endpoint;
    System.arraycopy(options, 0, line, 3, options.length);
    return Bench.run(new PrintWriter(out), new PrintWriter(err), line);
  }

  @Test
  void everyOperationYieldsFigures() {
    int exit =
        run(
            "--ops=put,lrange,srange,mixed",
            "--clients=1,8",
            "--seconds=0.5",
            "--warm-up=0.2",
            "--rounds=1",
            "--keys=100",
            "--load",
            "--json");
    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString().lines()).hasSize(8);
    assertThat(out.toString().lines())
        .allSatisfy(
            line -> {
              Matcher fields = LINE.matcher(line);
              assertThat(fields.matches()).as(line).isTrue();
              assertThat(fields.group(1)).isEqualTo(endpoint);
              assertThat(Double.parseDouble(fields.group(4))).isPositive();
              assertThat(Double.parseDouble(fields.group(5)))
                  .isLessThanOrEqualTo(Double.parseDouble(fields.group(6)));
              assertThat(fields.group(7)).isEqualTo("0");
            });
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void ratiosAgainstAnother() {
    int exit =
        run("--against", endpoint, "--ops=put", "--clients=4", "--seconds=0.3", "--rounds=2");
    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("A = " + endpoint)
        .contains("B = " + endpoint)
        .containsPattern("A/B +\\d+\\.\\d\\dx +\\d+\\.\\d\\dx");
  }

  @Test
  void clusterThatDiesIsReported() throws Exception {
    Thread killer =
        new Thread(
            () -> {
              try {
                Thread.sleep(500);
              } catch (InterruptedException e) {
                return;
              }
              member.destroyForcibly();
            });
    killer.start();
    int exit = run("--ops=put", "--clients=4", "--seconds=2", "--warm-up=0", "--rounds=1");
    killer.join();
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("requests failed, the first: UNAVAILABLE");
  }
}
