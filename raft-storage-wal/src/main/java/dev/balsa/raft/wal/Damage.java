// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.io.IOException;
import java.nio.file.Path;

/** How damage is told. */
final class Damage {
  static final String REMEDY =
      "Nothing was changed. Restore this directory's disk, or take the member out of the cluster,"
          + " empty the directory and add the member anew";

  private Damage() {}

  /** Damage in a file. */
  static WalException at(Path file, long offset, long position, String reason) {
    return new WalException(
        "the log is damaged in "
            + file
            + " at byte "
            + offset
            + " (log position "
            + position
            + "): "
            + reason
            + ". "
            + REMEDY,
        null,
        true);
  }

  /** A place in a file that the disk does not give back. */
  static WalException unreadable(Path file, long offset, IOException cause) {
    return new WalException(
        "cannot read " + file + " at byte " + offset + ": " + cause.getMessage() + ". " + REMEDY,
        cause,
        true);
  }

  /** Something is missing or does not fit together. */
  static WalException of(String reason) {
    return new WalException("the log is damaged: " + reason + ". " + REMEDY, null, true);
  }
}
