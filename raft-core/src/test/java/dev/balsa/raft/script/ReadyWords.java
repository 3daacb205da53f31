// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.SoftState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All of a {@link Ready} but its messages, a line for each thing that it says. */
final class ReadyWords {
  private final String who;
  private final List<String> lines = new ArrayList<>();

  private ReadyWords(long id) {
    this.who = id + " ";
  }

  static List<String> of(long id, Ready ready) {
    ReadyWords words = new ReadyWords(id);
    words.describe(ready);
    return words.lines;
  }

  private void describe(Ready ready) {
    if (ready.softState() != null) {
      say(role(ready.softState()));
    }
    if (ready.membership() != null) {
      say("takes for members: " + Words.members(ready.membership()));
    }
    if (!ready.persist().isEmpty()) {
      say("writes " + persist(ready.persist()));
    }
    if (ready.restore() != null) {
      say("restores snapshot " + ready.restore().id());
    }
    if (!ready.committed().isEmpty()) {
      say("applies " + Words.entries(ready.committed()));
    }
    for (ReadState read : ready.reads()) {
      say("read " + Words.request(read.request()) + Words.read(read.index(), read.refusal()));
    }
    for (ForwardState forward : ready.forwards()) {
      say("forward " + Words.request(forward.first()) + " " + Words.result(forward.result()));
    }
    for (FetchRequest fetch : ready.fetches()) {
      String consumer = fetch.consumer() == 0 ? "to apply" : "for " + fetch.consumer();
      say("fetches " + fetch.range().first() + ".." + fetch.range().last() + " " + consumer);
    }
    if (ready.snapshotFetch() != null) {
      say(
          "wants snapshot "
              + ready.snapshotFetch().snapshot().id()
              + " of "
              + ready.snapshotFetch().from().id());
    }
    for (PeerViolation violation : ready.violations()) {
      say("reports " + violation.kind() + " by " + violation.from() + ": " + violation.detail());
    }
  }

  private void say(String line) {
    lines.add(who + line);
  }

  private static String role(SoftState state) {
    String role = state.role().name().toLowerCase(Locale.ROOT).replace('_', '-');
    return switch (state.role()) {
      case FOLLOWER ->
          state.leader() == 0
              ? "becomes follower, no leader"
              : "becomes follower of " + state.leader();
      default -> "becomes " + role;
    };
  }

  private static String persist(Persist persist) {
    List<String> parts = new ArrayList<>();
    if (persist.reset() != null) {
      parts.add("reset to " + Words.snapshot(persist.reset()));
    }
    if (!persist.entries().isEmpty()) {
      parts.add("entries [" + Words.entries(persist.entries()) + "]");
    }
    if (persist.hardState() != null) {
      parts.add(Words.hardState(persist.hardState()));
    }
    if (persist.compaction() != null) {
      parts.add(
          Words.snapshot(persist.compaction().snapshot())
              + ", log from "
              + persist.compaction().firstIndex());
    }
    return String.join(", ", parts) + (persist.mustSync() ? "" : ", no sync");
  }
}
