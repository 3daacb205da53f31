// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which messages a command means: {@code 1->2}, {@code 1->*}, {@code *->2}, names as they are
 * printed, {@code term=}, and of those that fit the {@code first}, the {@code last} or {@code #2}.
 */
final class Filter implements Predicate<Message> {
  static final List<String> NAMES =
      List.of(
          "RequestPreVote",
          "RequestPreVoteResponse",
          "RequestVote",
          "RequestVoteResponse",
          "AppendEntries",
          "AppendEntriesResponse",
          "Heartbeat",
          "HeartbeatResponse",
          "InstallSnapshot",
          "InstallSnapshotResponse",
          "TimeoutNow",
          "ReadIndex",
          "ReadIndexResponse",
          "Propose",
          "ProposeResponse");

  private final TreeSet<String> names = new TreeSet<>();
  private final List<String[]> routes = new ArrayList<>();
  private final long term;

  /** Which of those that fit, from 1; 0 for all, -1 for the last. */
  private int position;

  Filter(Command command) {
    term = command.longOption("term", -1);
    for (String word : command.allWords()) {
      if (word.contains("->")) {
        routes.add(route(command, word));
      } else if (NAMES.contains(word)) {
        names.add(word);
      } else if (word.equals("first")) {
        position = 1;
      } else if (word.equals("last")) {
        position = -1;
      } else if (word.matches("#[1-9][0-9]*")) {
        position = Integer.parseInt(word.substring(1));
      } else {
        throw command.error("neither a route nor a message: " + word);
      }
    }
  }

  static String[] route(Command command, String word) {
    String[] ends = word.split("->");
    if (ends.length != 2 || !ends[0].matches("[0-9]+|\\*") || !ends[1].matches("[0-9]+|\\*")) {
      throw command.error("not a route: " + word);
    }
    return ends;
  }

  @Override
  public boolean test(Message message) {
    return (names.isEmpty() || names.contains(Words.name(message)))
        && (term < 0 || message.term() == term)
        && (routes.isEmpty()
            || routes.stream()
                .anyMatch(ends -> is(ends[0], message.from()) && is(ends[1], message.to())));
  }

  private static boolean is(String end, long id) {
    return end.equals("*") || Long.parseLong(end) == id;
  }

  /** Those of these messages that are meant; at least one, or the command is wrong. */
  List<Message> choose(Command command, List<Message> messages) {
    List<Message> fitting = messages.stream().filter(this).toList();
    int at = position < 0 ? fitting.size() - 1 : position - 1;
    if (fitting.isEmpty() || at >= fitting.size()) {
      throw command.error("no such message is on its way");
    }
    return position == 0 ? fitting : List.of(fitting.get(at));
  }
}
