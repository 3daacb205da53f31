// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.io.IOException;

/**
 * The log cannot be opened, read or written as asked. The message names the file, the place, the
 * reason and what to do.
 */
public final class WalException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean isDamage;

  /** With this message. */
  public WalException(String message) {
    this(message, null, false);
  }

  /** With this message and cause. */
  public WalException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /** With this message and cause, which may be null. */
  WalException(String message, Throwable cause, boolean isDamage) {
    super(message, cause);
    this.isDamage = isDamage;
  }

  /**
   * Whether what was written is not there any more as it was: the member cannot go on with this
   * directory, and starting it again does not help.
   */
  public boolean isDamage() {
    return isDamage;
  }
}
