// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/**
 * Unknown: the command may have been applied, may still be, or never will. Trying again is safe
 * only if applying it twice is.
 */
public final class OutcomeUnknownException extends RaftException {
  private static final long serialVersionUID = 1;

  public OutcomeUnknownException(String why) {
    super(why);
  }
}
