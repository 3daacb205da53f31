// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.simulator.SimulatedNetwork.Conditions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
  private static final int FRAMES = 1_000;

  private final Scheduler scheduler = new Scheduler(Chance.ofSeed(5));
  private final SimulatedNetwork network =
      new SimulatedNetwork(2, scheduler, Chance.ofSeed(5), new Trace(scheduler));
  private final List<Integer> arrived = new ArrayList<>();
  private int damaged;
  private int boot = 1;

  SimulatedNetworkTest() {
    network.attach(1, endpoint());
    network.attach(2, endpoint());
  }

  private SimulatedNetwork.Endpoint endpoint() {
    return new SimulatedNetwork.Endpoint() {
      @Override
      public void deliver(long from, byte[] frame) {
        int number = frame[0] << 8 | frame[1] & 0xff;
        if (number >= 0 && number < FRAMES && frame[2] == 0) {
          arrived.add(number);
        } else {
          damaged++;
        }
      }

      @Override
      public int boot() {
        return boot;
      }
    };
  }

  private void send(Conditions conditions) {
    network.become(conditions);
    for (int i = 0; i < FRAMES; i++) {
      network.send(1, 2, new byte[] {(byte) (i >> 8), (byte) i, 0, 0, 0, 0, 0, 0});
    }
  }

  private void deliver() {
    while (scheduler.runNext(100_000_000_000L)) {
      // All of them.
    }
  }

  @Test
  void aHealthyWireDeliversEverythingOnceAndInOrder() {
    send(Conditions.HEALTHY);
    deliver();
    assertThat(arrived).hasSize(FRAMES).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void frameCanBeLost() {
    send(new Conditions(1, 10, 2, 0, 0, 0, true));
    deliver();
    assertThat(arrived).hasSizeBetween(400, 600).isSorted();
  }

  @Test
  void framesCanArriveTwiceAndOutOfOrder() {
    send(new Conditions(1, 1_000, 0, 2, 0, 0, false));
    deliver();
    assertThat(arrived).hasSizeBetween(1_400, 1_600);
    assertThat(new ArrayList<>(arrived)).isNotEqualTo(arrived.stream().sorted().toList());
  }

  @Test
  void framesCanBeDamaged() {
    send(new Conditions(1, 10, 0, 0, 0, 2, true));
    deliver();
    assertThat(arrived.size() + damaged).isEqualTo(FRAMES);
    assertThat(damaged).isGreaterThan(100);
  }

  @Test
  void aCutWireDeliversNothingInThatDirectionOnly() {
    network.cut(1, 2, true);
    send(Conditions.HEALTHY);
    network.send(2, 1, new byte[] {0, 7, 0});
    deliver();
    assertThat(arrived).containsExactly(7);
    assertThat(network.isConnected(1, 2)).isFalse();
    network.mendAll();
    assertThat(network.isConnected(1, 2)).isTrue();
  }

  @Test
  void aConnectionEndsWithAProcessAndOnlyStraysOutliveIt() {
    send(new Conditions(1, 10, 0, 0, 10, 0, true));
    boot = 2;
    deliver();
    assertThat(arrived).hasSizeBetween(50, 200);
  }
}
