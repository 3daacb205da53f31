// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.testkit.SafetyViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers for all that was met: members' states, messages, chronicles; and what each input makes of
 * each member's state. A core is deterministic, so it carries out each input in each state once,
 * however many states of the world that is part of.
 */
final class Catalogue {
  /**
   * What an input makes of a member.
   *
   * @param after the member's state afterwards
   * @param sent the numbers of its messages
   * @param news whether the chronicle has something to note
   * @param votes granted or asked for, by this member
   * @param reads confirmed or refused, to this member's clients
   * @param violation what of it contradicts Raft whatever the others do, null if nothing
   */
  record Step(
      Member after,
      int[] sent,
      boolean news,
      List<Message> votes,
      List<ReadState> reads,
      String violation) {}

  /** Hears of a member that came to a known state in another way. */
  interface TwinListener {
    void onTwin(Catalogue catalogue, Member known, Member twin);
  }

  private final Bounds bounds;
  private final TwinListener twins;
  private final List<Member> members = new ArrayList<>();
  private final Map<Fingerprint.Value, Integer> memberNumbers = new HashMap<>();
  private final List<Message> messages = new ArrayList<>();
  private final Map<Message, Integer> messageNumbers = new HashMap<>();
  private final List<Chronicle> chronicles = new ArrayList<>();
  private final Map<Fingerprint.Value, Integer> chronicleNumbers = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final LongMap stepNumbers = new LongMap();

  Catalogue(Bounds bounds, TwinListener twins) {
    this.bounds = bounds;
    this.twins = twins;
  }

  Member member(int number) {
    return members.get(number);
  }

  Message message(int number) {
    return messages.get(number);
  }

  Chronicle chronicle(int number) {
    return chronicles.get(number);
  }

  int members() {
    return members.size();
  }

  int messages() {
    return messages.size();
  }

  int steps() {
    return steps.size();
  }

  int numberOf(Chronicle chronicle) {
    Integer known = chronicleNumbers.putIfAbsent(chronicle.fingerprint(), chronicles.size());
    if (known != null) {
      return known;
    }
    chronicles.add(chronicle);
    return chronicles.size() - 1;
  }

  private Member known(Member member) {
    Integer known = memberNumbers.putIfAbsent(member.fingerprint(), members.size());
    if (known != null) {
      twins.onTwin(this, members.get(known), member);
      return members.get(known);
    }
    Member numbered = member.numbered(members.size());
    members.add(numbered);
    return numbered;
  }

  private int numberOf(Message message) {
    Integer known = messageNumbers.putIfAbsent(message, messages.size());
    if (known != null) {
      return known;
    }
    messages.add(message);
    return messages.size() - 1;
  }

  /** A member of a new cluster. */
  Member first(long id) {
    return known(Turn.first(bounds, id).after());
  }

  /** What the input with this code makes of the member's state with this number. */
  Step step(int member, int input) {
    long key = (member + 1L) << Input.ARGUMENT_BITS + 4 | input;
    int known = stepNumbers.find(key);
    if (known < 0) {
      known = steps.size();
      steps.add(carryOut(members.get(member), input));
      stepNumbers.put(key, known);
    }
    return steps.get(known);
  }

  private Step carryOut(Member before, int input) {
    Message message =
        Input.of(input) == Input.RECEIVE ? messages.get(Input.argumentOf(input)) : null;
    Turn.Outcome outcome;
    try {
      outcome = Turn.of(bounds, before, input, message);
    } catch (SafetyViolation e) {
      return new Step(before, new int[0], false, List.of(), List.of(), e.getMessage());
    }
    Member after = known(outcome.after());
    List<Message> votes = outcome.sent().stream().filter(Catalogue::isVote).toList();
    boolean elected =
        after.facts().leads()
            && !(before.facts().leads() && before.facts().term() == after.facts().term());
    boolean crashed = Input.of(input) == Input.CRASH;
    boolean news =
        elected
            || crashed
            || Input.of(input) == Input.READ
            || !votes.isEmpty()
            || !outcome.reads().isEmpty()
            || after.facts().commit() > before.facts().commit();
    int[] sent = outcome.sent().stream().mapToInt(this::numberOf).toArray();
    return new Step(after, sent, news, votes, outcome.reads(), null);
  }

  private static boolean isVote(Message message) {
    return (message instanceof RequestVoteResponse vote && !vote.preVote() && vote.granted())
        || (message instanceof RequestVote request && !request.preVote());
  }
}
