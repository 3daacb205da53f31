// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.ArrayList;
import java.util.List;

/**
 * Applies what is committed, and ends all futures: so what users hang on them never runs on the
 * loop.
 */
final class ApplyWorker extends WorkerAgent {
  private final List<GroupApplier<?>> toReport = new ArrayList<>();

  ApplyWorker(HostParts parts) {
    super("apply", parts.applies, parts);
  }

  /** This group has applied something. Called in the course of a turn of this worker. */
  void reportLater(GroupApplier<?> applier) {
    toReport.add(applier);
  }

  @Override
  int work() {
    int count = super.work();
    for (int i = 0; i < toReport.size(); i++) {
      toReport.get(i).report();
    }
    toReport.clear();
    return count;
  }
}
