// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MemoryTransportTest extends TransportContract {
  private final MemoryNetwork network = MemoryNetwork.synchronous();

  @Override
  protected Transport create(long id, String place) {
    return network.transport(place);
  }

  @Override
  protected String address(long from, long to, String place) {
    return place;
  }

  @Override
  protected void cut(long from, long to) {
    network.cut(from, to);
  }

  @Override
  protected void heal(long from, long to) {
    network.heal(from, to);
  }

  @Override
  protected void sendGarbage(String place) {
    // There are no bytes here that could be wrong.
  }

  @Override
  protected String listenAddress(String place) {
    return place;
  }

  @Override
  protected void closeNetwork() {
    // Nothing is open.
  }

  @Test
  void aNetworkTurnedByHandDeliversOneAtATime() throws IOException {
    MemoryNetwork byHand = MemoryNetwork.turnedByHand();
    RecordingListener two = new RecordingListener();
    try (MemoryTransport a = byHand.transport("a");
        MemoryTransport b = byHand.transport("b")) {
      a.start(identity(1), new RecordingListener());
      b.start(identity(2), two);
      a.addPeer(2, b.address());
      for (int term = 1; term <= 3; term++) {
        a.send(9, message(term));
      }
      assertThat(byHand.waiting()).isZero();
      a.flush();
      assertThat(byHand.waiting()).isEqualTo(3);
      assertThat(two.messages).isEmpty();
      assertThat(byHand.deliverOne()).isTrue();
      assertThat(two.messages).hasSize(1);
      byHand.cut(1, 2);
      assertThat(byHand.deliverAll()).isEqualTo(2);
      assertThat(two.messages).hasSize(1);
      assertThat(byHand.deliverOne()).isFalse();
    }
  }

  private static Message message(long term) {
    return new TimeoutNow(new Route(new MemberId(1, 10), new MemberId(2, 20)), term);
  }
}
