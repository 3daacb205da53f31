// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

/** Bytes that are not a message. The connection that brought them is closed; the node goes on. */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedMessageException(String message) {
    super(message);
  }

  public MalformedMessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
