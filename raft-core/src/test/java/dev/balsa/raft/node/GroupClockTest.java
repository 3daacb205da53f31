// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.contract.MemoryTransport;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A follower under a flood. A turn takes so many messages and no more, so the leader's may lie
 * unread when an election would time out.
 */
class GroupClockTest {
  /** How many messages a group takes in one turn. */
  private static final int PER_TURN = 1_024;

  private static final MemberId SELF = new MemberId(1, 100);
  private static final MemberId LEADER = new MemberId(2, 200);
  private static final long TERM = 5;

  private MemoryNetwork network;
  private MemoryTransport peer;
  private long nanos;
  private TestMember member;

  @BeforeEach
  void followALeader() throws IOException {
    network = MemoryNetwork.turnedByHand();
    nanos = 0;
    member = new TestMember(1, TestCluster.disk(1, SELF.incarnation()));
    member.start(
        () -> nanos,
        network.transport("a"),
        NodeOptions.DEFAULTS,
        Members.of("1=a", "2=b", "3=c"),
        1);
    peer = network.transport("b");
    peer.start(new LogIdentity(TestCluster.CLUSTER, LEADER, 1), new Deaf());
    peer.addPeer(1, "a");
    turn();
    heartbeat();
    turn();
    assertThat(member.status().leader()).isEqualTo(LEADER.id());
  }

  /** The other members, as far as this one is concerned. */
  private static final class Deaf implements Transport.Listener {
    @Override
    public void onMessage(long group, Message message) {}

    @Override
    public void onUnreachable(long peer) {}

    @Override
    public Transport.RefusedHandshake onHandshake(Transport.Handshake handshake) {
      return null;
    }

    @Override
    public void onRefused(long peer, Transport.RefusedHandshake refused) {}

    @Override
    public SnapshotStore.Source openSnapshot(long group, EntryId snapshot) {
      return null;
    }
  }

  private void heartbeat() {
    send(TERM);
  }

  /** As much as one turn takes, of what a follower of this term does not listen to. */
  private void flood() {
    for (int i = 0; i < PER_TURN; i++) {
      send(1);
    }
  }

  private void send(long term) {
    peer.send(1, new Heartbeat(new Route(LEADER, SELF), term, EntryId.ZERO, 0, false));
    peer.flush();
  }

  private void turn() {
    network.deliverAll();
    member.turn();
  }

  /** One tick passes within a turn, behind what has been sent by then. */
  private void tick() {
    nanos += NodeOptions.DEFAULTS.tick().toNanos();
    turn();
  }

  private void tick(int count) {
    for (int i = 0; i < count; i++) {
      tick();
    }
  }

  private boolean follows() {
    return member.status().leader() == LEADER.id();
  }

  private int ticksUntilItCampaigns(Runnable beforeEach) {
    for (int ticks = 1; ticks < 100; ticks++) {
      beforeEach.run();
      tick();
      if (!follows()) {
        return ticks;
      }
    }
    throw new AssertionError("time stands still");
  }

  /** How long it hears nothing before it campaigns: the same in each run. */
  private int patience() throws IOException {
    int ticks = ticksUntilItCampaigns(() -> {});
    followALeader();
    return ticks;
  }

  @Test
  void aHeartbeatThatLiesUnreadIsNotTakenForSilence() throws IOException {
    int patience = patience();
    tick(patience - 1);
    flood();
    heartbeat();
    tick();
    assertThat(follows()).isTrue();
    turn();
    assertThat(follows()).isTrue();
    // From here on it waits anew.
    tick(NodeOptions.DEFAULTS.electionTicks() - 1);
    assertThat(follows()).isTrue();
  }

  /**
   * Only the tick right before counts: one that was dropped long ago is no reason to count this.
   */
  @Test
  void norIsItAfterAnEarlierFlood() throws IOException {
    int patience = patience();
    flood();
    flood();
    tick();
    turn();
    tick(patience - 1);
    flood();
    heartbeat();
    tick();
    assertThat(follows()).isTrue();
    turn();
    assertThat(follows()).isTrue();
  }

  /** Of two ticks one counts, whatever waits. */
  @Test
  void timeDoesNotStandStillUnderAFlood() throws IOException {
    int patience = patience();
    flood();
    assertThat(ticksUntilItCampaigns(this::flood)).isBetween(2 * patience - 1, 2 * patience);
  }
}
