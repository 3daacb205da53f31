// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/**
 * Why a proposal or a read did not succeed. Every future ends with a result or with one of these.
 */
public abstract class RaftException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RaftException(String message) {
    // Expected outcomes under load: a stack trace would cost more than the request and tell
    // nothing.
    super(message, null, false, false);
  }
}
