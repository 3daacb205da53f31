// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

/** A request cannot be done, and nothing of it was: the way out of nested operations. */
public final class RequestException extends Exception {
  private static final long serialVersionUID = 1;

  private final KvError error;

  public RequestException(KvError error) {
    // An expected outcome: a stack trace would cost more than the request.
    super(error.status().getDescription(), null, false, false);
    this.error = error;
  }

  public KvError error() {
    return error;
  }
}
