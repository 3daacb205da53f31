// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/** What an entry's data means. The code is what stands on disk and on the wire. */
public enum EntryType {
  /** The empty entry with which a leader opens its term (dissertation, section 6.4). */
  NO_OP(0),
  /** A command for the state machine; its bytes mean nothing to Raft. */
  NORMAL(1),
  /** A {@link Membership}, in force from the moment it is appended (paper, section 6). */
  CONFIGURATION(2);

  private static final EntryType[] BY_CODE = values();

  private final int code;

  EntryType(int code) {
    this.code = code;
  }

  /** The stable number of this type, 0 to 127. */
  public int code() {
    return code;
  }

  /**
   * The type with this code.
   *
   * @throws IllegalArgumentException if no such type is known to this version
   */
  public static EntryType ofCode(int code) {
    if (code < 0 || code >= BY_CODE.length) {
      throw new IllegalArgumentException("unknown entry type " + code);
    }
    return BY_CODE[code];
  }
}
