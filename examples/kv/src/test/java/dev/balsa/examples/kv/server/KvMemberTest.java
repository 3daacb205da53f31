// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.examples.kv.proto.ClusterGrpc;
import dev.balsa.examples.kv.proto.KVGrpc;
import dev.balsa.examples.kv.proto.MemberListRequest;
import dev.balsa.examples.kv.proto.PutRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A member made of the real parts: log on disk, transport, node, client port. */
class KvMemberTest {
  @TempDir private Path directory;

  private KvMember member;
  private ManagedChannel channel;

  @AfterEach
  void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (member != null) {
      member.close();
    }
  }

  private MemberConfig config(String... more) {
    List<String> flags = new ArrayList<>(List.of(more));
    String given = String.join(" ", more);
    for (String usual :
        List.of(
            "--data-dir=" + directory.resolve("data"),
            "--listen-client-urls=http://127.0.0.1:0",
            "--listen-peer-urls=http://127.0.0.1:0",
            "--heartbeat-interval=10",
            "--election-timeout=100")) {
      if (!given.contains(usual.substring(0, usual.indexOf('=')))) {
        flags.add(usual);
      }
    }
    CommandLine parser = ServerCommand.parser(name -> null);
    parser.parseArgs(flags.toArray(String[]::new));
    ServerCommand command = parser.getCommand();
    return command.call();
  }

  private void start(String... flags) throws StartException {
    member = KvMember.start(config(flags));
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", member.clientPort()).usePlaintext().build();
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel);
  }

  @Test
  void whatWasAnsweredIsThereAfterARestart() throws Exception {
    start();
    kv().put(ServiceFixture.putRequest("a", "1").build());
    var before = kv().range(ServiceFixture.rangeRequest("a", "").build());
    stop();
    start();
    var after = kv().range(ServiceFixture.rangeRequest("a", "").build());
    assertThat(after.getKvsList()).isEqualTo(before.getKvsList()).hasSize(1);
    assertThat(after.getHeader().getMemberId()).isEqualTo(before.getHeader().getMemberId());
    assertThat(after.getHeader().getClusterId()).isEqualTo(before.getHeader().getClusterId());
  }

  @Test
  void itServesHealthAndKnowsItself() throws Exception {
    start("--name=m", "--advertise-client-urls=http://m:2379");
    var health = HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
    assertThat(health.getStatus()).isEqualTo(ServingStatus.SERVING);
    // Its introduction is in the log before any request of ours.
    kv().put(ServiceFixture.putRequest("a", "1").build());
    var list =
        ClusterGrpc.newBlockingStub(channel)
            .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
    assertThat(list.getMembersCount()).isEqualTo(1);
    assertThat(list.getMembers(0).getPeerURLsList()).containsExactly("http://127.0.0.1:0");
  }

  /** Sends these bytes; returns what comes back until the member closes the connection. */
  private String send(String bytes) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", member.clientPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private String get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");
  }

  @Test
  void garbageOnTheClientPortHarmsNobody() throws Exception {
    start();
    assertThat(send("\u0016\u0003\u0001 the start of TLS")).isEmpty();
    assertThat(send("GET /\0\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(send("PRI * HTTP/2.0\r\n\r\nno, it is not\r\n\r\n")).isNotNull();
    assertThat(kv().put(ServiceFixture.putRequest("a", "1").build()).hasHeader()).isTrue();
  }

  @Test
  void plainHttpSharesTheClientPort() throws Exception {
    start();
    kv().put(ServiceFixture.putRequest("a", "1").build());
    assertThat(get("/health"))
        .startsWith("HTTP/1.1 200 OK")
        .contains("content-type: application/json")
        .endsWith("{\"health\":\"true\",\"reason\":\"\"}");
    assertThat(get("/version")).endsWith("{\"etcdserver\":\"3.5.21\",\"etcdcluster\":\"3.5.0\"}");
    assertThat(get("/nothing")).startsWith("HTTP/1.1 404");
    assertThat(send("POST /health HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
        .startsWith("HTTP/1.1 405");
    assertThat(
            send("GET /health HTTP/1.1\r\n\r\nGET /version HTTP/1.1\r\nConnection: close\r\n\r\n"))
        .as("one connection, two answers")
        .contains("\"health\":\"true\"")
        .contains("etcdserver");
  }

  @Test
  void aMessageOverTheLimitIsToldSo() throws Exception {
    start();
    PutRequest huge = ServiceFixture.putRequest("a", "x".repeat(Door.MAX_MESSAGE_BYTES)).build();
    assertThatThrownBy(() -> kv().put(huge))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED))
        .hasMessageContaining("grpc: received message larger than max (");
    assertThat(kv().put(ServiceFixture.putRequest("a", "1").build()).hasHeader()).isTrue();
  }

  @Test
  void aClientPortInUseIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String url = "http://127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(() -> start("--listen-client-urls=" + url))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(url)
          .hasMessageContaining("--listen-client-urls");
    }
  }

  @Test
  void aPeerPortInUseIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(() -> start("--listen-peer-urls=http://" + address))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(address);
    }
  }

  @Test
  void aForeignDirectoryIsRefused() throws Exception {
    start("--initial-cluster=default=http://127.0.0.1:1");
    stop();
    member = null;
    assertThatThrownBy(() -> start("--initial-cluster=default=http://127.0.0.1:2"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(directory.resolve("data").toString())
        .hasMessageContaining("belongs to cluster");
    // Who says nothing of the cluster gets the one that is there.
    start();
    assertThat(kv().put(ServiceFixture.putRequest("a", "1").build()).hasHeader()).isTrue();
  }

  @Test
  void aDirectoryWithOtherThingsIsRefused() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Files.writeString(directory.resolve("data/letter.txt"), "not a log");
    assertThatThrownBy(this::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("letter.txt")
        .hasMessageContaining("--data-dir");
  }
}
