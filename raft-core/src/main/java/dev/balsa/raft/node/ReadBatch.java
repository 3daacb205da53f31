// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.List;

/**
 * Reads that share one request for a read index, and so one answer.
 *
 * @param reads those that wait, oldest first
 */
record ReadBatch(List<Read<?>> reads) {
  void serve(long index) {
    for (int i = 0; i < reads.size(); i++) {
      reads.get(i).serve(index);
    }
  }

  void refuse(Refusal refusal) {
    for (int i = 0; i < reads.size(); i++) {
      reads.get(i).refuse(refusal);
    }
  }

  /** Refuses those whose time is over by tick {@code now}; returns whether any is left. */
  boolean expire(long now, Refusal refusal) {
    reads.removeIf(
        read -> {
          boolean isOver = read.deadline <= now;
          if (isOver) {
            read.refuse(refusal);
          }
          return isOver;
        });
    return !reads.isEmpty();
  }
}
