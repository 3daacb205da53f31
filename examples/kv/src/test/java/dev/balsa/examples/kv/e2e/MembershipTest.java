// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members come, go and change by stock etcdctl, which is shown what it would be by etcd. */
@Tag("e2e")
@Timeout(300)
class MembershipTest {
  private static final Pattern ADDED =
      Pattern.compile("Member +([0-9a-f]+) added to cluster +([0-9a-f]+)\n");

  @BeforeAll
  static void requireEtcdctl() {
    Shell.require("etcdctl", "etcd-client");
  }

  /** The id of a member, as etcdctl lists it. */
  private static String id(Cluster cluster, MemberProcess member) {
    String list = list(cluster);
    return list.lines()
        .filter(line -> line.contains(member.peerUrl()))
        .map(line -> line.substring(0, line.indexOf(',')))
        .findAny()
        .orElseThrow(() -> new AssertionError(member.peerUrl() + " is not in " + list));
  }

  private static String row(Cluster cluster, MemberProcess member) {
    return list(cluster)
        .lines()
        .filter(line -> line.contains(member.peerUrl()))
        .findAny()
        .orElse("");
  }

  private static String list(Cluster cluster) {
    MemberProcess running =
        cluster.members().stream().filter(MemberProcess::isAlive).findFirst().orElseThrow();
    return Shell.etcdctl(running.endpoint(), "member", "list").succeeds().out();
  }

  private static MemberProcess follower(Cluster cluster) {
    return cluster.othersThan(cluster.awaitLeader()).get(0);
  }

  @Test
  void aMemberIsAddedAsEtcdctlSays() {
    try (Cluster cluster = Cluster.start("added", 2)) {
      cluster.client(1).put("before", "kept");
      MemberProcess asked = follower(cluster);
      MemberProcess third = cluster.another();
      // By a follower, which passes it on.
      Shell.Output added =
          Shell.etcdctl(
                  asked.endpoint(), "member", "add", "member-3", "--peer-urls=" + third.peerUrl())
              .succeeds();
      assertThat(added.out()).containsPattern(ADDED).contains("\n\nETCD_NAME=\"member-3\"\n");
      assertThat(row(cluster, third)).endsWith(", unstarted, , " + third.peerUrl() + ", , false");
      assertThat(
              Shell.etcdctl(
                      asked.endpoint(), "member", "add", "x", "--peer-urls=" + third.peerUrl())
                  .fails(1)
                  .err())
          .contains("etcdserver: re-configuration failed due to not enough started members");

      String initial = value(added.out(), "ETCD_INITIAL_CLUSTER");
      assertThat(initial.split(","))
          .containsExactlyInAnyOrder(
              "member-1=" + cluster.member(1).peerUrl(),
              "member-2=" + cluster.member(2).peerUrl(),
              "member-3=" + third.peerUrl());
      assertThat(value(added.out(), "ETCD_INITIAL_CLUSTER_STATE")).isEqualTo("existing");
      assertThat(value(added.out(), "ETCD_INITIAL_ADVERTISE_PEER_URLS")).isEqualTo(third.peerUrl());
      cluster.join(third, initial);
      cluster.awaitServing(third);
      assertThat(cluster.client(3).get("before")).isEqualTo("kept");
      String id = matched(ADDED, added.out());
      Await.that(
          "a name",
          Cluster.SERVES,
          () ->
              row(cluster, third)
                  .equals(
                      "%s, started, member-3, %s, %s, false"
                          .formatted(id, third.peerUrl(), third.clientUrl())));

      // It votes: one of the others is not needed any more, and its own flags are not either.
      cluster.member(2).kill();
      // What is handed to a leader that has just died may be lost, and its outcome is unknown.
      cluster.awaitLeader();
      assertThat(cluster.client(3).put("after", "2 of 3")).isNotNull();
      third.stop();
      cluster.start(cluster.member(2));
      third.start(
          List.of(
              "--name=member-3",
              "--data-dir=" + third.dataDirectory(),
              "--listen-client-urls=" + third.clientUrl(),
              "--listen-peer-urls=" + third.peerUrl()));
      cluster.awaitServing(third);
    }
  }

  private static String value(String out, String variable) {
    return matched(Pattern.compile("(?m)^" + variable + "=\"(.*)\"$"), out);
  }

  private static String matched(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }

