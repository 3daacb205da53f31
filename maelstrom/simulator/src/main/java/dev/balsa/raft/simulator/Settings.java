// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.node.NodeOptions;
import java.time.Duration;

/**
 * Draws how the members of a run are set: small caches, windows and snapshot intervals, so that
 * what is rare in production happens often.
 */
final class Settings {
  static final long TICK_NANOS = 10_000_000;
  static final int ELECTION_TICKS = 10;

  private Settings() {}

  static NodeOptions draw(Chance chance) {
    Chance own = chance.fork("settings");
    return NodeOptions.builder()
        .tick(Duration.ofNanos(TICK_NANOS))
        .electionTicks(ELECTION_TICKS)
        .heartbeatTicks((int) own.between(1, 3))
        .requestTimeout(Duration.ofMillis(1_000))
        .inboxCapacity((int) own.logUniform(4, 1_024))
        .maxCommandBytes(1 << 16)
        .inboxBytes(1 << 20)
        .snapshotEvery(own.oneIn(4) ? 0 : own.logUniform(5, 500))
        .trailingEntries(own.oneIn(3) ? 0 : own.logUniform(1, 200))
        .logOnLoop(own.oneIn(8))
        .applyOnLoop(own.oneIn(4))
        .seed(own.nextLong())
        .preVote(!own.oneIn(8))
        .checkQuorum(!own.oneIn(8))
        .maxBytesPerAppend((int) own.logUniform(1, 1 << 16))
        .maxUncommittedBytes(own.logUniform(1 << 10, 1 << 20))
        .entryCacheBytes(own.oneIn(3) ? 0 : own.logUniform(1 << 8, 1 << 20))
        .build();
  }
}
