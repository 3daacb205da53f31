// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.fuzz;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.testkit.TestNode;
import java.util.function.Consumer;

/** Nodes with a past of every kind. */
public final class Histories {
  private static final int EVENTS = 400;
  private static final int EVENTS_BETWEEN = 11;

  private Histories() {}

  /** Shows the nodes of random histories in many of their states, in the same order each time. */
  public static void forEachNode(int seeds, Consumer<RawNode> visitor) {
    for (long seed = 1; seed <= seeds; seed++) {
      FuzzRun run = new FuzzRun(seed);
      for (int event = 0; event < EVENTS; event++) {
        run.event();
        if (event % EVENTS_BETWEEN == 0) {
          run.cluster().nodes().stream().filter(TestNode::isUp).map(TestNode::raw).forEach(visitor);
        }
      }
    }
  }
}
