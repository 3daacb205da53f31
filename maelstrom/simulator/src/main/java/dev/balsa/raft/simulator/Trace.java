// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.message.Message;

/**
 * What happened: a hash over every event since the world began, and the last of them for people to
 * read.
 *
 * <p>Two runs of one seed have the same hash, or something in them is not determined by the seed.
 */
final class Trace {
  private static final int KEPT = 2_000;

  /** Written out only when somebody asks: most runs are never read. */
  private record Line(long at, String what, long member, Object detail) {
    @Override
    public String toString() {
      String who = member == 0 ? "  " : "m" + member;
      String text = detail instanceof Message message ? describe(message) : detail.toString();
      return String.format("%14.6f ms  %s  %-12s %s", at / 1e6, who, what, text);
    }

    private static String describe(Message message) {
      return "m"
          + message.from()
          + " -> m"
          + message.to()
          + " "
          + message.toString().replaceAll("route=Route\\[[^]]*\\], |\\[B@", "");
    }
  }

  private final Scheduler scheduler;
  private final Line[] kept = new Line[KEPT];
  private long count;
  private long hash;

  Trace(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Notes an event.
   *
   * @param what its kind
   * @param member whom it befell, 0 for nobody
   * @param digest what distinguishes it from others of its kind; goes into the hash
   * @param detail for people; its text must never change afterwards
   */
  void note(String what, long member, long digest, Object detail) {
    hash = Chance.mix(hash ^ scheduler.now());
    hash = Chance.mix(hash + what.hashCode() * 0x9e3779b97f4a7c15L + member);
    hash = Chance.mix(hash ^ digest);
    kept[(int) (count % KEPT)] = new Line(scheduler.now(), what, member, detail);
    count++;
  }

  /** Notes an event that its text describes in full. */
  void note(String what, long member, String detail) {
    note(what, member, detail.hashCode(), detail);
  }

  /** How many events there were. */
  long count() {
    return count;
  }

  /** 16 hex digits over every event. */
  String hash() {
    return String.format("%016x", Chance.mix(hash ^ count));
  }

  /** The last {@code lines} events, a line each, oldest first. */
  String last(int lines) {
    StringBuilder text = new StringBuilder();
    long from = Math.max(0, count - Math.min(lines, KEPT));
    for (long i = from; i < count; i++) {
      text.append(kept[(int) (i % KEPT)]).append('\n');
    }
    return text.toString();
  }
}
