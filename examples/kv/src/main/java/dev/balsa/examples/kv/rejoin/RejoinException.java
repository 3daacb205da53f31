// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.rejoin;

/** The member cannot rejoin; the message says why, and what to do. */
final class RejoinException extends Exception {
  private static final long serialVersionUID = 1;

  RejoinException(String message) {
    super(message);
  }

  RejoinException(String message, Throwable cause) {
    super(message, cause);
  }
}
