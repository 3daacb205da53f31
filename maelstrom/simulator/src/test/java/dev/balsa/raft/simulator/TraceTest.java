// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TraceTest {
  private final Scheduler scheduler = new Scheduler(Chance.ofSeed(1));

  private Trace trace(String... whats) {
    Trace trace = new Trace(scheduler);
    for (String what : whats) {
      trace.note(what, 1, "detail of " + what);
    }
    return trace;
  }

  @Test
  void theHashDependsOnEveryEventAndOnTheirOrder() {
    String hash = trace("a", "b", "c").hash();
    assertThat(hash).matches("[0-9a-f]{16}");
    assertThat(trace("a", "b", "c").hash()).isEqualTo(hash);
    assertThat(trace("a", "c", "b").hash()).isNotEqualTo(hash);
    assertThat(trace("a", "b").hash()).isNotEqualTo(hash);
    assertThat(trace("a", "b", "d").hash()).isNotEqualTo(hash);
  }

  @Test
  void theHashDependsOnWhenAndOnWhom() {
    Trace early = new Trace(scheduler);
    early.note("a", 1, 0, "");
    Trace other = new Trace(scheduler);
    other.note("a", 2, 0, "");
    assertThat(other.hash()).isNotEqualTo(early.hash());
    scheduler.runNext(5);
    Trace late = new Trace(scheduler);
    late.note("a", 1, 0, "");
    assertThat(late.hash()).isNotEqualTo(early.hash());
  }

  @Test
  void theLastEventsCanBeRead() {
    Trace trace = trace("a", "b", "c");
    assertThat(trace.last(2)).doesNotContain("detail of a").contains("detail of b", "detail of c");
    for (int i = 0; i < 5_000; i++) {
      trace.note("n", 1, "event " + i);
    }
    assertThat(trace.last(1)).contains("event 4999").contains("m1");
    assertThat(trace.last(10_000).split("\n")).hasSize(2_000);
    assertThat(trace.count()).isEqualTo(5_003);
  }
}
