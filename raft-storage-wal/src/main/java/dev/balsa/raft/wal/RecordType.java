// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

/** What a record says. The code stands on disk. */
enum RecordType {
  /** The head of a batch: how much follows, and what is known durable before it. */
  BATCH(1),
  /** The second identifier of a batch, in a sector of its own. */
  TRAILER(2),
  /** The end of a segment that has a successor. */
  FOOTER(3),
  /** The directory was opened once more. */
  BOOT(4),
  /** A group's whole state, repeated at the head of each segment. */
  GROUP(5),
  /** A group begins. */
  BOOTSTRAP(6),
  /** An entry of a group's log. */
  ENTRY(7),
  /** Term, vote and commit of a group. */
  HARD_STATE(8),
  /** A group's log loses its end. */
  TRUNCATE(9),
  /** A group's log is replaced by a snapshot. */
  RESET(10),
  /** A group's log loses its beginning. */
  COMPACT(11),
  /** An entry of a group's log once more, so that its first place is not needed any longer. */
  MOVED(12);

  private static final RecordType[] BY_CODE = values();

  private final int code;

  RecordType(int code) {
    this.code = code;
  }

  /** Whether a record holds an entry of a log. */
  boolean isEntry() {
    return this == ENTRY || this == MOVED;
  }

  int code() {
    return code;
  }

  /** The type with this code, null if this version knows none. */
  static RecordType ofCode(int code) {
    return code < 1 || code > BY_CODE.length ? null : BY_CODE[code - 1];
  }
}
