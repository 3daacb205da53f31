// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Writes messages as another member would, for tests that play that member's part by hand.
 *
 * @param route from that member to the one under test
 */
public record Peer(Route route) {
  /** Member {@code from} as it speaks to member {@code to}. */
  public static Peer of(long from, long to) {
    return new Peer(new Route(TestNode.memberId(from), TestNode.memberId(to)));
  }

  /** The same id with another data directory. */
  public Peer withIncarnation(long incarnation) {
    return new Peer(new Route(new MemberId(route.from().id(), incarnation), route.to()));
  }

  public RequestVote asksForVote(long term, EntryId lastLog) {
    return new RequestVote(route, term, false, lastLog, EntryId.ZERO, false);
  }

  public RequestVote asksForVoteByTransfer(long term, EntryId lastLog) {
    return new RequestVote(route, term, false, lastLog, EntryId.ZERO, true);
  }

  public RequestVote asksForPreVote(long term, EntryId lastLog) {
    return new RequestVote(route, term, true, lastLog, EntryId.ZERO, false);
  }

  public RequestVoteResponse votes(long term, boolean granted) {
    return new RequestVoteResponse(route, term, false, granted, EntryId.ZERO);
  }

  public RequestVoteResponse preVotes(long term, boolean granted) {
    return new RequestVoteResponse(route, term, true, granted, EntryId.ZERO);
  }

  /** Entries of these terms after {@code prev}. */
  public AppendEntries appends(long term, EntryId prev, long commit, long... terms) {
    Entry[] entries = new Entry[terms.length];
    for (int i = 0; i < terms.length; i++) {
      entries[i] = TestNode.entry(terms[i], prev.index() + 1 + i);
    }
    return new AppendEntries(route, term, prev, Arrays.asList(entries), commit);
  }

  public AppendEntriesResponse accepts(long term, long index) {
    return new AppendEntriesResponse(route, term, false, index, EntryId.ZERO);
  }

  public AppendEntriesResponse rejects(long term, long index, EntryId hint) {
    return new AppendEntriesResponse(route, term, true, index, hint);
  }

  public Heartbeat beats(long term, EntryId commit) {
    return new Heartbeat(route, term, commit, 0, true);
  }

  public HeartbeatResponse answersBeat(long term, long round) {
    return new HeartbeatResponse(route, term, round, false);
  }

  /** The disk has no room for commands. */
  public HeartbeatResponse answersBeatFull(long term, long round) {
    return new HeartbeatResponse(route, term, round, true);
  }

  /** As one whose state machine is to be restored from a snapshot at or above {@code index}. */
  public HeartbeatResponse wantsSnapshot(long term, long index) {
    return new HeartbeatResponse(route, term, 0, false, index);
  }

  public InstallSnapshot offers(long term, SnapshotMetadata snapshot) {
    return new InstallSnapshot(route, term, snapshot);
  }

  public InstallSnapshotResponse answersOffer(long term, EntryId snapshot, boolean accepted) {
    return new InstallSnapshotResponse(route, term, snapshot, accepted);
  }

  public TimeoutNow saysTimeoutNow(long term) {
    return new TimeoutNow(route, term);
  }

  public ReadIndex asksForRead(long term, long sequence) {
    return new ReadIndex(route, term, new RequestId(1, sequence));
  }

  public Propose forwards(long term, long sequence, String command) {
    return new Propose(
        route, term, new RequestId(1, sequence), List.of(command.getBytes(StandardCharsets.UTF_8)));
  }
}
