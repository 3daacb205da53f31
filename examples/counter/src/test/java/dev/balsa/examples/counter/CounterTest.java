// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.counter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members in three processes, talked to as a person would: by their consoles. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class CounterTest {
  @TempDir Path directory;
  private final List<String> addresses = new ArrayList<>();
  private final List<Console> members = new ArrayList<>();

  @BeforeEach
  void startThree() throws IOException {
    List<ServerSocket> reserved = new ArrayList<>();
    for (int id = 1; id <= 3; id++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      reserved.add(socket);
      addresses.add(id + "=127.0.0.1:" + socket.getLocalPort());
    }
    for (ServerSocket socket : reserved) {
      socket.close();
    }
    for (int id = 1; id <= 3; id++) {
      members.add(new Console(id));
    }
  }

  @AfterEach
  void stopAll() throws InterruptedException {
    for (Console member : members) {
      member.kill();
    }
  }

  @Test
  void everyMemberTakesAdditionsAndReadsThemAll() throws IOException {
    long sum = 0;
    for (Console member : members) {
      sum += 5;
      assertThat(member.settled("add 5")).isEqualTo(sum);
    }
    for (Console member : members) {
      assertThat(member.settled("get")).isEqualTo(sum);
    }
  }

  @Test
  void aKilledMemberComesBackWithEverythingThatWasAcknowledged() throws Exception {
    assertThat(members.get(0).settled("add 40")).isEqualTo(40);
    for (int victim = 0; victim < 3; victim++) {
      members.get(victim).kill();
      Console survivor = members.get((victim + 1) % 3);
      long before = survivor.settled("get");
      assertThat(before).isEqualTo(40 + victim);
      // With the leader gone, an addition may end as unknown: then it is looked up, not repeated.
      survivor.addOnce(before);
      members.set(victim, new Console(victim + 1));
      assertThat(members.get(victim).settled("get")).isEqualTo(41 + victim);
    }
  }

  /** One member's process and its console. */
  private final class Console {
    private final Process process;
    private final BufferedReader out;
    private final Writer in;

    Console(int id) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(CounterMember.class.getName(), String.valueOf(id)));
      command.add(directory.resolve("member-" + id).toString());
      command.addAll(addresses);
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      out = process.inputReader(StandardCharsets.UTF_8);
      in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
      assertThat(out.readLine()).contains("member " + id + " is up");
    }

    private String ask(String line) throws IOException {
      in.write(line + "\n");
      in.flush();
      return out.readLine();
    }

    /** The number in the answer; asks again while the answer is that it was not done. */
    long settled(String line) throws IOException {
      String answer = ask(line);
      while (answer.startsWith("not done")) {
        answer = ask(line);
      }
      return Long.parseLong(answer);
    }

    /** Adds one to {@code before}, and looks before it tries again. */
    void addOnce(long before) throws IOException {
      while (settled("get") == before) {
        ask("add 1");
      }
      assertThat(settled("get")).isEqualTo(before + 1);
    }

    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }
}
