// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import java.io.IOException;

/**
 * The log cannot be opened, read or written as asked. The message names the file, the place, the
 * reason and what to do.
 */
public final class WalException extends IOException {
  private static final long serialVersionUID = 1;

  /** With this message. */
  public WalException(String message) {
    super(message);
  }

  /** With this message and cause. */
  public WalException(String message, Throwable cause) {
    super(message, cause);
  }
}
