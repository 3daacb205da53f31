// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
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
      return "RequestVote last " + vote.lastLog() + " commit " + vote.commit();
    } else if (message instanceof RequestVoteResponse vote) {
      return (vote.granted() ? "vote" : "no vote") + " commit " + vote.commit();
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
      return "beat round " + beat.round();
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
