// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.explorer.Bounds.Event;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.testkit.SafetyViolation;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Where to look for what a broken core does: a world just large enough, and the state from which to
 * explore it, told as the actions that lead there from a new cluster.
 *
 * @param core the name of the broken core
 * @param bounds the world
 * @param prologue the actions, empty to start from a new cluster
 * @param property what is to be found broken
 */
public record Expedition(String core, Bounds bounds, List<String> prologue, String property) {
  private static final long MAX_STATES = 1_500_000;
  private static final MembershipChange REPLACE_2_BY_3 =
      MembershipChange.none().addVoter(newMember(3)).remove(2);

  /** All of them. */
  static List<Expedition> all() {
    return List.of(
        new Expedition(
            "own-term", Bounds.of(3, 4).withOneEntryPerAppend(), figure8(), "Leader Completeness"),
        new Expedition(
            "early-vote",
            Bounds.of(3, 1).with(Event.CRASH, 1).withoutPromises(),
            List.of(),
            "One Vote Per Term"),
        new Expedition(
            "early-request",
            Bounds.of(3, 2).with(Event.CRASH, 1).withoutPromises(),
            claimedAndNotDurable(),
            "Leader Completeness"),
        new Expedition("half", Bounds.of(2, 1).withoutPromises(), List.of(), "Election Safety"),
        new Expedition("completion", Bounds.of(3, 2), elect(1, 2, 1), "Durability"),
        new Expedition(
            "old-append",
            Bounds.of(3, 2).with(Event.PROPOSAL, 1).with(Event.DUPLICATION, 1),
            committedByTwo(),
            "Leader Completeness"),
        new Expedition(
            "stale-round",
            Bounds.of(3, 2).with(Event.HEARTBEAT, 1).with(Event.READ, 1),
            heartbeatUnderWay(),
            "Linearizability"),
        new Expedition(
            "commit-by-index", Bounds.of(3, 3), committedWhereAnotherIs(), "State Machine Safety"),
        new Expedition("unsynced-leader", Bounds.of(3, 1), List.of(), "Commit Is Durable"),
        new Expedition("second-vote", Bounds.of(3, 1), List.of(), "No Failure"),
        new Expedition("blind-vote", Bounds.of(3, 2), elect(1, 2, 1), "Leader Completeness"),
        new Expedition(
            "early-ack",
            Bounds.of(3, 2).with(Event.CRASH, 1).withoutPromises(),
            elect(1, 2, 1),
            "Leader Completeness"),
        new Expedition("old-votes", Bounds.of(3, 2), List.of(), "Election Safety"),
        new Expedition(
            "joint-union",
            Bounds.of(3, 1).withVoters(2).withChanges(REPLACE_2_BY_3),
            lines(elect(1, 2, 1), replicate(1, 2, "t1 append after 0/0")),
            "Commit Is Durable"),
        new Expedition(
            "change-on-change",
            Bounds.of(3, 2)
                .withChanges(MembershipChange.none().remove(3), MembershipChange.none().remove(2))
                .withoutPromises(),
            lines(elect(1, 2, 1), replicate(1, 2, "t1 append after 0/0")),
            "Leader Completeness"),
        new Expedition(
            "early-change",
            Bounds.of(4, 3)
                .withChanges(MembershipChange.none().remove(4), MembershipChange.none().remove(1)),
            twoLeadersOfFour(),
            "Leader Completeness"),
        new Expedition(
            "early-install",
            Bounds.of(3, 1).with(Event.COMPACTION, 1).with(Event.HEARTBEAT, 1),
            elected(),
            "acknowledges what is not durable"),
        new Expedition(
            "over-log",
            Bounds.of(3, 2)
                .with(Event.PROPOSAL, 1)
                .with(Event.HEARTBEAT, 2)
                .with(Event.COMPACTION, 1)
                .withoutPromises(),
            lines(offerUnderWay(), "1 receives from 3 t1 ack 2", "1 persists"),
            "Leader Completeness"),
        new Expedition(
            "stale-snapshot",
            Bounds.of(3, 1)
                .with(Event.PROPOSAL, 1)
                .with(Event.HEARTBEAT, 2)
                .with(Event.COMPACTION, 2),
            lines(
                offerUnderWay(),
                "1 persists",
                "1 receives from 3 t1 ack 2",
                "3 receives from 1 t1 heartbeat commit 1/2",
                "3 compacts"),
            "No Failure"),
        new Expedition(
            "repair-back",
            Bounds.of(3, 1)
                .with(Event.PROPOSAL, 1)
                .with(Event.HEARTBEAT, 2)
                .with(Event.COMPACTION, 1)
                .with(Event.REPAIR, 1),
            lines(
                offerUnderWay(),
                "1 persists",
                "1 receives from 3 t1 ack 2",
                "3 receives from 1 t1 heartbeat commit 1/2"),
            "No Failure"),
        new Expedition(
            "hasty-transfer", Bounds.of(2, 1).with(Event.TRANSFER, 1), List.of(), "Transfer"),
        new Expedition(
            "busy-transfer",
            Bounds.of(2, 1).with(Event.TRANSFER, 1).with(Event.PROPOSAL, 1),
            List.of(),
            "Transfer"),
        new Expedition(
            "pre-votes",
            Bounds.of(3, 1).withTime(),
            List.of(
                "1 campaigns",
                "2 receives from 1 t1 PreVote",
                "3 receives from 1 t1 PreVote",
                "2 campaigns",
                "1 receives from 2 t1 PreVote",
                "3 receives from 2 t1 PreVote"),
            "Election Safety"),
        new Expedition(
            "follower-read",
            Bounds.of(2, 1).with(Event.READ, 1).withForwarding(),
            List.of(),
            "Linearizability"),
        new Expedition(
            "propose-twice",
            Bounds.of(2, 1).with(Event.PROPOSAL, 1).with(Event.DUPLICATION, 1).withForwarding(),
            List.of(),
            "Exactly Once"),
        new Expedition(
            "narrow-window",
            Bounds.of(2, 1).with(Event.PROPOSAL, 3).with(Event.LIMIT, 1).withOneEntryPerAppend(),
            List.of(),
            "No Failure"));
  }

