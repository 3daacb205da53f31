// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.explorer.Bounds.Event;
import dev.balsa.raft.testkit.SafetyViolation;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The states of a cluster and of the network between its members, each an array of numbers: of the
 * members' states, of the chronicle, of what has been used up of the bounds, and then of all
 * messages under way, ascending.
 *
 * <p>An action is a number as well: the input's code, above it the member's position, above it
 * whether the message stays under way.
 *
 * <p>Loss needs no action: a message under way may never be delivered. Neither does a delivery that
 * changes nothing: without the message, nothing more could happen than with it.
 */
final class World {
  private static final int MEMBER_SHIFT = Input.ARGUMENT_BITS + 4;
  private static final int KEEP = 1 << MEMBER_SHIFT + 2;
  private static final int BITS_PER_EVENT = 3;

  private final Bounds bounds;
  private final Catalogue catalogue;
  private final int size;
  private final Member[] members;
  private final Historian historian;

  World(Bounds bounds, Catalogue.TwinListener twins) {
    this.bounds = bounds;
    this.catalogue = new Catalogue(bounds, twins);
    this.size = bounds.members();
    this.members = new Member[size];
    this.historian = new Historian(bounds);
  }

  Catalogue catalogue() {
    return catalogue;
  }

  /** A cluster that has just been made. */
  int[] first() {
    int[] state = new int[size + 2];
    for (int i = 0; i < size; i++) {
      state[i] = catalogue.first(i + 1).number();
    }
    state[size] = catalogue.numberOf(Chronicle.EMPTY);
    return state;
  }

  // ---------------------------------------------------------------- what may happen

  /** Shows every action that may happen in this state. */
  void forEachAction(int[] state, int length, IntConsumer visitor) {
    boolean duplicates = isLeft(state, Event.DUPLICATION);
    for (int i = size + 2; i < length; i++) {
      if (i == size + 2 || state[i] != state[i - 1]) {
        int to = (int) catalogue.message(state[i]).to() - 1;
        int action = to << MEMBER_SHIFT | Input.RECEIVE.code(state[i]);
        visitor.accept(action);
        if (duplicates) {
          visitor.accept(action | KEEP);
        }
      }
    }
    for (int i = 0; i < size; i++) {
      forEachActionOf(i, state, visitor);
    }
  }

  private void forEachActionOf(int position, int[] state, IntConsumer visitor) {
    Member member = catalogue.member(state[position]);
    int at = position << MEMBER_SHIFT;
    int writes = member.writes().size();
    if (writes > 0) {
      visitor.accept(at | Input.PERSIST.code(0));
    }
    if (!member.batches().isEmpty()) {
      visitor.accept(at | Input.APPLY.code(0));
    }
    if (!member.facts().leads()) {
      // A pre-candidate could ask without end, and no two states would be the same.
      boolean mayCampaign = member.facts().follows() || !bounds.isTimed();
      if (mayCampaign && member.facts().term() < bounds.terms()) {
        visitor.accept(at | Input.CAMPAIGN.code(0));
      }
      if (member.facts().leader() != 0) {
        forEachRequestOfFollower(at, state, visitor);
      }
    } else {
      forEachTransfer(position, state, visitor);
      if (isLeft(state, Event.LIMIT)) {
        visitor.accept(at | Input.LIMIT.code(used(state, Event.LIMIT)));
      }
      if (isLeft(state, Event.PROPOSAL)) {
        visitor.accept(at | Input.PROPOSE.code(used(state, Event.PROPOSAL)));
      }
      if (isLeft(state, Event.CHANGE)) {
        visitor.accept(at | Input.CHANGE.code(used(state, Event.CHANGE)));
      }
      if (mayRead(state)) {
        visitor.accept(at | Input.READ.code(used(state, Event.READ)));
      }
    }
    if (isLeft(state, Event.HEARTBEAT) && (member.facts().leads() || bounds.isTimed())) {
      visitor.accept(at | Input.TICK.code(0));
    }
    if (isLeft(state, Event.COMPACTION) && member.facts().applied() > member.facts().snapshot()) {
      visitor.accept(at | Input.COMPACT.code(0));
    }
    if (member.wanted() != null) {
      Member source = catalogue.member(state[(int) member.wanted().from().id() - 1]);
      long[] content = source.files().get(member.wanted().snapshot().id());
      if (content != null) {
        visitor.accept(at | Input.FETCH.code(catalogue.numberOf(content)));
      }
    }
    if (isLeft(state, Event.CRASH)) {
      for (int kept = 0; kept <= writes; kept++) {
        visitor.accept(at | Input.CRASH.code(kept));
      }
    }
  }

