// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.testkit.LogImage;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a member stands, for the commands that ask. */
final class StatusWords {
  private StatusWords() {}

  static List<String> status(TestNode node) {
    List<String> lines = new ArrayList<>();
    if (!node.isUp()) {
      return List.of(node.id() + " is down");
    }
    Status status = node.status();
    lines.add(
        node.id()
            + " "
            + status.role().name().toLowerCase(Locale.ROOT).replace('_', '-')
            + " "
            + Words.hardState(status.hardState())
            + ", leader "
            + status.leader()
            + ", log "
            + runs(node.view())
            + ", durable "
            + status.durableIndex()
            + ", applied "
            + status.appliedIndex()
            + (status.transferee() == 0 ? "" : ", hands over to " + status.transferee())
            + (status.storageFull() ? ", storage full" : "")
            + (status.diskStalled() ? ", disk stalled" : ""));
    for (Status.PeerProgress peer : status.progress()) {
      lines.add("  " + progress(peer));
    }
    return lines;
  }

  private static String progress(Status.PeerProgress peer) {
    return peer.id()
        + " "
        + peer.state()
        + " match "
        + peer.match()
        + " next "
        + peer.next()
        + (peer.inflightBytes() == 0 ? "" : " inflight " + peer.inflightBytes() + "B")
        + (peer.pendingSnapshot() == 0 ? "" : " offered " + peer.pendingSnapshot())
        + (peer.storageFull() ? " full" : "")
        + (peer.active() ? "" : " silent");
  }

  /** The terms of the log as runs, {@code 1x3 2x1}, behind its snapshot if it has one. */
  static String runs(LogImage log) {
    StringBuilder text = new StringBuilder();
    if (log.snapshot().index() > 0) {
      text.append("snapshot ").append(log.snapshot().id()).append(" + ");
    }
    text.append('[');
    List<Entry> entries = log.entries();
    int from = 0;
    for (int i = 1; i <= entries.size(); i++) {
      if (i == entries.size() || entries.get(i).term() != entries.get(from).term()) {
        text.append(from == 0 ? "" : " ");
        text.append(entries.get(from).term()).append('x').append(i - from);
        from = i;
      }
    }
    text.append(']');
    if (!entries.isEmpty()) {
      text.append(" at ").append(log.firstIndex()).append("..").append(log.lastIndex());
    }
    return text.toString();
  }

  static String log(long id, String which, LogImage log) {
    return id
        + " "
        + which
        + ": "
        + Words.hardState(log.hardState())
        + ", "
        + runs(log)
        + " "
        + Words.entries(log.entries());
  }

  static String machine(TestNode node) {
    return node.id() + " machine at " + node.machineIndex() + ": " + commands(node.commands());
  }

  private static String commands(List<String> commands) {
    List<String> shown = new ArrayList<>();
    for (String command : commands) {
      shown.add(command.length() > 16 ? command.length() + "B" : command);
    }
    return String.join(" ", shown);
  }
}
