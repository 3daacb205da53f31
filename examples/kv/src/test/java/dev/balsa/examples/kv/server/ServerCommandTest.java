// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class ServerCommandTest {
  private static final String THREE =
      "a=http://127.0.0.1:1001,b=http://127.0.0.1:1002,c=http://127.0.0.1:1003";

  private static MemberConfig parse(Map<String, String> environment, String... flags) {
    CommandLine parser = ServerCommand.parser(environment::get);
    parser.parseArgs(flags);
    ServerCommand command = parser.getCommand();
    return command.call();
  }

  private static MemberConfig parse(String... flags) {
    return parse(Map.of(), flags);
  }

  @Test
  void withoutFlagsItIsAClusterOfOne() {
    MemberConfig config = parse();
    assertThat(config.name()).isEqualTo("default");
    assertThat(config.dataDirectory()).isEqualTo(Path.of("default.balsa"));
    assertThat(config.listenClientUrls()).containsExactly("http://localhost:2379");
    assertThat(config.advertiseClientUrls()).containsExactly("http://localhost:2379");
    assertThat(config.listenPeerUrl()).isEqualTo("http://localhost:2380");
    assertThat(config.initialCluster())
        .containsExactly(Map.entry("default", List.of("http://localhost:2380")));
    assertThat(config.isClusterStated()).isFalse();
    assertThat(config.heartbeat()).isEqualTo(Duration.ofMillis(100));
    assertThat(config.election()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.snapshotCount()).isEqualTo(100_000);
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void flagsAreEtcds() {
    MemberConfig config =
        parse(
            "--name=b",
            "--data-dir",
            "/data",
            "--listen-client-urls=http://0.0.0.0:1,http://[::1]:2",
            "--advertise-client-urls=http://b:1",
            "--listen-peer-urls=http://0.0.0.0:1002",
            "--initial-advertise-peer-urls=http://127.0.0.1:1002",
            "--initial-cluster=" + THREE,
            "--initial-cluster-state=new",
            "--initial-cluster-token=t",
            "--heartbeat-interval=20",
            "--election-timeout=200",
            "--snapshot-count=500",
            "--quota-backend-bytes=1000000");
    assertThat(config.dataDirectory()).isEqualTo(Path.of("/data"));
    assertThat(config.listenClientUrls()).containsExactly("http://0.0.0.0:1", "http://[::1]:2");
    assertThat(config.advertiseClientUrls()).containsExactly("http://b:1");
    assertThat(config.initialCluster()).containsOnlyKeys("a", "b", "c");
    assertThat(config.clusterToken()).isEqualTo("t");
    assertThat(config.heartbeat()).isEqualTo(Duration.ofMillis(20));
    assertThat(config.snapshotCount()).isEqualTo(500);
    assertThat(config.quotaBytes()).isEqualTo(1_000_000);
    assertThat(config.members().addresses().values())
        .containsExactlyInAnyOrder("127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:1003");
  }

  @Test
  void theEnvironmentComesAfterTheCommandLine() {
    Map<String, String> environment =
        Map.of("ETCD_NAME", "env", "ETCD_DATA_DIR", "/env", "ETCD_HEARTBEAT_INTERVAL", "50");
    MemberConfig config = parse(environment, "--data-dir=/flag");
    assertThat(config.name()).isEqualTo("env");
    assertThat(config.dataDirectory()).isEqualTo(Path.of("/flag"));
    assertThat(config.heartbeat()).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void idsAreTheSameOnEveryMember() {
    MemberConfig a = parse("--name=a", "--initial-cluster=" + THREE);
    MemberConfig b = parse("--name=b", "--initial-cluster=" + THREE);
    assertThat(a.clusterId()).isEqualTo(b.clusterId());
    assertThat(a.memberId()).isPositive().isNotEqualTo(b.memberId());
    assertThat(a.members().addresses()).isEqualTo(b.members().addresses());
    assertThat(a.members().addresses()).containsEntry(b.memberId(), "127.0.0.1:1002");
    MemberConfig other =
        parse("--name=a", "--initial-cluster=" + THREE, "--initial-cluster-token=other");
    assertThat(other.clusterId()).isNotEqualTo(a.clusterId());
    assertThat(other.memberId()).isNotEqualTo(a.memberId());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--bogus | Unknown option: '--bogus'",
        "stray | Unmatched argument at index 0: 'stray'",
        "--heartbeat-interval=x | 'x' is not a whole number",
        "--heartbeat-interval=0 | --heartbeat-interval is from 1 to 10000 ms, not 0",
        "--election-timeout=100 | --election-timeout 100 is not from 5 to 100 times",
        "--snapshot-count=0 | --snapshot-count is at least 1, not 0",
        "--quota-backend-bytes=-1 | --quota-backend-bytes is 0 or more, not -1",
        "--log-level=loud | --log-level is one of debug, info, warn, error, not 'loud'",
        "--initial-cluster-state=old | is one of new, existing, not 'old'",
        "--initial-cluster=x=http://h:1 | names x, but not this member, 'default'; add it, or",
        "--initial-cluster=default | 'default' is not of the form NAME=URL",
        "--initial-cluster=default=h:1 | --initial-cluster: 'h:1' is not of the form http://",
        "--listen-client-urls=https://h:1 | asks for TLS, which this version does not have",
        "--listen-client-urls=http://h | --listen-client-urls: 'http://h' is not of the form",
        "--listen-client-urls=http://h:99999 | is not of the form http://HOST:PORT",
        "--listen-client-urls=http://h:1/path | is not of the form http://HOST:PORT",
        "--listen-peer-urls=http://h:1,http://h:2 | --listen-peer-urls takes one URL, not 2",
        "--advertise-client-urls=:: | is not a URL; http://HOST:PORT is expected"
      })
  void whatIsWrongIsNamedWithTheRemedy(String flag, String message) {
    assertThatThrownBy(() -> parse(flag))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theAdvertisedAddressMustBeTheOneInTheCluster() {
    assertThatThrownBy(
            () ->
                parse(
                    "--name=a",
                    "--initial-cluster=" + THREE,
                    "--initial-advertise-peer-urls=http://elsewhere:1"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("http://elsewhere:1; make them agree");
  }
}
