// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.state.NumberSink;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Copies of a node in the midst of random histories. */
class CopyTest {
  private static final int EVENTS = 400;

  private record Original(RawNode node, long[] encoding) {}

  /**
   * Two runs of one seed side by side, one of which goes on with copies of its members every few
   * events: what each member is stays the same in both, and so all it ever says.
   */
  @Test
  void aCopyGoesOnAsTheOriginalWould() {
    for (long seed = 1; seed <= 100; seed++) {
      FuzzRun plain = new FuzzRun(seed);
      FuzzRun copied = new FuzzRun(seed);
      for (int event = 0; event < EVENTS; event++) {
        if (event % 7 == 0) {
          copied.cluster().nodes().forEach(TestNode::goOnWithCopy);
        }
        plain.event();
        copied.event();
        assertSame(plain, copied, "seed " + seed + ", event " + event);
      }
    }
  }

  private static void assertSame(FuzzRun plain, FuzzRun copied, String when) {
    assertThat(NumberSink.encodingOf(copied.cluster().inFlight()))
        .as(when)
        .isEqualTo(NumberSink.encodingOf(plain.cluster().inFlight()));
    for (TestNode node : plain.cluster().nodes()) {
      TestNode twin = copied.cluster().node(node.id());
      assertThat(twin.isUp()).as(when).isEqualTo(node.isUp());
      if (node.isUp()) {
        assertThat(NumberSink.encodingOf(twin.raw()))
            .as(when)
            .isEqualTo(NumberSink.encodingOf(node.raw()));
      }
    }
  }

  /** Nothing that happens to the copy can be seen in the original. */
  @Test
  void theOriginalStaysAsItWas() {
    for (long seed = 500; seed < 550; seed++) {
      FuzzRun run = new FuzzRun(seed);
      List<Original> originals = new ArrayList<>();
      for (int event = 0; event < EVENTS; event++) {
        if (event % 50 == 0) {
          for (TestNode node : run.cluster().nodes()) {
            if (node.isUp()) {
              originals.add(new Original(node.raw(), NumberSink.encodingOf(node.raw())));
              node.goOnWithCopy();
            }
          }
        }
        run.event();
      }
      for (Original original : originals) {
        assertThat(NumberSink.encodingOf(original.node()))
            .as("seed " + seed)
            .isEqualTo(original.encoding());
      }
    }
  }

  /** The other way round: what happens to the original cannot be seen in the copy. */
  @Test
  void theCopyStaysAsItWas() {
    for (long seed = 700; seed < 750; seed++) {
      FuzzRun run = new FuzzRun(seed);
      List<Original> copies = new ArrayList<>();
      for (int event = 0; event < EVENTS; event++) {
        if (event % 50 == 0) {
          for (TestNode node : run.cluster().nodes()) {
            if (node.isUp()) {
              copies.add(new Original(node.raw().copy(), NumberSink.encodingOf(node.raw())));
            }
          }
        }
        run.event();
      }
      for (Original copy : copies) {
        assertThat(NumberSink.encodingOf(copy.node()))
            .as("seed " + seed)
            .isEqualTo(copy.encoding());
      }
    }
  }
}