  private void forEachRequestOfFollower(int at, int[] state, IntConsumer visitor) {
    if (isLeft(state, Event.REPAIR)) {
      visitor.accept(at | Input.REPAIR.code(0));
    }
    if (bounds.forwards() && isLeft(state, Event.PROPOSAL)) {
      visitor.accept(at | Input.FORWARD.code(used(state, Event.PROPOSAL)));
    }
    if (bounds.forwards() && mayRead(state)) {
      visitor.accept(at | Input.READ.code(used(state, Event.READ)));
    }
  }

  private void forEachTransfer(int position, int[] state, IntConsumer visitor) {
    for (int target = 1; target <= size && isLeft(state, Event.TRANSFER); target++) {
      if (target != position + 1) {
        visitor.accept(position << MEMBER_SHIFT | Input.TRANSFER.code(target));
      }
    }
  }

  /** One read at a time: the chronicle keeps no more. */
  private boolean mayRead(int[] state) {
    return isLeft(state, Event.READ) && catalogue.chronicle(state[size]).read() == 0;
  }

  private int used(int[] state, Event event) {
    return state[size + 1] >> BITS_PER_EVENT * event.ordinal() & Bounds.MOST;
  }

  private boolean isLeft(int[] state, Event event) {
    return used(state, event) < bounds.most(event);
  }

  private static Event costOf(int action) {
    return switch (Input.of(action)) {
      case RECEIVE -> (action & KEEP) != 0 ? Event.DUPLICATION : null;
      case PERSIST, APPLY, CAMPAIGN, FETCH -> null;
      case TICK -> Event.HEARTBEAT;
      case PROPOSE, FORWARD -> Event.PROPOSAL;
      case COMPACT -> Event.COMPACTION;
      case TRANSFER -> Event.TRANSFER;
      case REPAIR -> Event.REPAIR;
      case LIMIT -> Event.LIMIT;
      case READ -> Event.READ;
      case CHANGE -> Event.CHANGE;
      case CRASH -> Event.CRASH;
    };
  }

  // ---------------------------------------------------------------- what comes of it

  /**
   * The state after an action.
   *
   * @param next receives it
   * @return its length, or -1 if nothing changes
   * @throws SafetyViolation naming the property that is broken
   */
  int successor(int[] state, int length, int action, int[] next) {
    int acted = action >>> MEMBER_SHIFT & 3;
    int input = action & (1 << MEMBER_SHIFT) - 1;
    Catalogue.Step step = catalogue.step(state[acted], input);
    if (step.violation() != null) {
      throw new SafetyViolation(step.violation());
    }
    boolean receives = Input.of(input) == Input.RECEIVE;
    if (step.isBeyond()) {
      return -1;
    }
    if (step.after().number() == state[acted] && step.sent().length == 0 && !step.news()) {
      return -1;
    }
    int end = 0;
    int removed = receives && (action & KEEP) == 0 ? Input.argumentOf(input) : -1;
    for (int i = 0; i < length; i++) {
      if (i >= size + 2 && state[i] == removed) {
        removed = -1;
      } else {
        next[end++] = state[i];
      }
    }
    next[acted] = step.after().number();
    Event cost = costOf(action);
    if (cost != null) {
      next[size + 1] += 1 << BITS_PER_EVENT * cost.ordinal();
    }
    if (step.news()) {
      next[size] = note(state, step, acted, input);
    }
    for (int message : step.sent()) {
      next[end++] = message;
    }
    Arrays.sort(next, size + 2, end);
    return end;
  }

  private int note(int[] state, Catalogue.Step step, int acted, int input) {
    for (int i = 0; i < size; i++) {
      members[i] = i == acted ? step.after() : catalogue.member(state[i]);
    }
    Chronicle before = catalogue.chronicle(state[size]);
    Member former = catalogue.member(state[acted]);
    Chronicle after = historian.note(before, former, step, members, acted, input);
    return after == before ? state[size] : catalogue.numberOf(after);
  }

  /** What must hold in every state. */
  void check(int[] state) {
    for (int i = 0; i < size; i++) {
      members[i] = catalogue.member(state[i]);
    }
    Historian.requireLogMatching(members);
  }

  static long hash(int[] state, int length) {
    long hash = length;
    for (int i = 0; i < length; i++) {
      hash = Fingerprint.mix(hash * 0x9fb21c651e98df25L + state[i]);
    }
    return hash;
  }

  /** The action in words. */
  String describe(int action) {
    long id = (action >>> MEMBER_SHIFT & 3) + 1;
    Input input = Input.of(action);
    int argument = Input.argumentOf(action);
    String object =
        switch (input) {
          case RECEIVE ->
              " "
                  + Words.of(catalogue.message(argument))
                  + ((action & KEEP) != 0 ? ", a copy" : "");
          case PROPOSE, FORWARD -> " " + (char) ('a' + argument);
          case CRASH, TRANSFER -> " " + argument;
          case LIMIT -> argument == 0 ? "" : " again";
          default -> "";
        };
    return id + " " + input.verb() + object;
  }
}
