// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member whose data directory is damaged or gone comes back by one command, as another one. */
@Tag("e2e")
@Timeout(300)
class RejoinTest {
  private static Shell.Output rejoin(Cluster cluster, MemberProcess member, String... more) {
    String[] words = {
      "rejoin",
      "--name=" + member.name(),
      "--data-dir=" + member.dataDirectory(),
      "--endpoints=" + cluster.endpoints()
    };
    return MemberProcess.command(
        Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new));
  }

  /** Flips one bit of these bytes, in whichever segment of the member's log they stand first. */
  private static Path damage(MemberProcess member, String bytes) {
    try (Stream<Path> files = Files.list(member.dataDirectory())) {
      for (Path file : files.filter(path -> path.toString().endsWith(".wal")).sorted().toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        int at = content.indexOf(bytes);
        if (at >= 0) {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (bytes.charAt(0) ^ 1)}), at);
          }
          return file;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError(bytes + " is not in the log of " + member.name());
  }

  @Test
  void aDamagedLogStopsTheMemberAndItRejoins() {
    try (Cluster cluster = Cluster.start("damaged", 3)) {
      MemberProcess member = cluster.othersThan(cluster.awaitLeader()).get(0);
      Client client = cluster.client(member);
      client.put("first", "a value to be found in the log");
      for (int i = 0; i < 20; i++) {
        client.put("next-" + i, "kept");
      }
      member.kill();
      Path damaged = damage(member, "a value to be found in the log");
      Path directory = member.dataDirectory();

      int said = member.log().length();
      cluster.start(member);
      assertThat(member.awaitEnd()).as("exit status").isEqualTo(3);
      assertThat(member.log().substring(said))
          .contains("balsa-kv: cannot use the data directory " + directory)
          .contains("the log is damaged in " + damaged + " at byte ")
          .contains("balsa-kv rejoin --name " + member.name() + " --data-dir " + directory)
          .contains(" --endpoints ENDPOINTS");

      MemberProcess other = cluster.othersThan(member).get(0);
      MemberProcess third = cluster.othersThan(member).get(1);
      cluster.client(other).put("meanwhile", "served");
      assertThat(rejoin(cluster, member, "--dry-run").succeeds().out())
          .contains("the log is damaged in " + damaged)
          .contains("would move " + directory + " to " + directory + ".damaged-1")
          .contains("nothing was changed");
      assertThat(directory).isNotEmptyDirectory();
      assertThat(rejoin(cluster, other).fails(1).err())
          .contains("another process (or this one) has opened the log")
          .contains("nothing was changed");
      assertThat(rejoin(cluster, member).succeeds().out())
          .contains("the log is damaged in " + damaged)
          .contains("moved " + directory + " to " + directory + ".damaged-1")
          .contains("now start member " + member.name() + " with the flags that it always had");
      assertThat(Path.of(directory + ".damaged-1").resolve(damaged.getFileName())).exists();

      cluster.client(other).put("meanwhile", "served on");
      cluster.start(member);
      cluster.awaitServing(member);
      assertThat(client.get("first")).isEqualTo("a value to be found in the log");
      assertThat(client.get("meanwhile")).isEqualTo("served on");
      assertThat(
              Shell.etcdctl(cluster.endpoints(), "member", "list")
                  .succeeds()
                  .out()
                  .lines()
                  .filter(line -> line.contains(", started, ")))
          .hasSize(3);

      // It votes: without it, what is written now would have no majority.
      third.kill();
      // What is handed to a leader that has just died may be lost, and its outcome is unknown.
      cluster.awaitLeader();
      client.put("without " + third.name(), "2 of 3");
      assertThat(cluster.client(other).get("without " + third.name())).isEqualTo("2 of 3");
      // And once more, by a restart with its old flags, it is who it was.
      cluster.start(third);
      member.stop();
      cluster.start(member);
      cluster.awaitServing(member);
      assertThat(rejoin(cluster, member).fails(1).err()).contains("nothing was changed");
    }
  }

  @Test
  void anEmptiedDirectoryDoesNotVoteAsTheOldMemberAndRejoins() {
    try (Cluster cluster = Cluster.start("wiped", 3)) {
      cluster.client(1).put("before", "kept");
      MemberProcess member = cluster.member(3);
      member.kill();
      Cluster.deleteTree(member.dataDirectory());
      int said = member.log().length();
      cluster.start(member);
      assertThat(member.awaitEnd()).as("exit status").isEqualTo(3);
      assertThat(member.log().substring(said))
          .contains("belongs to another data directory than this one")
          .contains("balsa-kv rejoin --name member-3");

      MemberProcess second = cluster.member(2);
      second.pause();
      assertThat(rejoin(cluster, member).fails(1).err())
          .containsAnyOf("no member at --endpoints serves", "member-2")
          .contains("othing was changed");
      second.resume();
      cluster.awaitServing(second);
      assertThat(rejoin(cluster, member, "--force").succeeds().out()).contains("added member ");
      Cluster.deleteTree(member.dataDirectory());
      // As its old self, which the cluster has forgotten, it would wait for ever.
      cluster.start(member);
      assertThat(member.awaitEnd()).as("exit status").isEqualTo(3);
      assertThat(member.logTail())
          .contains("has removed or replaced member member-3")
          .contains("balsa-kv rejoin --name member-3");
      assertThat(rejoin(cluster, member, "--peer-urls=" + member.peerUrl()).succeeds().out())
          .contains("added member ");
      cluster.start(member);
      cluster.awaitServing(member);
      assertThat(cluster.client(3).get("before")).isEqualTo("kept");
    }
  }
}
