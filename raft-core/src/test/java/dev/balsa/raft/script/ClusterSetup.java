// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The members as a script describes them, until the first command that needs them. */
final class ClusterSetup {
  /** How a member starts, beyond what all have in common. */
  private record Past(
      UnaryOperator<RaftConfig.Builder> settings,
      EntryId snapshot,
      long[] terms,
      long term,
      long vote,
      long commit) {}

  private final TreeSet<Long> running = new TreeSet<>();
  private final TreeSet<Long> outsiders = new TreeSet<>();
  private final TreeSet<Long> played = new TreeSet<>();
  private final Map<Long, Past> pasts = new TreeMap<>();
  private Membership membership;
  private UnaryOperator<RaftConfig.Builder> settings = config -> config;

  /**
   * {@code cluster 3}, or {@code cluster voters=1,2,3 outgoing= learners= outsiders= played=
   * unbound=on} and settings.
   */
  void cluster(Command command) {
    long[] voters =
        command.hasWord()
            ? TestNode.ids((int) command.number("the members"))
            : command.ids("voters");
    IdSet voting = IdSet.of(voters);
    IdSet outgoing = IdSet.of(command.ids("outgoing"));
    IdSet learners = IdSet.of(command.ids("learners"));
    IdSet learnersNext = IdSet.of(command.ids("learners-next"));
    boolean isBound = !command.flag("unbound", false);
    List<Member> members = new ArrayList<>();
    IdSet all = voting.plus(outgoing).plus(learners);
    for (int i = 0; i < all.size(); i++) {
      Member member = Member.of(all.at(i), "");
      members.add(isBound ? member.bound(TestNode.memberId(all.at(i)).incarnation()) : member);
      running.add(all.at(i));
    }
    membership =
        new Membership(
            EntryId.ZERO,
            members,
            voting,
            outgoing,
            learners,
            learnersNext,
            command.flag("auto-leave", false),
            0);
    for (long id : command.ids("outsiders")) {
      outsiders.add(id);
      running.add(id);
    }
    for (long id : command.ids("played")) {
      played.add(id);
      running.remove(id);
    }
    settings = Settings.of(command);
  }

  /** {@code node 1 log=1x3,2 term=3 vote=2 commit=2 snapshot=1/5} and settings. */
  void node(Command command) {
    requireMembers(command);
    long id = command.number("a member");
    if (!running.contains(id)) {
      throw command.error("no member " + id);
    }
    pasts.put(
        id,
        new Past(
            Settings.of(command),
            command.entryId("snapshot", EntryId.ZERO),
            command.terms("log"),
            command.longOption("term", 0),
            command.longOption("vote", 0),
            command.longOption("commit", 0)));
  }

  void requireMembers(Command command) {
    if (membership == null) {
      throw command.error("a script starts with 'cluster'");
    }
  }

  /** Whether the script itself speaks for this member. */
  boolean isPlayed(long id) {
    return played.contains(id);
  }

  List<TestNode> start() {
    return running.stream().map(this::start).toList();
  }

  private TestNode start(long id) {
    Past past =
        pasts.getOrDefault(id, new Past(config -> config, EntryId.ZERO, new long[0], 0, 0, 0));
    return TestNode.member(id, 1)
        .membership(outsiders.contains(id) ? Membership.NONE : membership)
        .config(config -> past.settings().apply(settings.apply(config)))
        .snapshotAt(past.snapshot().term(), past.snapshot().index())
        .hardState(past.term(), past.vote(), past.commit())
        .terms(past.terms())
        .start();
  }

  /** Other settings on top of those that the member has, for its next start. */
  void change(TestNode node, UnaryOperator<RaftConfig.Builder> change) {
    Past past = pasts.get(node.id());
    node.settings(
        config ->
            change.apply(
                past == null
                    ? settings.apply(config)
                    : past.settings().apply(settings.apply(config))));
  }
}
