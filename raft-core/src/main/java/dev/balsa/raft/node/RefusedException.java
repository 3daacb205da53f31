// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;

/** Definite: nothing was or will be appended by this request, so it is safe to try again. */
public final class RefusedException extends RaftException {
  private static final long serialVersionUID = 1;

  private final transient Refusal refusal;

  public RefusedException(Refusal refusal) {
    super(
        refusal.reason()
            + (refusal.detail().isEmpty() ? "" : ": " + refusal.detail())
            + ", leader "
            + Long.toHexString(refusal.leader()));
    this.refusal = refusal;
  }

  /** The reason, and the leader as far as known. */
  public Refusal refusal() {
    return refusal;
  }
}
