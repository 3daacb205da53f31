// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.MembershipCodec;
import dev.balsa.raft.model.PeerViolation.Kind;
import java.util.List;

/**
 * The door for messages: who may speak, what cannot be true, and what a message's term means
 * (paper, figure 2: rules for all servers). What passes is of the current term, or may be of any.
 */
final class Admission {
  /**
   * How far a term may jump at once. An honest cluster gains one with each election; a forged term
   * near the end of the range would leave no terms to elect in.
   */
  static final long MAX_TERM_JUMP = 1L << 40;

  private final Raft raft;
  private final VoteRules votes;

  Admission(Raft raft, VoteRules votes) {
    this.raft = raft;
    this.votes = votes;
  }

  /**
   * Whether this message is to be acted on. May have made this member a follower of a newer term.
   */
  boolean admits(Message message) {
    return isFromPeer(message) && isSound(message) && admitsTerm(message);
  }

  private boolean isFromPeer(Message message) {
    MemberId from = message.route().from();
    if (!message.route().to().matches(raft.self()) || from.id() == raft.self().id()) {
      raft.out()
          .violation(from.id(), Kind.NOT_FOR_ME, "from " + from + " to " + message.route().to());
      return false;
    }
    Member known = raft.membership().member(from.id());
    if (known != null
        && known.memberId().incarnation() != 0
        && known.memberId().incarnation() != from.incarnation()) {
      // Another data directory under the old id has forgotten the votes and entries that the id
      // stands for; to count it could elect two leaders, or commit what nobody else stores.
      raft.out().violation(from.id(), Kind.WRONG_INCARNATION, from + " is not " + known.memberId());
      return false;
    }
    if (raft.role() instanceof Leader leading && leading.hasLeft(from)) {
      // What was under way from it when it left must not count for the member that came back under
      // its id: that one holds none of it.
      raft.out().violation(from.id(), Kind.WRONG_INCARNATION, from + " has left");
      return false;
    }
    return true;
  }

  private boolean isSound(Message message) {
    long from = message.from();
    if (message.term() < 0) {
      raft.out().violation(from, Kind.MALFORMED, "term " + message.term());
      return false;
    }
    if (message.term() - raft.term() > MAX_TERM_JUMP) {
      raft.out().violation(from, Kind.ABSURD_TERM, raft.term() + " to " + message.term());
      return false;
    }
    String problem =
        switch (message.type()) {
          case APPEND_ENTRIES -> problemOf((AppendEntries) message);
          case INSTALL_SNAPSHOT -> problemOf((InstallSnapshot) message);
          case PROPOSE -> ((Propose) message).payloads().isEmpty() ? "nothing proposed" : null;
          default -> null;
        };
    if (problem != null) {
      raft.out().violation(from, Kind.MALFORMED, problem);
    }
    return problem == null;
  }

  private static String problemOf(AppendEntries append) {
    EntryId before = append.prev();
    long term = append.term();
    List<Entry> entries = append.entries();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.index() != before.index() + 1
          || entry.term() < before.term()
          || entry.term() > term) {
        return "entry " + entry.id() + " after " + before + " in term " + term;
      }
      if (entry.type() == EntryType.CONFIGURATION && !isMembership(entry)) {
        return "entry " + entry.id() + " is not a configuration";
      }
      before = entry.id();
    }
    return null;
  }

  /** A leader's snapshot ends with an entry of its own log, so of no later term than its own. */
  private static String problemOf(InstallSnapshot offer) {
    EntryId last = offer.snapshot().id();
    return last.term() > offer.term() ? "snapshot " + last + " in term " + offer.term() : null;
  }

  private static boolean isMembership(Entry entry) {
    try {
      MembershipCodec.decode(entry.id(), entry.data());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private boolean admitsTerm(Message message) {
    if (message.term() > raft.term()) {
      return admitsNewer(message);
    }
    return message.term() == raft.term() || admitsOlder(message);
  }

  private boolean admitsNewer(Message message) {
    return switch (message.type()) {
      case REQUEST_VOTE -> {
        RequestVote request = (RequestVote) message;
        if (votes.isSticky(request)) {
          yield false;
        }
        if (!request.preVote()) {
          raft.elections().becomeFollower(message.term(), 0);
        }
        yield true;
      }
      case REQUEST_VOTE_RESPONSE -> {
        RequestVoteResponse response = (RequestVoteResponse) message;
        if (response.preVote() && response.granted()) {
          // It carries the term that was asked for, which nobody is in yet.
          yield message.term() == raft.term() + 1;
        }
        raft.elections().becomeFollower(message.term(), 0);
        yield true;
      }
      case APPEND_ENTRIES, HEARTBEAT, INSTALL_SNAPSHOT -> {
        raft.elections().becomeFollower(message.term(), message.from());
        yield true;
      }
      case APPEND_ENTRIES_RESPONSE,
          HEARTBEAT_RESPONSE,
          INSTALL_SNAPSHOT_RESPONSE,
          TIMEOUT_NOW,
          READ_INDEX,
          READ_INDEX_RESPONSE,
          PROPOSE,
          PROPOSE_RESPONSE -> {
        if (isOutsiderToLeader(message)) {
          yield false;
        }
        raft.elections().becomeFollower(message.term(), 0);
        yield true;
      }
    };
  }

  /**
   * Whether somebody outside the leader's configuration says this. One that has been removed may
   * have campaigned into later terms; were it heard, each leader that still sends to it, so that it
   * learns of its removal, would be deposed by its answer. Whoever leads a later term shows itself
   * to the members as well.
   */
  private boolean isOutsiderToLeader(Message message) {
    return raft.role() instanceof Leader && !raft.membership().contains(message.from());
  }

  private boolean admitsOlder(Message message) {
    return switch (message.type()) {
      case REQUEST_VOTE -> {
        // With the newer term, so that the candidate, or a whole cluster of older terms, moves on.
        votes.refuseOld((RequestVote) message);
        yield false;
      }
      case APPEND_ENTRIES, HEARTBEAT, INSTALL_SNAPSHOT -> {
        // A leader that has been deposed without knowing, or that this member left behind when it
        // campaigned: the answer tells it the term, else with pre-vote and stickiness on neither
        // would ever give in.
        raft.out()
            .sendAfterPersist(
                new AppendEntriesResponse(
                    new Route(raft.self(), message.route().from()),
                    raft.term(),
                    true,
                    0,
                    EntryId.ZERO));
        yield false;
      }
      // Requests of a member that has not heard of the term yet, and answers that are known by
      // their request, whatever term has begun since.
      case READ_INDEX, READ_INDEX_RESPONSE, PROPOSE, PROPOSE_RESPONSE -> true;
      case REQUEST_VOTE_RESPONSE,
          APPEND_ENTRIES_RESPONSE,
          HEARTBEAT_RESPONSE,
          INSTALL_SNAPSHOT_RESPONSE,
          TIMEOUT_NOW ->
          false;
    };
  }
}
