// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stock etcdctl, as a new user would try it: each command against every member alone. */
@Tag("e2e")
@Timeout(300)
class EtcdctlTest {
  private static Cluster cluster;

  @BeforeAll
  static void startCluster() {
    Shell.require("etcdctl", "etcd-client");
    cluster = Cluster.start("etcdctl", 3);
  }

  @AfterAll
  static void endCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Shell.Output etcdctl(String endpoints, String... words) {
    return Shell.etcdctl(endpoints, words);
  }

  private static Shell.Output feed(String endpoints, String input, String... words) {
    return Shell.feedEtcdctl(endpoints, input, words);
  }

  @Test
  void putGetDel() {
    for (MemberProcess member : cluster.members()) {
      String at = member.endpoint();
      String key = "greeting-" + member.number();
      assertThat(etcdctl(at, "put", key, "hello").succeeds().out()).isEqualTo("OK\n");
      assertThat(etcdctl(at, "put", key, "bye", "--prev-kv").succeeds().out())
          .isEqualTo("OK\n" + key + "\nhello\n");
      for (MemberProcess reader : cluster.members()) {
        assertThat(etcdctl(reader.endpoint(), "get", key).succeeds().out())
            .isEqualTo(key + "\nbye\n");
      }
      assertThat(etcdctl(at, "get", key, "--consistency=s").succeeds().out())
          .isEqualTo(key + "\nbye\n");
      assertThat(etcdctl(at, "del", key, "--prev-kv").succeeds().out())
          .isEqualTo("1\n" + key + "\nbye\n");
      assertThat(etcdctl(at, "get", key).succeeds().out()).isEmpty();
      assertThat(etcdctl(at, "del", key).succeeds().out()).isEqualTo("0\n");
    }
  }

  @Test
  void rangesOfKeys() {
    String at = cluster.member(2).endpoint();
    for (int i = 0; i < 5; i++) {
      etcdctl(at, "put", "fruit/" + i, "apple " + i).succeeds();
    }
    assertThat(etcdctl(at, "get", "--prefix", "fruit/", "--print-value-only").succeeds().out())
        .isEqualTo("apple 0\napple 1\napple 2\napple 3\napple 4\n");
    assertThat(etcdctl(at, "get", "--prefix", "fruit/", "--keys-only", "--limit=2").out())
        .isEqualTo("fruit/0\n\nfruit/1\n\n");
    assertThat(
            etcdctl(at, "get", "fruit/1", "fruit/4", "--order=DESCEND", "--print-value-only").out())
        .isEqualTo("apple 3\napple 2\napple 1\n");
    assertThat(etcdctl(at, "get", "--from-key", "fruit/4", "--limit=1", "-w", "fields").out())
        .contains("\"Key\" : \"fruit/4\"\n")
        .contains("\"Version\" : 1\n")
        .contains("\"Count\" : ");
    assertThat(etcdctl(at, "del", "--prefix", "fruit/").succeeds().out()).isEqualTo("5\n");
  }

  @Test
  void jsonCarriesRevisions() {
    String at = cluster.member(3).endpoint();
    etcdctl(at, "put", "json", "1").succeeds();
    etcdctl(at, "put", "json", "2").succeeds();
    assertThat(etcdctl(at, "get", "json", "-w", "json").succeeds().text())
        .matches(
            "\\{\"header\":\\{\"cluster_id\":\\d+,\"member_id\":\\d+,\"revision\":\\d+,\"raft_term\":\\d+},"
                + "\"kvs\":\\[\\{\"key\":\"anNvbg==\",\"create_revision\":\\d+,\"mod_revision\":\\d+,"
                + "\"version\":2,\"value\":\"Mg==\"}],\"count\":1}");
  }

  @Test
  void transactions() {
    for (MemberProcess member : cluster.members()) {
      String at = member.endpoint();
      String key = "txn-" + member.number();
      String request =
          "value(\"%1$s\") = \"one\"\n\nput %1$s two\nget %1$s\n\nput %1$s other\n\n"
              .formatted(key);
      etcdctl(at, "put", key, "one").succeeds();
      assertThat(feed(at, request, "txn").succeeds().out())
          .isEqualTo("SUCCESS\n\nOK\n\n" + key + "\ntwo\n");
      assertThat(feed(at, request, "txn").succeeds().out()).isEqualTo("FAILURE\n\nOK\n");
      assertThat(etcdctl(at, "get", key, "--print-value-only").out()).isEqualTo("other\n");
    }
  }

