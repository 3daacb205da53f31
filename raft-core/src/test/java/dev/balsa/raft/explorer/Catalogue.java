// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.TimeoutNow;
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
   * @param told what the chronicle looks at of what it said: votes granted or asked for, and
   *     members told to campaign
   * @param reads confirmed or refused, to this member's clients
   * @param violation what of it contradicts Raft whatever the others do, null if nothing
   * @param isBeyond whether it leads out of the world, by a term above the highest
   */
  record Step(
      Member after,
      int[] sent,
      boolean news,
      List<Message> told,
      List<ReadState> reads,
      String violation,
      boolean isBeyond) {}

  /** Hears of a member that came to a known state in another way. */
  interface TwinListener {
    void onTwin(Catalogue catalogue, Member known, Member twin);
  }

  private final Bounds bounds;
  private final TwinListener twins;
  private final List<Member> members = new ArrayList<>();
  private final Map<Fingerprint.Value, Integer> memberNumbers = new HashMap<>();
  private final List<Message> messages = new ArrayList<>();
  private final Map<Fingerprint.Value, Integer> messageNumbers = new HashMap<>();
  private final List<Chronicle> chronicles = new ArrayList<>();
  private final Map<Fingerprint.Value, Integer> chronicleNumbers = new HashMap<>();
  private final List<long[]> contents = new ArrayList<>();
  private final Map<Fingerprint.Value, Integer> contentNumbers = new HashMap<>();
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

  /** The number of a snapshot's content: the codes of the entries that it stands for. */
  int numberOf(long[] content) {
    Fingerprint sink = new Fingerprint();
    for (long code : content) {
      sink.put(code);
    }
    Integer known = contentNumbers.putIfAbsent(sink.value(), contents.size());
    if (known != null) {
      return known;
    }
    contents.add(content);
    return contents.size() - 1;
  }

  private Member known(Member member) {
    Integer known = memberNumbers.putIfAbsent(member.fingerprint(bounds.isTimed()), members.size());
    if (known != null) {
      twins.onTwin(this, members.get(known), member);
      return members.get(known);
    }
    Member numbered = member.numbered(members.size());
    members.add(numbered);
    return numbered;
  }

  private int numberOf(Message message) {
    Fingerprint sink = new Fingerprint();
    sink.put(message);
    Integer known = messageNumbers.putIfAbsent(sink.value(), messages.size());
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
    Turn.Outcome outcome;
    try {
      outcome = carryOut(bounds, before, input);
    } catch (SafetyViolation e) {
      return new Step(before, new int[0], false, List.of(), List.of(), e.getMessage(), false);
    }
    if (outcome.after().node().status().hardState().term() > bounds.terms()) {
      return new Step(before, new int[0], false, List.of(), List.of(), null, true);
    }
    Member after = known(outcome.after());
    List<Message> told = outcome.sent().stream().filter(Catalogue::isNoted).toList();
    boolean elected =
        after.facts().leads()
            && !(before.facts().leads() && before.facts().term() == after.facts().term());
    boolean crashed = Input.of(input) == Input.CRASH;
    boolean news =
        elected
            || crashed
            || Input.of(input) == Input.READ
            || !told.isEmpty()
            || !outcome.reads().isEmpty()
            || after.facts().commit() > before.facts().commit();
    int[] sent = outcome.sent().stream().mapToInt(this::numberOf).toArray();
    return new Step(after, sent, news, told, outcome.reads(), null, false);
  }

  /** The input with this code happens to this member, which need not be a known one. */
  Turn.Outcome carryOut(Bounds bounds, Member before, int input) {
    int argument = Input.argumentOf(input);
    return switch (Input.of(input)) {
      case RECEIVE -> Turn.of(bounds, before, input, messages.get(argument), null);
      case FETCH -> Turn.of(bounds, before, input, null, contents.get(argument));
      default -> Turn.of(bounds, before, input, null, null);
    };
  }

  private static boolean isNoted(Message message) {
    return message instanceof TimeoutNow
        || (message instanceof RequestVoteResponse vote && !vote.preVote() && vote.granted())
        || (message instanceof RequestVote request && !request.preVote());
  }
}
