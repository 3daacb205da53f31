// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.explorer.Bounds.Event;
import dev.balsa.raft.model.MembershipChange;
import java.util.List;
import java.util.Locale;

/** The long exploration, for the script {@code raft-core/bin/explore}. */
public final class Explore {
  private static final String USAGE =
      """
      usage: explore [options]
        --states N               stop when so many states were found (default 10000000)
        --members N              1 to 4 (default 3)
        --terms N                the highest term to campaign in, 1 to 7 (default 3)
        --proposals N, --crashes N, --duplications N, --heartbeats N, --reads N
                                 how often each happens, 0 to 7 (default 2, 2, 1, 1, 0)
        --compactions N, --transfers N, --repairs N, --limits N
                                 how often each happens, 0 to 7 (default 0)
        --forward                proposals and reads are asked of followers too
        --timed                  time counts; with pre-vote and check-quorum
        --wide                   2 proposals, a crash, a copy, a heartbeat, a read, and one each of
                                 what is 0 by default; forwarding; no change of membership
        --elected                begin where member 1 of three or more leads, with an entry committed
        --no-change              no change of membership; else that member 1 is removed
        --late-applies           the state machine takes its time
        --one-entry-per-append   every entry is sent by itself
      Exit code 0: nothing is broken; 1: something is, with the story; 2: wrong usage.
      """;

  private static final MembershipChange[] REMOVAL = {MembershipChange.none().remove(1)};
  private static final MembershipChange[] NO_CHANGE = {};

  private long states = 10_000_000;
  private int members = 3;
  private int terms = 3;
  private Bounds bounds;
  private List<String> prologue = List.of();

  private Explore() {}

  /** The world that is explored unless asked otherwise. */
  static Bounds standard() {
    return withEvents(Bounds.of(3, 3));
  }

  private static Bounds withEvents(Bounds bounds) {
    return bounds
        .with(Event.PROPOSAL, 2)
        .with(Event.CRASH, 2)
        .with(Event.DUPLICATION, 1)
        .with(Event.HEARTBEAT, 1)
        .withChanges(bounds.members() > 1 ? REMOVAL : NO_CHANGE);
  }

  /** The world in which everything happens but changes of membership, and little of each. */
  static Bounds wide(Bounds bounds) {
    return bounds
        .withChanges()
        .with(Event.PROPOSAL, 2)
        .with(Event.CRASH, 1)
        .with(Event.DUPLICATION, 1)
        .with(Event.HEARTBEAT, 1)
        .with(Event.READ, 1)
        .with(Event.COMPACTION, 1)
        .with(Event.TRANSFER, 1)
        .with(Event.REPAIR, 1)
        .with(Event.LIMIT, 1)
        .withForwarding();
  }

  /** Explores; ends the process with the code that {@code --help} tells. */
  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals("--help")) {
      System.out.print(USAGE);
      return;
    }
    Explore explore = new Explore();
    try {
      explore.parse(args);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      System.err.println("explore: " + e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    System.exit(explore.run() ? 0 : 1);
  }

  private void parse(String[] args) {
    for (int i = 0; i + 1 < args.length; i++) {
      switch (args[i]) {
        case "--states" -> states = Long.parseLong(args[i + 1]);
        case "--members" -> members = Integer.parseInt(args[i + 1]);
        case "--terms" -> terms = Integer.parseInt(args[i + 1]);
        default -> {}
      }
    }
    bounds = withEvents(Bounds.of(members, terms));
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--elected" -> prologue = Expedition.elected();
        case "--no-change" -> bounds = bounds.withChanges();
        case "--forward" -> bounds = bounds.withForwarding();
        case "--timed" -> bounds = bounds.withTime();
        case "--wide" -> bounds = wide(bounds);
        case "--late-applies" -> bounds = bounds.withLateApplies();
        case "--one-entry-per-append" -> bounds = bounds.withOneEntryPerAppend();
        case "--states", "--members", "--terms" -> i++;
        case "--proposals",
            "--crashes",
            "--duplications",
            "--heartbeats",
            "--reads",
            "--compactions",
            "--transfers",
            "--repairs",
            "--limits" -> {
          String name = args[i].substring(2, args[i].length() - 1).toUpperCase(Locale.ROOT);
          bounds =
              bounds.with(
                  Event.valueOf(name.equals("CRASHE") ? "CRASH" : name),
                  Integer.parseInt(args[++i]));
        }
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
  }

  private boolean run() {
    System.out.println(bounds);
    long start = System.nanoTime();
    Explorer.Result result =
        Explorer.explore(
            bounds,
            prologue,
            states,
            progress ->
                System.err.printf(
                    Locale.ROOT,
                    "%,d states, %,.0f a second, depth %d, frontier %,d, %,d states of members%n",
                    progress.states(),
                    progress.states() / secondsSince(start),
                    progress.depth(),
                    progress.frontier(),
                    progress.members()));
    System.out.println(result);
    System.out.printf(Locale.ROOT, "%.1f s%n", secondsSince(start));
    return result.violation() == null;
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