  @Test
  void compaction() {
    String at = cluster.member(1).endpoint();
    long old = revision(at);
    etcdctl(at, "put", "compacted", "1").succeeds();
    etcdctl(at, "put", "compacted", "2").succeeds();
    long now = revision(at);
    assertThat(etcdctl(at, "compaction", Long.toString(now)).succeeds().out())
        .isEqualTo("compacted revision " + now + "\n");
    for (MemberProcess member : cluster.members()) {
      // A linearizable read first: a follower may not have applied the compaction yet.
      etcdctl(member.endpoint(), "get", "compacted").succeeds();
      assertThat(
              etcdctl(member.endpoint(), "get", "--rev", Long.toString(old), "compacted")
                  .fails(1)
                  .err())
          .contains("Error: etcdserver: mvcc: required revision has been compacted");
    }
    assertThat(etcdctl(at, "compaction", Long.toString(now)).fails(1).err())
        .contains("Error: etcdserver: mvcc: required revision has been compacted");
    assertThat(etcdctl(at, "compaction", Long.toString(now + 1000)).fails(1).err())
        .contains("Error: etcdserver: mvcc: required revision is a future revision");
    assertThat(etcdctl(at, "get", "compacted", "--print-value-only").out()).isEqualTo("2\n");
  }

  private static long revision(String endpoint) {
    String fields = etcdctl(endpoint, "get", "revision", "-w", "fields").succeeds().out();
    return fields
        .lines()
        .filter(line -> line.startsWith("\"Revision\" : "))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void memberList() {
    for (MemberProcess asked : cluster.members()) {
      String lines = etcdctl(asked.endpoint(), "member", "list").succeeds().out();
      String table = etcdctl(asked.endpoint(), "member", "list", "-w", "table").succeeds().out();
      assertThat(lines.lines()).hasSize(3);
      // Three rules, a heading, a row for each.
      assertThat(table.lines()).hasSize(7);
      assertThat(cells(table, 1))
          .containsExactly("ID", "STATUS", "NAME", "PEER ADDRS", "CLIENT ADDRS", "IS LEARNER");
      for (MemberProcess member : cluster.members()) {
        assertThat(lines)
            .containsPattern(
                "(?m)^[0-9a-f]{1,16}, started, %s, %s, %s, false$"
                    .formatted(member.name(), member.peerUrl(), member.clientUrl()));
        assertThat(table)
            .containsPattern(
                "\\| +[0-9a-f]+ \\| started \\| %s \\| +%s \\| +%s \\| +false \\|"
                    .formatted(member.name(), member.peerUrl(), member.clientUrl()));
      }
    }
  }

  @Test
  void endpointStatus() {
    cluster.awaitLeader();
    String lines = etcdctl(cluster.endpoints(), "endpoint", "status").succeeds().out();
    assertThat(lines.lines()).hasSize(3);
    assertThat(lines.lines().filter(line -> line.contains(", true, false, ")))
        .as("leaders in:%n%s", lines)
        .hasSize(1);
    String table = etcdctl(cluster.endpoints(), "endpoint", "status", "-w", "table").out();
    assertThat(cells(table, 1))
        .containsExactly(
            "ENDPOINT",
            "ID",
            "VERSION",
            "DB SIZE",
            "IS LEADER",
            "IS LEARNER",
            "RAFT TERM",
            "RAFT INDEX",
            "RAFT APPLIED INDEX",
            "ERRORS");
    for (int i = 0; i < 3; i++) {
      List<String> row = cells(table, 3 + i);
      assertThat(row.get(0)).isEqualTo(cluster.member(i + 1).endpoint());
      assertThat(row.get(1)).matches("[0-9a-f]{1,16}");
      assertThat(row.get(2)).matches("\\d+\\.\\d+\\.\\d+");
      assertThat(row.get(3)).matches("[0-9.]+ [kMG]?B");
      assertThat(row.get(4)).matches("true|false");
      assertThat(row.get(5)).isEqualTo("false");
      assertThat(Long.parseLong(row.get(6))).isPositive();
      assertThat(Long.parseLong(row.get(7))).isGreaterThanOrEqualTo(Long.parseLong(row.get(8)));
      assertThat(row.get(9)).isEmpty();
    }
  }

  /** The words in a line of a table drawn with bars. */
  private static List<String> cells(String table, int line) {
    List<String> cells = new ArrayList<>();
    String text = table.lines().toList().get(line).strip();
    for (String cell : text.substring(1, text.length() - 1).split("\\|", -1)) {
      cells.add(cell.strip());
    }
    return cells;
  }

  @Test
  void endpointHealth() {
    Shell.Output health = etcdctl(cluster.endpoints(), "endpoint", "health").succeeds();
    String table = etcdctl(cluster.endpoints(), "endpoint", "health", "-w", "table").out();
    assertThat(cells(table, 1)).containsExactly("ENDPOINT", "HEALTH", "TOOK", "ERROR");
    for (MemberProcess member : cluster.members()) {
      assertThat(health.out() + health.err())
          .contains(member.endpoint() + " is healthy: successfully committed proposal: took = ");
      assertThat(table).containsPattern("\\| " + member.endpoint() + " \\| +true \\|");
    }
    // --cluster takes the endpoints from the member list.
    Shell.Output all =
        etcdctl(cluster.member(2).endpoint(), "endpoint", "health", "--cluster").succeeds();
    assertThat((all.out() + all.err()).lines().filter(line -> line.contains("is healthy")))
        .hasSize(3);
  }

  @Test
  void unknownLeaseIsRefused() {
    assertThat(etcdctl(cluster.endpoints(), "put", "--lease=123", "a", "b").fails(1).err())
        .contains("Error: etcdserver: requested lease not found");
  }
}
