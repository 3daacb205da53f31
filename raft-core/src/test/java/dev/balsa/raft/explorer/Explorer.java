// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.testkit.SafetyViolation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * Visits all states that can be reached, those first that take the fewest actions: so the first
 * story that ends badly is among the shortest.
 */
final class Explorer {
  private static final int MAX_LENGTH = 4096;
  private static final int STATES_BETWEEN_REPORTS = 1 << 18;
  private static final Catalogue.TwinListener IGNORE_TWINS = (catalogue, known, twin) -> {};

  /**
   * How far it got.
   *
   * @param states how many different states were found
   * @param transitions how many actions were carried out
   * @param depth the most actions that led to a state
   * @param frontier how many states were found and not gone on from; 0 means that this is all
   * @param violation what is broken, null if nothing
   * @param story the actions that lead to it, null if nothing is broken
   */
  record Result(
      long states,
      long transitions,
      int depth,
      long frontier,
      String violation,
      List<String> story) {
    @Override
    public String toString() {
      return "%,d states, %,d transitions, depth %d, frontier %,d%s"
          .formatted(
              states,
              transitions,
              depth,
              frontier,
              violation == null ? "" : "\n" + violation + "\n  " + String.join("\n  ", story));
    }
  }

  /** Where it is, told now and then. */
  record Progress(long states, long transitions, int depth, long frontier, int members) {}

  private final World world;
  private final List<String> prologue = new ArrayList<>();
  private final StateTable seen = new StateTable();
  private final IntQueue queue = new IntQueue();
  private final IntList parents = new IntList();
  private final IntList actions = new IntList();
  private final int[] state = new int[MAX_LENGTH];
  private final int[] next = new int[MAX_LENGTH];
  private long transitions;
  private int depth;

  private Explorer(Bounds bounds, Catalogue.TwinListener twins) {
    this.world = new World(bounds, twins);
  }

  /** Explores from a new cluster until all is seen, or {@code maxStates} are. */
  static Result explore(Bounds bounds, long maxStates) {
    return explore(bounds, List.of(), maxStates, progress -> {});
  }

  /**
   * Explores from the state to which the actions in {@code prologue} lead, each the beginning of
   * one action's words.
   */
  static Result explore(
      Bounds bounds, List<String> prologue, long maxStates, Consumer<Progress> listener) {
    return new Explorer(bounds, IGNORE_TWINS).run(prologue, maxStates, listener);
  }

  /** Explores, and tells of every member that came to a known state in another way. */
  static Result exploreTwins(Bounds bounds, long maxStates, Catalogue.TwinListener twins) {
    return new Explorer(bounds, twins).run(List.of(), maxStates, progress -> {});
  }

  private Result run(List<String> script, long maxStates, Consumer<Progress> listener) {
    int length;
    try {
      length = play(script);
    } catch (SafetyViolation e) {
      return result(e.getMessage(), prologue);
    }
    add(length, -1, 0);
    long polled = 0;
    long levelEnd = 1;
    while (queue.size() > 0 && seen.size() < maxStates) {
      if (polled == levelEnd) {
        depth++;
        levelEnd = seen.size();
      }
      int current = (int) polled++;
      int stateLength = queue.poll(state);
      int[] failed = {-1};
      try {
        world.forEachAction(
            state,
            stateLength,
            action -> {
              failed[0] = action;
              transitions++;
              int nextLength = world.successor(state, stateLength, action, next);
              if (nextLength >= 0 && add(nextLength, current, action)) {
                world.check(next);
              }
            });
      } catch (SafetyViolation e) {
        return result(e.getMessage(), storyOf(current, failed[0]));
      }
      if (polled % STATES_BETWEEN_REPORTS == 0) {
        listener.accept(
            new Progress(
                seen.size(), transitions, depth, queue.size(), world.catalogue().members()));
      }
    }
    return result(null, null);
  }

  private Result result(String violation, List<String> story) {
    return new Result(seen.size(), transitions, depth, queue.size(), violation, story);
  }

  /** Whether {@code next}, or the first state, is new. */
  private boolean add(int length, int parent, int action) {
    if (!seen.add(World.hash(next, length))) {
      return false;
    }
    parents.add(parent);
    actions.add(action);
    queue.add(next, length);
    return true;
  }

  // ---------------------------------------------------------------- stories

  private int play(List<String> script) {
    int[] first = world.first();
    int length = first.length;
    System.arraycopy(first, 0, next, 0, length);
    for (String line : script) {
      System.arraycopy(next, 0, state, 0, length);
      int action = find(line, length);
      prologue.add(world.describe(action));
      int nextLength = world.successor(state, length, action, next);
      if (nextLength < 0) {
        throw new IllegalArgumentException("nothing comes of: " + line);
      }
      length = nextLength;
      world.check(next);
    }
    return length;
  }

  private int find(String line, int length) {
    List<Integer> found = new ArrayList<>();
    List<String> possible = new ArrayList<>();
    world.forEachAction(
        state,
        length,
        action -> {
          String words = world.describe(action);
          possible.add(words);
          if (words.equals(line)) {
            found.add(0, action);
          } else if (words.startsWith(line) && !words.endsWith(", a copy")) {
            found.add(action);
          }
        });
    boolean exact = !found.isEmpty() && world.describe(found.get(0)).equals(line);
    if (found.isEmpty() || (found.size() > 1 && !exact)) {
      throw new IllegalArgumentException(
          "'" + line + "' begins " + found.size() + " of these:\n" + String.join("\n", possible));
    }
    return found.get(0);
  }

  private List<String> storyOf(int from, int lastAction) {
    List<String> story = new ArrayList<>();
    story.add(world.describe(lastAction));
    for (int at = from; parents.at(at) >= 0; at = parents.at(at)) {
      story.add(world.describe(actions.at(at)));
    }
    Collections.reverse(story);
    story.addAll(0, prologue);
    return story;
  }

  /**
   * Goes through a story from a new cluster.
   *
   * @throws SafetyViolation if the story ends badly
   * @throws IllegalArgumentException if it cannot happen
   */
  static void replay(Bounds bounds, List<String> story) {
    new Explorer(bounds, IGNORE_TWINS).play(story);
  }
}
