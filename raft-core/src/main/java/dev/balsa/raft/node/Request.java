// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;

/** What a client of this member asks of the loop. Ends exactly once. */
abstract class Request extends Task {
  /** Whom it is asked of. */
  abstract GroupLoop<?> group();

  /** Ends it: nothing of it was or will be done. */
  abstract void refuse(Refusal refusal);
}