  /**
   * Explores with whatever core the class loader of this class has, and then goes through the story
   * that was found once more. For a call by reflection, so its values are of classes that all class
   * loaders share.
   *
   * @return what is broken, or null; what is broken when the story is told again, or null; and all
   *     in words
   */
  public static String[] explore(String core) {
    for (Expedition expedition : all()) {
      if (expedition.core.equals(core)) {
        return expedition.explore();
      }
    }
    throw new IllegalArgumentException("no expedition for " + core);
  }

  private String[] explore() {
    Explorer.Result result = Explorer.explore(bounds, prologue, MAX_STATES, progress -> {});
    String again = null;
    if (result.story() != null) {
      try {
        Explorer.replay(bounds, result.story());
      } catch (SafetyViolation e) {
        again = e.getMessage();
      }
    }
    return new String[] {result.violation(), again, result.toString()};
  }

  private static dev.balsa.raft.model.Member newMember(long id) {
    return dev.balsa.raft.model.Member.of(id, "").bound(TestNode.memberId(id).incarnation());
  }

  // ---------------------------------------------------------------- prologues

  private static List<String> lines(Object... parts) {
    List<String> lines = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof List<?> several) {
        several.forEach(line -> lines.add((String) line));
      } else {
        lines.add((String) part);
      }
    }
    return lines;
  }

  /** {@code candidate} is elected by {@code voter}, and has its no-op on its own disk. */
  private static List<String> elect(int candidate, int voter, int term) {
    return List.of(
        candidate + " campaigns",
        candidate + " persists",
        voter + " receives from " + candidate + " t" + term + " RequestVote",
        voter + " persists",
        candidate + " receives from " + voter + " t" + term + " vote",
        candidate + " persists");
  }

  /** 1 leads term 1 and has committed its no-op with 2; everybody knows of the term. */
  static List<String> elected() {
    return lines(elect(1, 2, 1), replicate(1, 2, "t1 append after 0/0"), hears(3, 1, 1));
  }

  /** {@code member} hears of the term from a candidate and does not elect it, or does in vain. */
  private static List<String> hears(int member, int candidate, int term) {
    return List.of(
        member + " receives from " + candidate + " t" + term + " RequestVote",
        member + " persists");
  }

  /** {@code follower} stores what the leader has sent; the leader hears of it. */
  private static List<String> replicate(int leader, int follower, String append) {
    return List.of(
        follower + " receives from " + leader + " " + append,
        follower + " persists",
        leader + " receives from " + follower + " " + append.substring(0, 2) + " ack");
  }

  /** Figure 8 up to (c): 1 leads again, and has not sent its old entry to 2 yet. */
  private static List<String> figure8() {
    return lines(
        elect(1, 2, 1),
        hears(3, 1, 1),
        elect(3, 2, 2),
        hears(1, 3, 2),
        elect(1, 2, 3),
        hears(3, 1, 3));
  }

  /** 1 has committed its no-op with 2. 3 has it in memory only, and hears nothing more of 1. */
  private static List<String> claimedAndNotDurable() {
    return lines(
        elect(1, 2, 1),
        hears(3, 1, 1),
        "3 receives from 1 t1 append after 0/0",
        replicate(1, 2, "t1 append after 0/0"));
  }

  /** 1 has committed its no-op and a command with 2, which has not heard of it. */
  private static List<String> committedByTwo() {
    return lines(
        elect(1, 2, 1).subList(0, 5),
        "2 receives from 1 t1 append after 0/0 [1/1] commit 0, a copy",
        "2 persists",
        "1 receives from 2 t1 ack 1",
        "1 proposes a",
        replicate(1, 2, "t1 append after 1/1"),
        "1 persists",
        "1 persists");
  }

  /**
   * 1 has committed its no-op with 2 and compacted its log, and offers the snapshot to 3; which has
   * by then got the no-op and a command from it, and has not heard of the commit.
   */
  private static List<String> offerUnderWay() {
    return lines(
        elect(1, 2, 1),
        hears(3, 1, 1),
        "1 proposes a",
        "1 ticks",
        "3 receives from 1 t1 heartbeat commit 0/0",
        "1 receives from 3 t1 beat",
        replicate(1, 2, "t1 append after 0/0 [1/1] commit"),
        "1 compacts",
        "1 ticks",
        "3 receives from 1 t1 heartbeat commit 0/0",
        "1 receives from 3 t1 beat",
        "3 receives from 1 t1 append after 0/0 [1/1 ",
        "3 persists");
  }

  /** 2 has answered a heartbeat of 1, which does not know it yet; and votes for 3. */
  private static List<String> heartbeatUnderWay() {
    return lines(
        elect(1, 2, 1),
        replicate(1, 2, "t1 append after 0/0"),
        hears(3, 1, 1),
        "3 receives from 1 t1 append after 0/0",
        "3 persists",
        "1 ticks",
        "2 receives from 1 t1 heartbeat commit 1/1 round 0",
        elect(3, 2, 2));
  }

  /**
   * 1 leads term 1, has committed and then appended for itself that 4 is removed. 2 leads term 2 by
   * the votes of 3 and 4, without having heard of that; 1 asks for the vote of 3 in term 3.
   */
  private static List<String> twoLeadersOfFour() {
    return lines(
        elect(1, 2, 1).subList(0, 4),
        "3 receives from 1 t1 RequestVote",
        "3 persists",
        "4 receives from 1 t1 RequestVote",
        "4 persists",
        "1 receives from 2 t1 vote",
        "1 receives from 3 t1 vote",
        "1 persists",
        replicate(1, 2, "t1 append after 0/0"),
        replicate(1, 3, "t1 append after 0/0"),
        replicate(1, 4, "t1 append after 0/0"),
        "1 changes the membership",
        "1 persists",
        "2 campaigns",
        "2 persists",
        "3 receives from 2 t2 RequestVote",
        "3 persists",
        "4 receives from 2 t2 RequestVote",
        "4 persists",
        "2 receives from 3 t2 vote",
        "2 receives from 4 t2 vote",
        "2 persists",
        replicate(2, 4, "t2 append after 1/1"),
        hears(1, 2, 2),
        "1 campaigns",
        "1 persists",
        hears(3, 1, 3));
  }

  /** 3 has led term 1 alone; 1 leads term 2 and has committed with 2. */
  private static List<String> committedWhereAnotherIs() {
    return lines(
        elect(3, 2, 1), hears(1, 3, 1), elect(1, 2, 2), replicate(1, 2, "t2 append after 0/0"));
  }
}
