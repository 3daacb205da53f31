// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;

/** The exhaustors on a command line: see {@link #USAGE}. */
public final class Exhaust {
  static final String USAGE =
      """
      usage: exhaust bits | crash | errors | decode [OPTION]...
      Tries every fault of a kind on small write-ahead logs.
        bits    flips every bit of a few logs, one at a time
        crash   cuts the power after each I/O of one workload after the other, with every
                subset of what was not synced
        errors  fails each I/O of some workloads, in each way in which it can fail
        decode  changes records and segments and seals them again with right checksums
        fuzz    the same with Jazzer, which looks for what reaches new code; its options follow

        --cases N        ends after so many (bits, errors: all; crash: 1000000; decode: 100000000)
        --budget SECONDS ends after so long
        --from STEP      begins with this step; a failure names it
        --resume FILE    keeps there how far it is, every few seconds, and goes on from there
        --version, --help
      Ends with 0 if nothing was wrong as far as it came, with 1 if something was, with 2 if it
      was called in another way.
      """;

  private Exhaust() {}

  /** Runs one of them. */
  public static void main(String[] arguments) throws IOException {
    if (Arrays.asList(arguments).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    Campaign campaign;
    try {
      campaign = campaign(System.err, arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("exhaust: " + e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
      return;
    }
    try {
      campaign.run();
      System.out.println("clean: " + campaign.tally());
    } catch (AssertionError e) {
      System.err.println("exhaust: " + e.getMessage());
      System.exit(1);
    }
  }

  /** What the arguments ask for; how far it is goes to {@code progress}. */
  static Campaign campaign(PrintStream progress, String... arguments) throws IOException {
    if (arguments.length == 0) {
      throw new IllegalArgumentException("what is to be tried is not said");
    }
    Exhaustor exhaustor =
        switch (arguments[0]) {
          case "bits" -> new BitsExhaustor();
          case "crash" -> new CrashExhaustor();
          case "errors" -> new ErrorsExhaustor();
          case "decode" -> new DecodeExhaustor();
          default -> throw new IllegalArgumentException("there is no " + arguments[0]);
        };
    long from = 0;
    long cases = exhaustor.goal();
    long budget = Long.MAX_VALUE;
    Path state = null;
    Iterator<String> rest = Arrays.asList(arguments).subList(1, arguments.length).iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      switch (option) {
        case "--from" -> from = number(option, rest);
        case "--cases" -> cases = number(option, rest);
        case "--budget" -> budget = number(option, rest);
        case "--resume" -> state = Path.of(value(option, rest));
        default -> throw new IllegalArgumentException("there is no option " + option);
      }
    }
    Campaign.Bounds bounds = new Campaign.Bounds(from, cases, budget, state);
    return new Campaign(arguments[0], exhaustor, bounds, progress);
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " wants a value");
    }
    return rest.next();
  }

  private static long number(String option, Iterator<String> rest) {
    String value = value(option, rest);
    try {
      long number = Long.parseLong(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(option + " wants a number, not " + value);
  }
}
