// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** Messages in words, each distinct message in distinct ones. */
final class Words {
  private Words() {}

  /** Such as {@code from 1 t2 RequestVote last 1/1}. */
  static String of(Message message) {
    return "from " + message.from() + " t" + message.term() + " " + bodyOf(message);
  }

  private static String bodyOf(Message message) {
    if (message instanceof RequestVote vote) {
      return (vote.preVote() ? "PreVote" : "RequestVote")
          + " last "
          + vote.lastLog()
          + " commit "
          + vote.commit()
          + (vote.leadershipTransfer() ? " by transfer" : "");
    } else if (message instanceof RequestVoteResponse vote) {
      return (vote.granted() ? "" : "no ")
          + (vote.preVote() ? "pre-vote" : "vote")
          + " commit "
          + vote.commit();
    } else if (message instanceof AppendEntries append) {
      return "append after "
          + append.prev()
          + append.entries().stream().map(Words::of).collect(Collectors.joining(" ", " [", "]"))
          + " commit "
          + append.commit();
    } else if (message instanceof AppendEntriesResponse answer) {
      return answer.rejected()
          ? "rejection at " + answer.index() + " hint " + answer.hint()
          : "ack " + answer.index();
    } else if (message instanceof Heartbeat beat) {
      return "heartbeat commit "
          + beat.commit()
          + " round "
          + beat.round()
          + (beat.needsAck() ? "" : " no answer");
    } else if (message instanceof HeartbeatResponse beat) {
      return "beat round "
          + beat.round()
          + (beat.snapshotFrom() == 0 ? "" : " wants a snapshot from " + beat.snapshotFrom());
    } else if (message instanceof InstallSnapshot offer) {
      return "offer of " + offer.snapshot().id();
    } else if (message instanceof InstallSnapshotResponse answer) {
      return "answer to the offer of " + answer.snapshot();
    } else if (message instanceof TimeoutNow) {
      return "TimeoutNow";
    } else if (message instanceof Propose propose) {
      return "Propose " + new String(propose.payloads().get(0), StandardCharsets.UTF_8);
    } else if (message instanceof ProposeResponse answer) {
      return "answer to Propose " + answer.first().sequence() + " " + answer.result();
    } else if (message instanceof ReadIndex read) {
      return "ReadIndex " + read.request().sequence();
    } else if (message instanceof ReadIndexResponse answer) {
      return "answer to ReadIndex " + answer.request().sequence() + " " + answer.index();
    }
    return message.toString();
  }

  private static String of(Entry entry) {
    return switch (entry.type()) {
      case NO_OP -> entry.id().toString();
      case NORMAL -> entry.id() + "=" + new String(entry.data(), StandardCharsets.UTF_8);
      default -> entry.id() + "#" + Integer.toHexString(entry.crc());
    };
  }
}
