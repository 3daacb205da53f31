// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.Peer;
import dev.balsa.raft.testkit.TestNode;
import java.util.Map;

/** Messages as the script likes them, by members that it plays itself or in their name. */
final class ForgeVerb {
  private ForgeVerb() {}

  static void addTo(Map<String, Verbs.Verb> verbs) {
    verbs.put("forge", ForgeVerb::forge);
  }

  /** {@code forge 2->1 AppendEntries term=1 prev=0/0 entries=1x2 commit=1}: arrives at once. */
  private static void forge(World world, Command command) {
    String[] ends = Filter.route(command, command.word("a route"));
    TestNode receiver = world.node(command, Long.parseLong(ends[1]));
    Peer peer = receiver.peer(Long.parseLong(ends[0]));
    if (command.has("incarnation")) {
      peer = peer.withIncarnation(command.longOption("incarnation", 0));
    }
    Message message = message(command, peer, receiver);
    command.finish();
    if (receiver.isUp()) {
      receiver.raw().step(message);
      world.cluster(command).settleNode(receiver);
    }
  }

  private static Message message(Command command, Peer peer, TestNode receiver) {
    String name = command.word("a message");
    long term = command.longOption("term", receiver.term());
    return switch (name) {
      case "RequestVote", "RequestPreVote" ->
          new RequestVote(
              peer.route(),
              term,
              name.equals("RequestPreVote"),
              command.entryId("last", EntryId.ZERO),
              command.entryId("commit", EntryId.ZERO),
              command.flag("by-transfer", false));
      case "RequestVoteResponse", "RequestPreVoteResponse" ->
          new RequestVoteResponse(
              peer.route(),
              term,
              name.equals("RequestPreVoteResponse"),
              isGranted(command),
              command.entryId("commit", EntryId.ZERO));
      case "AppendEntries" ->
          peer.appends(
              term,
              command.entryId("prev", EntryId.ZERO),
              command.longOption("commit", 0),
              command.terms("entries"));
      case "AppendEntriesResponse" ->
          command.has("rejects")
              ? peer.rejects(
                  term, command.longOption("rejects", 0), command.entryId("hint", EntryId.ZERO))
              : peer.accepts(term, command.longOption("holds", 0));
      case "Heartbeat" -> peer.beats(term, command.entryId("commit", EntryId.ZERO));
      case "HeartbeatResponse" ->
          new HeartbeatResponse(
              peer.route(), term, command.longOption("round", 0), command.takeIf("full"));
      case "InstallSnapshot" ->
          peer.offers(
              term,
              new SnapshotMetadata(
                  command.entryId("snapshot", EntryId.ZERO),
                  TestNode.boundVoters(command.ids("voters"))
                      .at(command.entryId("by", EntryId.ZERO))));
      case "InstallSnapshotResponse" ->
          peer.answersOffer(
              term, command.entryId("snapshot", EntryId.ZERO), command.flag("accepted", true));
      case "TimeoutNow" -> peer.saysTimeoutNow(term);
      case "ReadIndex" -> peer.asksForRead(term, command.longOption("sequence", 1));
      case "ReadIndexResponse" ->
          new ReadIndexResponse(
              peer.route(),
              term,
              new RequestId(1, command.longOption("sequence", 1)),
              command.longOption("index", 0),
              null);
      case "Propose" ->
          peer.forwards(term, command.longOption("sequence", 1), command.option("command", "c"));
      default -> throw command.error("cannot forge " + name);
    };
  }

  private static boolean isGranted(Command command) {
    if (command.takeIf("refused")) {
      return false;
    }
    if (!command.takeIf("granted")) {
      throw command.error("granted or refused?");
    }
    return true;
  }
}
