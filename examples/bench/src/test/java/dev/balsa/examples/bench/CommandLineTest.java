// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** What a wrong command line is told: the thing and the remedy, on the error stream alone. */
class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Bench.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void nothingToMeasure() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("core, wal, library or cluster").contains("--help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void unknownOptionIsNamed() {
    assertThat(run("cluster", "--endpoints", "127.0.0.1:1", "--clinets", "3")).isEqualTo(2);
    assertThat(err.toString()).contains("--clinets").contains("try: bench cluster --help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void endpointsAreRequired() {
    assertThat(run("cluster")).isEqualTo(2);
    assertThat(err.toString()).contains("--endpoints");
  }

  @Test
  void endpointWithoutPort() {
    assertThat(run("cluster", "--endpoints", "localhost")).isEqualTo(2);
    assertThat(err.toString()).contains("'localhost' is no endpoint; write HOST:PORT");
  }

  @Test
  void impossibleNumbersAreRefused() {
    for (String option :
        new String[] {"--clients=0", "--seconds=0", "--rounds=0", "--keys=0", "--value-bytes=-1"}) {
      assertThat(run("cluster", "--endpoints", "127.0.0.1:1", option)).as(option).isEqualTo(2);
      assertThat(err.toString()).contains(option.substring(0, option.indexOf('=')));
    }
  }

  @Test
  void unknownOperationNamesTheKnownOnes() {
    assertThat(run("cluster", "--endpoints", "127.0.0.1:1", "--ops", "put,frob")).isEqualTo(2);
    assertThat(err.toString()).contains("'frob'").contains("put, lrange, srange, mixed");
  }

  @Test
  void watchSaysThatItIsNotMeasuredYet() {
    assertThat(run("cluster", "--endpoints", "127.0.0.1:1", "--ops", "watch")).isEqualTo(2);
    assertThat(err.toString()).contains("watch is not measured yet");
  }

  @Test
  void deadEndpointIsNamedWithARemedy() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThat(run("cluster", "--endpoints", "127.0.0.1:" + port)).isEqualTo(1);
    assertThat(err.toString())
        .contains("127.0.0.1:" + port + " does not answer")
        .contains("balsa-cluster up");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void helpAndVersionGoToTheOutput() {
    assertThat(run("cluster", "--help")).isZero();
    assertThat(out.toString()).contains("--against");
    assertThat(err.toString()).isEmpty();
  }
}
