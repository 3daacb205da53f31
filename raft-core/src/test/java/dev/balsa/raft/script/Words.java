// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

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
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Values in the paper's words, each on one line. */
final class Words {
  private static final int MAX_ENTRIES = 8;
  private static final int MAX_PAYLOAD = 16;

  private Words() {}

  /** What a message is called; pre-votes go by a name of their own. */
  static String name(Message message) {
    return switch (message.type()) {
      case REQUEST_VOTE -> ((RequestVote) message).preVote() ? "RequestPreVote" : "RequestVote";
      case REQUEST_VOTE_RESPONSE ->
          ((RequestVoteResponse) message).preVote()
              ? "RequestPreVoteResponse"
              : "RequestVoteResponse";
      default -> message.getClass().getSimpleName();
    };
  }

  static String of(Message message) {
    return message.from()
        + "->"
        + message.to()
        + " "
        + name(message)
        + " term "
        + message.term()
        + body(message);
  }

  private static String body(Message message) {
    return switch (message.type()) {
      case REQUEST_VOTE -> body((RequestVote) message);
      case REQUEST_VOTE_RESPONSE -> {
        RequestVoteResponse vote = (RequestVoteResponse) message;
        yield (vote.granted() ? " granted" : " refused") + ", commit " + vote.commit();
      }
      case APPEND_ENTRIES -> {
        AppendEntries append = (AppendEntries) message;
        yield ", prev "
            + append.prev()
            + ", commit "
            + append.commit()
            + ", entries ["
            + entries(append.entries())
            + "]";
      }
      case APPEND_ENTRIES_RESPONSE -> {
        AppendEntriesResponse answer = (AppendEntriesResponse) message;
        yield answer.rejected()
            ? ", rejects " + answer.index() + ", hint " + answer.hint()
            : ", holds " + answer.index();
      }
      case HEARTBEAT -> {
        Heartbeat beat = (Heartbeat) message;
        yield ", commit "
            + beat.commit()
            + (beat.round() == 0 ? "" : ", round " + beat.round())
            + (beat.needsAck() ? "" : ", no answer wanted");
      }
      case HEARTBEAT_RESPONSE -> {
        HeartbeatResponse answer = (HeartbeatResponse) message;
        yield (answer.round() == 0 ? "" : ", round " + answer.round())
            + (answer.storageFull() ? ", full" : "");
      }
      case INSTALL_SNAPSHOT -> ", " + snapshot(((InstallSnapshot) message).snapshot());
      case INSTALL_SNAPSHOT_RESPONSE -> {
        InstallSnapshotResponse answer = (InstallSnapshotResponse) message;
        yield ", snapshot " + answer.snapshot() + (answer.accepted() ? " accepted" : " failed");
      }
      case TIMEOUT_NOW -> "";
      case READ_INDEX -> ", request " + request(((ReadIndex) message).request());
      case READ_INDEX_RESPONSE -> {
        ReadIndexResponse answer = (ReadIndexResponse) message;
        yield ", request " + request(answer.request()) + read(answer.index(), answer.refusal());
      }
      case PROPOSE -> {
        Propose propose = (Propose) message;
        yield ", request "
            + request(propose.first())
            + " ["
            + propose.payloads().stream().map(Words::payload).collect(Collectors.joining(" "))
            + "]";
      }
      case PROPOSE_RESPONSE -> {
        ProposeResponse answer = (ProposeResponse) message;
        yield ", request " + request(answer.first()) + " " + result(answer.result());
      }
    };
  }

  private static String body(RequestVote request) {
    return ", last "
        + request.lastLog()
        + ", commit "
        + request.commit()
        + (request.leadershipTransfer() ? ", by transfer" : "");
  }

  static String entries(List<Entry> entries) {
    if (entries.size() > MAX_ENTRIES) {
      Entry last = entries.get(entries.size() - 1);
      return entries.get(0).id() + ".." + last.id() + " (" + entries.size() + ")";
    }
    return entries.stream().map(Words::entry).collect(Collectors.joining(" "));
  }

  /** An id and what it stands for; a command that is its own name is left out. */
  static String entry(Entry entry) {
    String id = entry.id().toString();
    if (entry.type() == EntryType.NORMAL) {
      String payload = payload(entry.data());
      return payload.equals(id) ? id : id + ":" + payload;
    }
    if (entry.type() == EntryType.CONFIGURATION) {
      return id + ":(" + members(MembershipCodec.decode(entry.id(), entry.data())) + ")";
    }
    return id + ":no-op";
  }

  private static String payload(byte[] data) {
    return data.length > MAX_PAYLOAD ? data.length + "B" : new String(data, StandardCharsets.UTF_8);
  }

  static String hardState(HardState state) {
    return "term " + state.term() + " vote " + state.votedFor() + " commit " + state.commit();
  }

  static String snapshot(SnapshotMetadata snapshot) {
    return "snapshot " + snapshot.id() + " of " + members(snapshot.membership());
  }

  /** Who takes part in which way. Members whose data directory is not known are named. */
  static String members(Membership membership) {
    if (membership.members().isEmpty()) {
      return "nobody";
    }
    IdSet unbound =
        IdSet.of(
            membership.members().stream()
                .filter(member -> member.memberId().incarnation() == 0)
                .mapToLong(Member::id)
                .toArray());
    return "voters"
        + set(membership.voters())
        + optional(" outgoing", membership.outgoingVoters())
        + optional(" learners", membership.learners())
        + optional(" learners-next", membership.learnersNext())
        + (membership.isJoint() && membership.autoLeave() ? " auto-leave" : "")
        + optional(" unbound", unbound);
  }

  private static String optional(String name, IdSet ids) {
    return ids.isEmpty() ? "" : name + set(ids);
  }

  private static String set(IdSet ids) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ids.size(); i++) {
      text.append(' ').append(ids.at(i));
    }
    return text.toString();
  }

  static String request(RequestId id) {
    return id.bootEpoch() + "." + id.sequence();
  }

  static String read(long index, Refusal refusal) {
    return refusal == null ? " reads at " + index : " " + refusal(refusal);
  }

  static String result(ProposeResult result) {
    return result.isAccepted() ? "accepted as " + result.first() : refusal(result.refusal());
  }

  static String refusal(Refusal refusal) {
    return "refused: "
        + refusal.reason()
        + (refusal.detail().isEmpty() ? "" : " (" + refusal.detail() + ")")
        + ", leader "
        + refusal.leader();
  }
}
