// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a member is given wrongly: it says what is wrong and what helps, or goes on serving. */
@Tag("e2e")
@Timeout(300)
class BadInputTest {
  private static final int MIB = 1 << 20;

  /** What a member with these flags besides the ordinary ones says before it ends by itself. */
  private static String refusal(Cluster cluster, String... flags) {
    MemberProcess member = cluster.member(1);
    member.start(replacing(cluster.flags(member), flags));
    assertThat(member.awaitEnd()).as("exit status; log:%n%s", member.log()).isNotZero();
    return member.log();
  }

  private static List<String> replacing(List<String> flags, String... others) {
    List<String> all = new ArrayList<>(flags);
    for (String other : others) {
      String name = other.substring(0, other.indexOf('=') + 1);
      all.removeIf(flag -> flag.startsWith(name));
      all.add(other);
    }
    return all;
  }

  @Test
  void unknownFlagIsNamed() {
    try (Cluster cluster = Cluster.of("unknown-flag", 1)) {
      assertThat(refusal(cluster, "--hartbeat-interval=50"))
          .contains("--hartbeat-interval")
          .contains("--help");
    }
  }

  @Test
  void clientPortInUseIsNamed() throws IOException {
    try (Cluster cluster = Cluster.of("client-port", 1)) {
      int port = cluster.member(1).clientPort();
      try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(taken.isBound()).isTrue();
        assertThat(refusal(cluster))
            .contains(Integer.toString(port))
            .contains("in use")
            .contains("--listen-client-urls");
      }
    }
  }

  @Test
  void peerPortInUseIsNamed() throws IOException {
    try (Cluster cluster = Cluster.of("peer-port", 1)) {
      int port = cluster.member(1).peerPort();
      try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(taken.isBound()).isTrue();
        assertThat(refusal(cluster))
            .contains(Integer.toString(port))
            .contains("in use")
            .contains("choose another address");
      }
    }
  }

  @Test
  void dataDirectoryThatIsAFileIsNamed() throws IOException {
    try (Cluster cluster = Cluster.of("file-as-directory", 1)) {
      Path file = cluster.member(1).dataDirectory();
      Files.writeString(file, "not a directory");
      assertThat(refusal(cluster)).contains(file.toString()).contains("--data-dir");
      Files.delete(file);
    }
  }

  @Test
  void directoryInUseByAnotherProcessIsNamed() {
    try (Cluster cluster = Cluster.start("in-use", 1);
        Cluster other = Cluster.of("in-use", 1)) {
      // Other ports, the same directory: what starting a member twice amounts to.
      assertThat(refusal(other, "--data-dir=" + cluster.member(1).dataDirectory()))
          .contains(cluster.member(1).dataDirectory().toString());
      assertThat(cluster.client(1).serves()).isTrue();
    }
  }

  @Test
  void garbageOnEitherPortDisturbsNobody() throws IOException {
    try (Cluster cluster = Cluster.start("garbage", 3)) {
      MemberProcess member = cluster.member(1);
      for (int port : List.of(member.clientPort(), member.peerPort())) {
        for (byte[] garbage : garbage()) {
          send(port, garbage);
        }
        assertThat(cluster.client(1).serves()).isTrue();
      }
      List<Socket> idle = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        idle.add(new Socket(InetAddress.getLoopbackAddress(), member.clientPort()));
        idle.add(new Socket(InetAddress.getLoopbackAddress(), member.peerPort()));
      }
      cluster.client(1).put("after", "garbage");
      for (MemberProcess each : cluster.members()) {
        assertThat(cluster.client(each).get("after")).isEqualTo("garbage");
        assertThat(each.isAlive()).isTrue();
      }
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  private static List<byte[]> garbage() {
    Random random = new Random(7);
    List<byte[]> garbage = new ArrayList<>();
    for (int size : new int[] {1, 3, 100, 10_000, MIB}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      garbage.add(bytes);
    }
    garbage.add("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    garbage.add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    // Lengths that nobody should believe.
    garbage.add(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0});
    garbage.add(new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0});
    garbage.add(new byte[4096]);
    return garbage;
  }

  private static void send(int port, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      socket.shutdownOutput();
      socket.setSoTimeout(500);
      socket.getInputStream().readNBytes(100);
    } catch (SocketException | java.net.SocketTimeoutException e) {
      // It hung up on us, or waits for more: both are its right.
    }
  }

  @Test
  void requestOverTheLimitIsRefusedAndTheNextServed() {
    try (Cluster cluster = Cluster.start("limits", 1)) {
      Client client = cluster.client(1);
      client.put("large", "x".repeat(3 * MIB / 2 - 200));
      assertThatThrownBy(() -> client.put("large", "x".repeat(3 * MIB / 2)))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused -> {
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(refused.getStatus().getDescription())
                    .isEqualTo("etcdserver: request is too large");
              });
      assertThatThrownBy(() -> client.put("huge", "x".repeat(8 * MIB)))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode())
                      .isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
      assertThat(client.get("large")).hasSize(3 * MIB / 2 - 200);
      client.put("small", "x");
      assertThat(client.get("small")).isEqualTo("x");
    }
  }
}
