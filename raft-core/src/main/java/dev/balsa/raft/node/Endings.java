// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * The bad ends of proposals and reads, gathered in a turn of the loop and handed to the apply
 * worker, which ends all futures: in order with the good ones, and off the loop.
 *
 * <p><b>Threads.</b> The loop's alone.
 *
 * @param <R> what applying a command results in
 */
final class Endings<R> {
  private final HostParts parts;
  private List<Runnable> gathered = new ArrayList<>();

  Endings(HostParts parts) {
    this.parts = parts;
  }

  void refuse(Proposal<R> proposal, Refusal refusal) {
    gathered.add(() -> proposal.refuse(refusal));
  }

  void endUnknown(Proposal<R> proposal, String why) {
    parts.metrics.outcomesUnknown.add(1);
    gathered.add(() -> proposal.endUnknown(why));
  }

  void refuse(ReadBatch batch, Refusal refusal) {
    gathered.add(() -> batch.refuse(refusal));
  }

  /** Any other end. */
  void end(Runnable ending) {
    gathered.add(ending);
  }

  /** Hands over what has gathered. */
  void flush() {
    if (gathered.isEmpty()) {
      return;
    }
    List<Runnable> handed = gathered;
    gathered = new ArrayList<>();
    parts.applies.add(Task.of(() -> handed.forEach(Runnable::run)));
  }
}
