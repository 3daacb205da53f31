// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

/** The member cannot start or go on; the message names the thing and the remedy. */
public class StartException extends Exception {
  private static final long serialVersionUID = 1;

  public StartException(String message) {
    super(message);
  }

  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
