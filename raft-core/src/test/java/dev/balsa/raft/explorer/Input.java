// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

/** What can happen to a member, and a number as which it is kept: the kind above the argument. */
enum Input {
  /** The message with this number arrives. */
  RECEIVE("receives"),
  /** The oldest write under way is complete. */
  PERSIST("persists"),
  /** The state machine has taken the oldest batch. */
  APPLY("applies"),
  CAMPAIGN("campaigns"),
  /** A tick passes for a leader. */
  TICK("ticks"),
  /** The command with this number is proposed. */
  PROPOSE("proposes"),
  READ("is read"),
  /** The change with this number is proposed. */
  CHANGE("changes the membership"),
  /** Crashes, keeps this many of the writes under way, and starts again. */
  CRASH("crashes and keeps"),
  /** Takes a snapshot of all that is applied, and keeps nothing of the log below it. */
  COMPACT("compacts"),
  /** The snapshot with this content, which it was offered, is here as a file. */
  FETCH("fetches the snapshot"),
  /** Leadership is to be handed to the member with this id. */
  TRANSFER("hands over to"),
  /** The command with this number is asked of a follower. */
  FORWARD("forwards"),
  /** A follower asks for a snapshot that its log does not need. */
  REPAIR("asks for a snapshot"),
  /** A leader's windows become narrow, or wide again. */
  LIMIT("limits its windows");

  static final int ARGUMENT_BITS = 24;
  private static final Input[] ALL = values();

  private final String verb;

  Input(String verb) {
    this.verb = verb;
  }

  String verb() {
    return verb;
  }

  int code(int argument) {
    return ordinal() << ARGUMENT_BITS | argument;
  }

  static Input of(int code) {
    return ALL[code >>> ARGUMENT_BITS & 0xf];
  }

  static int argumentOf(int code) {
    return code & ((1 << ARGUMENT_BITS) - 1);
  }
}