  @Test
  void aLearnerIsPromotedAndALeaderRemoved() {
    try (Cluster cluster = Cluster.start("learner", 2)) {
      String at = cluster.member(1).endpoint();
      MemberProcess third = cluster.another();
      String added =
          Shell.etcdctl(
                  at, "member", "add", "member-3", "--learner", "--peer-urls=" + third.peerUrl())
              .succeeds()
              .out();
      String id = matched(ADDED, added);
      assertThat(
              Shell.etcdctl(at, "member", "add", "x", "--peer-urls=" + third.peerUrl())
                  .fails(1)
                  .err())
          .contains("etcdserver: Peer URLs already exists");
      assertThat(Shell.etcdctl(at, "member", "promote", id).fails(1).err())
          .contains("etcdserver: can only promote a learner member which is in sync with leader");
      assertThat(
              Shell.etcdctl(at, "member", "add", "x", "--learner", "--peer-urls=http://127.0.0.1:1")
                  .fails(1)
                  .err())
          .contains("etcdserver: too many learner members in cluster");
      cluster.join(third, value(added, "ETCD_INITIAL_CLUSTER"));
      Await.that(
          "a started learner",
          Cluster.SERVES,
          () -> row(cluster, third).contains(", started, member-3, "));
      assertThat(row(cluster, third)).endsWith(", true");
      assertThat(Shell.etcdctl(third.endpoint(), "get", "a", "--consistency=s").exit()).isZero();
      assertThat(Shell.etcdctl(third.endpoint(), "put", "a", "b").fails(1).err())
          .contains("etcdserver: rpc not supported for learner");
      assertThat(Shell.etcdctl(third.endpoint(), "endpoint", "status").succeeds().out())
          .contains(", false, true, ");

      assertThat(Shell.etcdctl(at, "member", "promote", id).succeeds().out())
          .matches("Member +" + id + " promoted in cluster +[0-9a-f]+\n");
      assertThat(row(cluster, third)).endsWith(", false");
      assertThat(Shell.etcdctl(at, "member", "promote", id).fails(1).err())
          .contains("etcdserver: can only promote a learner member");
      cluster.awaitServing(third);

      MemberProcess leader = cluster.awaitLeader();
      String leaderId = id(cluster, leader);
      MemberProcess other = cluster.othersThan(leader).get(0);
      assertThat(Shell.etcdctl(other.endpoint(), "member", "remove", leaderId).succeeds().out())
          .matches("Member +" + leaderId + " removed from cluster +[0-9a-f]+\n");
      assertThat(leader.awaitEnd()).as("exit status").isEqualTo(4);
      assertThat(leader.log().lines().toList())
          .last()
          .asString()
          .contains(leader.name() + " (" + leaderId + ") was removed from cluster")
          .contains(leader.dataDirectory().toString());
      cluster.othersThan(leader).forEach(cluster::awaitServing);
      assertThat(Shell.etcdctl(other.endpoint(), "member", "remove", leaderId).fails(1).err())
          .contains("etcdserver: member not found");
      // Started again it finds out once more.
      cluster.start(leader);
      assertThat(leader.awaitEnd()).as("exit status").isEqualTo(4);
    }
  }

  @Test
  void aMemberThatWasRemovedWhileItWasDownStops() {
    try (Cluster cluster = Cluster.start("removed-down", 3)) {
      MemberProcess third = cluster.member(3);
      String id = id(cluster, third);
      third.kill();
      cluster.awaitLeader();
      String at = cluster.member(1).endpoint();
      Shell.etcdctl(at, "member", "remove", id).succeeds();
      cluster.start(third);
      assertThat(third.awaitEnd()).as("exit status").isEqualTo(4);
      assertThat(third.logTail()).contains("was removed from cluster");
    }
  }

  @Test
  void leadershipMovesAndAddressesChange() {
    try (Cluster cluster = Cluster.start("moves", 3)) {
      MemberProcess leader = cluster.awaitLeader();
      MemberProcess target = cluster.othersThan(leader).get(1);
      String from = id(cluster, leader);
      String to = id(cluster, target);
      assertThat(Shell.etcdctl(cluster.endpoints(), "move-leader", to).succeeds().out())
          .isEqualTo("Leadership transferred from " + from + " to " + to + "\n");
      assertThat(cluster.awaitLeader()).isSameAs(target);
      assertThat(Shell.etcdctl(target.endpoint(), "move-leader", "1234").fails(1).err())
          .contains("etcdserver: bad leader transferee");
      assertThat(Shell.etcdctl(leader.endpoint(), "move-leader", from).fails(128).err())
          .contains("no leader endpoint given at");

      String at = leader.endpoint();
      assertThat(
              Shell.etcdctl(at, "member", "update", to, "--peer-urls=" + leader.peerUrl())
                  .fails(1)
                  .err())
          .contains("etcdserver: Peer URLs already exists");
      assertThat(
              Shell.etcdctl(at, "member", "update", "1234", "--peer-urls=http://127.0.0.1:1")
                  .fails(1)
                  .err())
          .contains("etcdserver: member not found");
      assertThat(
              Shell.etcdctl(at, "member", "update", to, "--peer-urls=" + target.peerUrl())
                  .succeeds()
                  .out())
          .matches("Member +" + to + " updated in cluster +[0-9a-f]+\n");
      String localhost = target.peerUrl().replace("127.0.0.1", "localhost");
      Shell.etcdctl(at, "member", "update", to, "--peer-urls=" + localhost).succeeds();
      assertThat(Shell.etcdctl(at, "member", "list", "-w", "json").succeeds().out())
          .contains("\"name\":\"" + target.name() + "\",\"peerURLs\":[\"" + localhost + "\"]");
      cluster.members().forEach(cluster::awaitServing);

      // Two of three are needed: with one down, another that lives is not let go.
      target.kill();
      MemberProcess down = target;
      List<MemberProcess> left = cluster.othersThan(down);
      cluster.awaitLeader();
      Await.that(
          "a refusal to remove one that is needed",
          Cluster.SERVES,
          () ->
              Shell.etcdctl(left.get(0).endpoint(), "member", "remove", id(cluster, left.get(1)))
                  .fails(1)
                  .err()
                  .contains("etcdserver: unhealthy cluster"));
    }
  }
}
