// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member that has lost its memory, or has another's, does not count; the others go on. */
@Tag("e2e")
@Timeout(300)
class DataDirectoryTest {
  /**
   * It has forgotten its votes and what it acknowledged: counting it would lose what is committed.
   */
  @Test
  void emptiedDirectoryIsRefused() {
    try (Cluster cluster = Cluster.start("emptied", 3)) {
      cluster.client(1).put("before", "kept");
      MemberProcess member = cluster.member(3);
      member.kill();
      Cluster.deleteTree(member.dataDirectory());
      int said = member.log().length();
      cluster.start(member);
      assertThat(member.awaitEnd()).as("exit status").isNotZero();
      assertThat(member.log().substring(said))
          .contains("emptied or replaced")
          .contains("restore that directory")
          .contains("remove the member and add it anew");
      goesOn(cluster, member);
    }
  }

  /** A backup comes back: it has forgotten what the member voted and acknowledged since. */
  @Test
  void olderCopyOfTheDirectoryIsRefused() {
    try (Cluster cluster = Cluster.start("older", 3)) {
      MemberProcess member = cluster.member(3);
      member.kill();
      Path backup = member.dataDirectory().resolveSibling("backup");
      Cluster.deleteTree(backup);
      Cluster.copyTree(member.dataDirectory(), backup);
      for (int start = 0; start < 2; start++) {
        cluster.start(member);
        cluster.awaitServing(member);
        cluster.client(1).put("before", "kept");
        member.kill();
      }
      Cluster.deleteTree(member.dataDirectory());
      Cluster.copyTree(backup, member.dataDirectory());
      Cluster.deleteTree(backup);
      int said = member.log().length();
      cluster.start(member);
      assertThat(member.awaitEnd()).as("exit status").isEqualTo(3);
      assertThat(member.log().substring(said))
          .contains("this directory is an older copy: it was started 2 times")
          .contains("peers have seen start 3")
          .contains(" --force --endpoints ENDPOINTS")
          .contains("remove the member and add it anew");
      goesOn(cluster, member);
    }
  }

  @Test
  void directoryOfAnotherClusterIsRefused() throws IOException {
    try (Cluster cluster = Cluster.start("ours", 3);
        Cluster other = Cluster.start("theirs", 1)) {
      cluster.client(1).put("before", "kept");
      MemberProcess member = cluster.member(3);
      member.kill();
      other.member(1).kill();
      Cluster.deleteTree(member.dataDirectory());
      Files.move(other.member(1).dataDirectory(), member.dataDirectory());
      int said = member.log().length();
      cluster.start(member);
      assertThat(member.awaitEnd()).as("exit status").isNotZero();
      assertThat(member.log().substring(said))
          .contains(member.dataDirectory().toString())
          .contains("cluster")
          .contains("--data-dir");
      goesOn(cluster, member);
    }
  }

  /** The others serve, and the refused one does not. */
  private static void goesOn(Cluster cluster, MemberProcess refused) {
    for (MemberProcess member : cluster.othersThan(refused)) {
      cluster.awaitServing(member);
      cluster.client(member).put("after", "from " + member.name());
      assertThat(cluster.client(member).get("before")).isEqualTo("kept");
    }
    assertThat(cluster.client(refused).serves()).as("%s serves", refused.name()).isFalse();
  }
}
