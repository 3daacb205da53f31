// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members are killed under load; what was acknowledged stays. */
@Tag("e2e")
@Timeout(420)
class LeaderCrashTest {
  private static final int PUTS_PER_SECOND = 1000;

  @Test
  void leaderKilledFiveTimes() {
    List<Duration> gaps = new ArrayList<>();
    try (Cluster cluster = Cluster.start("leader-crash", 3);
        PutLoad load = PutLoad.start(cluster, PUTS_PER_SECOND)) {
      for (int round = 0; round < 5; round++) {
        load.awaitProgress(1000);
        MemberProcess leader = cluster.awaitLeader();
        long killedNanos = System.nanoTime();
        leader.kill();
        gaps.add(load.untilNextAcknowledged(killedNanos));
        load.awaitProgress(500);
        cluster.start(leader);
        cluster.awaitServing(leader);
      }
      load.awaitProgress(1000);
      load.stop();
      System.out.println(
          "leader killed under "
              + PUTS_PER_SECOND
              + " puts/s: next acknowledged put after "
              + gaps.stream().map(gap -> gap.toMillis() + " ms").toList()
              + "; "
              + load);
      load.verifyOnEveryMember();
      assertThat(load.acknowledgedCount()).isGreaterThan(5000);
    }
  }

  @Test
  void allKilledAtOnce() {
    try (Cluster cluster = Cluster.start("all-crash", 3);
        PutLoad load = PutLoad.start(cluster, PUTS_PER_SECOND)) {
      for (int round = 0; round < 2; round++) {
        load.awaitProgress(2000);
        cluster.members().forEach(MemberProcess::killWithoutWaiting);
        cluster.members().forEach(MemberProcess::awaitEnd);
        cluster.startAll();
        cluster.awaitServing();
      }
      load.awaitProgress(1000);
      load.stop();
      System.out.println("all three killed twice: " + load);
      load.verifyOnEveryMember();
    }
  }
}
